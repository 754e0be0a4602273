"""Every SELECT of compliance: the facts that standings are computed from, and what the pages list."""
