"""What is mandatory for whom, and who is exempt."""
