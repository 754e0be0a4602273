"""Mails that are due: who is told what by when, the weekly figures for HR and sector leads, and what was sent.

It judges nobody: how a person stands is asked of compliance. Sending itself is the outbox's work.
"""
