"""Every SELECT of what is published. Revisions never change, so each process caches what it has read of them."""
