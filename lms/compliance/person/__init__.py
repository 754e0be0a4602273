"""One person over time: history, timeline, merged records."""
