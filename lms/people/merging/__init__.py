"""Recording that two person records are one human being, and undoing it."""
