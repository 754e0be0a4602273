"""What is mandatory for whom; and who is exempt, for how long and why."""
