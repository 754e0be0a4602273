"""Comments on the paragraphs of a draft: authors and reviewers write them, reply, and mark them as resolved."""
