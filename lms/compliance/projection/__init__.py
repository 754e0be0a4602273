"""Status intervals, kept up to date by every write, rebuilt and verified."""
