"""Verifying a report by its id, and signing it off: somebody answers for its figures, with name, role and moment."""
