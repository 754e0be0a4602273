"""Drafts: changes of a course's files that are checked and previewed before they are published."""
