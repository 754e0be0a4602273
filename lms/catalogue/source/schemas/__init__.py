"""The schemas of course files. Each field's docstring is the help in an author's editor (JSON Schema)."""
