"""A git repository beside the pages: publications become commits, and what changed there comes in as drafts."""
