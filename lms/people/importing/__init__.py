"""Importing people from a list: the file is checked row by row, applied in batches, and can be undone.

A list says where people work; it never renames anybody and never touches what they have learned.
"""
