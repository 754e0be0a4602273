"""Awards: issuing, correcting and revoking them, and the certificates that print them."""
