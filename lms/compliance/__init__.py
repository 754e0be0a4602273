"""Training status: who must hold which course, and each person's status on any day, as known at any moment.

This room keeps requirements and exemptions and answers the per-sector report, look-ups and the auditor's
calculator. It does not issue or end awards (`certification` does), and stores no status as the truth: a
status is computed.
"""
