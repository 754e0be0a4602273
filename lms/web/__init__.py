"""The frame every page stands in: layout, navigation, form macros, error pages, headers and static files.

It serves no page of its own and knows nothing of other rooms: it sees the signed-in person only as the
``actor`` that templates are given, and other rooms' pages only as endpoint names.
"""
