"""Naming who acted: to administrators everybody, to HR its colleagues only."""
