"""Daily counts by organisation, sector and course, for reports of large installations."""
