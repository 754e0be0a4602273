"""Texts from elsewhere become modules: documents of Word, and Markdown of other systems."""
