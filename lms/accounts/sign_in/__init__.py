"""Signing in with a password, and who acts in a request."""
