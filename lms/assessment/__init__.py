"""Examining: draws, attempts, answers, marking and the rules for trying again.

It has no pages for learners (learning shows them) and knows nothing of awards.
"""
