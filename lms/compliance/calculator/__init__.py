"""The auditor's calculator: facts in a file, the same pure functions, the status of everybody on any day."""
