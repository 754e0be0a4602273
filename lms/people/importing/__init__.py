"""People from a list: a file is read, judged row by row, applied in batches, and can be taken back.

A list says where people work; it never renames anybody and never touches what they have learned.
"""
