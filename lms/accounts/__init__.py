"""Signing in: accounts, roles, passwords, printed codes, and who acts in a request."""
