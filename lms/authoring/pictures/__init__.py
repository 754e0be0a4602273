"""Pictures of drafts: uploaded, cut, made small, described, and put into a module."""
