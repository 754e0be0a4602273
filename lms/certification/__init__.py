"""Awards: that a person earned a course on a day, the certificate that prints it, and what ends it.

This room issues, supersedes, revokes and verifies awards, and records sessions and recognised prior
training. It does not say who must hold what, and knows no standing: that is asked upstairs, in `compliance`.
"""
