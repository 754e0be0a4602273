"""Publishing drafts: what would change, what stands in the way, and the publication."""
