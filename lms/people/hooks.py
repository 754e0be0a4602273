"""What packages above know of a person whom HR looks at; filled in ``lms/app.py``."""

from collections.abc import Callable

from lms.kernel.hooks import Hook

second_steps: Hook[Callable[[int], bool]] = Hook()
"""Says whether the person with this id has set up a second step for signing in."""
