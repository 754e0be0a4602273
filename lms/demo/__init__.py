"""The demonstration: invented organisations and people with a story, made through the rooms' own operations.

It refuses a database that holds real people, and nothing in a real installation depends on it.
"""
