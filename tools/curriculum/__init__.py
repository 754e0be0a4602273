"""Editorial lint of our own curriculum: reading grade, wording, answer cues, similarity, coverage, guessing.

What every trainer's files must satisfy is checked by ``flask content check``; here is what we ask of ours besides.
Run it with ``python -m tools.curriculum``.
"""
