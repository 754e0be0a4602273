"""Webhooks: what happens at an organisation is sent to its own programs, signed, as Standard Webhooks writes it."""
