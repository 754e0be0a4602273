"""Who works where: organisations, sectors, duty stations, persons, employments and placements.

A person exists here before any account does. Signing in belongs to accounts, training to the packages above.
"""
