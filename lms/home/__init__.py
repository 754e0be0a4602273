"""The first page, My training, My record, the administration page, and the health endpoints.

It shows what other packages know and writes nothing of its own.
"""
