"""Support: an administrator sees the pages of somebody as they see them, to read only, and they learn of it."""
