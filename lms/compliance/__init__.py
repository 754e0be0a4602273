"""Training status: who must hold which course, and each person's status on any day, as known at any moment.

It has requirements and exemptions, the per-sector report, the check of a list of staff and the auditor's
calculator. It does not issue or end awards (`certification` does), and stores no status as the truth: a
status is computed.
"""
