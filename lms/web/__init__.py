"""What all pages share: layout, navigation, form macros, error pages, headers, downloads and static files.

It has no page of its own and knows no package above: it sees the signed-in person only as the ``actor`` that templates
are given, and pages of other packages only as endpoint names.
"""
