"""The front door: the first page, my training, the administrator's index, and the probes of a running house.

It shows what other rooms know and writes nothing of its own.
"""
