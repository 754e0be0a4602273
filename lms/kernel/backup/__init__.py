"""Backups of an installation: one file with the database and the secret key, made while the server runs.

``archive`` is the file, ``sqlite`` and ``postgresql`` copy and replace a database, ``operations`` put both together.
"""
