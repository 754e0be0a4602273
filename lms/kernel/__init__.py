"""The lowest layer: database, clock, settings, actor, markup, mail, PDF, outbox, tabular files, caching and errors.

It knows no other package, and contains nothing that only one package needs. It has no ``api.py``: each of its small
modules is an interface (docs/decisions/0023-kernel-and-web-have-no-api.md).
"""
