"""Names that packages above know for the ids in the trail, which holds no name itself; filled in ``lms/app.py``."""

from collections.abc import Callable, Collection, Mapping, Sequence

from lms.kernel.hooks import Hook

account_names: Hook[Callable[[Collection[int]], Mapping[int, str]]] = Hook()
"""Returns the names of the accounts with these ids."""

accounts_matching: Hook[Callable[[str], Sequence[int]]] = Hook()
"""Returns the ids of the accounts whose name or e-mail contains a text, a limited number of them."""

organisation_choices: Hook[Callable[[], Sequence[tuple[int, str]]]] = Hook()
"""Returns every organisation as id and name."""
