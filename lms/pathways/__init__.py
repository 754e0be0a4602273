"""Local referral pathways: who to contact at each duty station, read and kept up to date; and the page for everyone.

It holds contacts of services and focal points, never a case, a child or a report.
"""
