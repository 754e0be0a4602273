"""A pasted list of people: which of them may deploy."""
