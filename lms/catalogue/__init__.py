"""What can be learned: courses, editions, modules and question banks; course files become rows here.

Slug is identity, digest is version, versions are immutable. Learners and their records belong to higher layers.
"""
