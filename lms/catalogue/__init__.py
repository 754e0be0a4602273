"""What can be learned: courses, editions, modules and question banks; files on disk become rows here.

Slug is identity, digest is version, versions are immutable. Who has learned what is not known on this floor.
"""
