"""Awards as Open Badges 3.0 that others verify, and the page that verifies a code without a network."""
