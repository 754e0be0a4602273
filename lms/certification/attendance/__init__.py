"""Attendance sheets: printed before a session, signed by who comes, and scanned to record it."""
