"""Awards: that a person earned a course on a day, the certificate that prints it, and what ends it.

This package issues, corrects, revokes and verifies awards, and records sessions and recognised prior training. It does
not know what is required of whom: training status is computed in `compliance`.
"""
