"""Downloads of files with names are in the audit trail."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import make_response, request
from flask.typing import ResponseReturnValue

from lms.audit.operations import record
from lms.kernel.db import unit_of_work
from lms.web.access import current_actor

P = ParamSpec("P")


def audited_download(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Records who was given the file that a view sends, by the page's name and never by whose names are in it.

    It is the one thing that GET writes, in a transaction of its own, once the file is there and before it is sent.
    """

    @wraps(view)
    def audited(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        actor, response = current_actor(), make_response(view(*args, **kwargs))
        if response.status_code == 200 and "filename" in response.headers.get("Content-Disposition", ""):
            with unit_of_work():
                record(actor, "audit.download", "download", file=str(request.endpoint))
        return response

    audited.is_audited_download = True  # type: ignore[attr-defined]
    return audited
