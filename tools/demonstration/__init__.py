"""Generates the data file of the demonstration: invented people, and what they learn in eighteen months."""
