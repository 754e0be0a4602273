"""All commands of the application, and those that no package owns."""
