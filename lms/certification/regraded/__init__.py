"""Certificates whose quiz would not be passed since a question was corrected: HR decides about each."""
