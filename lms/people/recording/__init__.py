"""When, by whom and why placements were recorded, ended and withdrawn, as the rows and the audit trail say."""
