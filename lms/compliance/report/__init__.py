"""The per-sector report: its query, counts, people, changes and verification."""
