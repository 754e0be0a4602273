"""The library of passkeys, loaded with the first passkey that is added or used."""

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from flask_security import webauthn as views, webauthn_util


def using_passkeys(view: Callable[..., Any]) -> Callable[..., Any]:
    """Loads the library before a view of Flask-Security's that needs it."""

    @wraps(view)
    def loaded(**given: Any) -> Any:
        _load_library()
        return view(**given)

    return loaded


@cache
def _load_library() -> None:
    """Gives Flask-Security the names that it would import at the start."""
    import webauthn  # noqa: PLC0415 - a twentieth of the start, and most people have no passkey
    from webauthn import helpers  # noqa: PLC0415 - the same

    found = {"webauthn": webauthn} | vars(helpers) | vars(helpers.exceptions) | vars(helpers.structs)
    for module in (views, webauthn_util):
        for name in found.keys() - vars(module).keys():
            if not name.startswith("_"):
                setattr(module, name, found[name])
