"""The ground floor: database, clock, settings, actor, markup, mail, PDF, outbox and errors.

It serves every room and knows none of them. What only one room needs does not belong here.
"""
