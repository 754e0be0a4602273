"""Our pages beside the same pages of other systems that are installed on this machine."""
