"""Erasing who somebody was, on request or after the retention period: facts stay, without the name."""
