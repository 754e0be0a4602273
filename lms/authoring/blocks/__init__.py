"""Writes the blocks of modules from forms, for authors who do not want to see the marks."""
