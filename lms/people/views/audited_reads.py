"""What an administrator reads of a person is in the audit trail."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from flask import make_response, request
from flask.typing import ResponseReturnValue

from lms.audit.api import record
from lms.kernel.db import unit_of_work
from lms.people import policy
from lms.people.employers.queries import list_employers_ever
from lms.people.merging.queries import load_merged_ids
from lms.web.access import current_actor

P = ParamSpec("P")


def audited_read(view: Callable[Concatenate[int, P], ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Records that somebody who is not HR of a person opened a page about them, in a transaction of its own.

    HR reads the records of its own people as its work; an administrator, who sees everybody's, is written down.
    """

    @wraps(view)
    def audited(person_id: int, *args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        actor, response = current_actor(), make_response(view(person_id, *args, **kwargs))
        if request.method == "GET" and response.status_code == 200:
            employers = list_employers_ever(load_merged_ids(person_id))
            if not policy.may_see_person(actor, employers):
                with unit_of_work():
                    record(actor, "people.read", "person", person_id, page=str(request.endpoint))
        return response

    return audited
