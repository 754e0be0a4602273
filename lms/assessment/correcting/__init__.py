"""Correcting a question after use: recording the correction, and what it makes of attempts."""
