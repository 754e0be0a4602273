"""Asking for the review of a draft, and what waits for a reviewer."""
