"""Health checks that sibling packages add to the administrator's page; filled in ``lms/app.py``."""

from collections.abc import Callable

from lms.kernel.hooks import Hook

health_checks: Hook[Callable[[], list[str]]] = Hook()
"""Returns sentences in the language of the page on what is wrong; none where all is well."""

open_demonstrations: Hook[Callable[[], bool]] = Hook()
"""Says whether people sign in to the demonstration with the password that everybody knows."""
