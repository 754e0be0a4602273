"""The history of a course: what each publication changed, and going back to an older text."""
