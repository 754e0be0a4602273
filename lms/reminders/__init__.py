"""Reminders: who is reminded of which training when, the weekly figures for HR and focal points, and what was sent.

Training status comes from compliance; sending is the outbox's work.
"""
