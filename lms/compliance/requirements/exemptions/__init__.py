"""Who is exempt from a requirement, for how long and why."""
