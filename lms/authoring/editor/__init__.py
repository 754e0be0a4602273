"""Writes course files in the browser: the text, its problems, previews and versions."""
