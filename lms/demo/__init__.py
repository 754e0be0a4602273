"""The demonstration: invented organisations and people, and eighteen months of their training.

A data file holds what they do (`tools/demonstration` generates it); loading it refuses a database that holds real
people, and nothing in a real installation depends on it.
"""
