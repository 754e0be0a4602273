"""Who did what to whom: an append-only record of every act, in numbers and never in names.

It is not a log of page views and holds no text that a person typed, except the reason of an act.
"""
