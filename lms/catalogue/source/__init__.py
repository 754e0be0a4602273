"""From files to rows: reading, formats, checks, plan, sync.

One validator, three doors: the command line, the tests and the web editor.
"""
