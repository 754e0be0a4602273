"""Training status as pure functions of facts, by the definitions of docs/handbook/status.md."""
