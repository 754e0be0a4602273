"""Invitations by e-mail: a link with which new people choose their first password."""
