"""People, places and courses for tests, made through the packages' own operations."""
