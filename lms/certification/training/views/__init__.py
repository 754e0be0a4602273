"""Pages of in-person sessions and of recognised prior training."""
