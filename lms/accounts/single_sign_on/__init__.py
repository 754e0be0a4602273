"""Signing in through the provider of an organisation (OpenID Connect), beside the password."""
