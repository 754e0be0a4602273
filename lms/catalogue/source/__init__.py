"""From course files to rows: read, schemas, parsing, checks, target state, plan, apply."""
