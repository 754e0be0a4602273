"""People, places and courses for tests, made through the rooms' own operations."""
