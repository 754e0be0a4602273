"""The installation's keys, and what certificates carry of its signature."""
