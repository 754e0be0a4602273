"""Rules across files; every problem is collected, so that an author sees all of them at once."""
