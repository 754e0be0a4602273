"""Signing in: credentials, sessions, roles, one-time codes.

A person exists before an account does, and may never have one. What a person is allowed to see of a room is that
room's policy, not decided here.
"""
