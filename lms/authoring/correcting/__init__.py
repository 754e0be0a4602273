"""Correcting a question after use: the form, what it would change, and applying it."""
