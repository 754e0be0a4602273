"""The pages of what is stored about a person: their own, and for administrators whom somebody asks."""

import json
from datetime import date, datetime
from typing import Any

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from lms.accounts.api import list_support_views
from lms.audit.downloads import audited_download
from lms.home.blueprint import bp
from lms.home.own_data.labels import KINDS
from lms.home.own_data.queries import read_own_data
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import NotThere
from lms.people.api import find_person, load_merged_ids
from lms.web.access import current_actor, role_needed, signed_in
from lms.web.downloads import download


@bp.get("/my/record/stored")
@signed_in
def stored() -> ResponseReturnValue:
    """Lists every kind of data stored about the person who asks, how many records there are, and until when."""
    actor = current_actor()
    person_id = actor.require_person()
    found = [(KINDS[table], len(rows)) for table, rows in read_own_data(load_merged_ids(person_id)) if rows]
    return render_template("home/stored.html", found=found, support_views=list_support_views(actor.account_id or 0))


@bp.get("/my/record/stored.json")
@signed_in
@audited_download
def stored_json() -> ResponseReturnValue:
    """Sends everything stored about the person who asks, as a file for programs."""
    return _as_file(current_actor().require_person())


@bp.get("/people/<int:person_id>/stored.json")
@role_needed(Role.ADMIN)
@audited_download
def stored_about(person_id: int) -> ResponseReturnValue:
    """Sends everything stored about a person, for somebody who asks for it and has no account."""
    if find_person(person_id) is None:
        raise NotThere
    return _as_file(person_id)


def _as_file(person_id: int) -> Response:
    """Returns the file: for each table its name, what it holds in the language of the page, and its rows."""
    tables = read_own_data(load_merged_ids(person_id))
    content = {
        "made_at": clock.now(),
        "tables": [
            {"table": table, "holds": str(KINDS[table].name), "until": str(KINDS[table].until), "rows": rows}
            for table, rows in tables
        ],
    }
    return download(json.dumps(content, default=_in_words, ensure_ascii=False, indent=1), "my-data.json")


def _in_words(value: Any) -> str:
    """Returns a day or moment as ISO 8601 writes it; nothing else needs words."""
    if not isinstance(value, date | datetime):
        raise TypeError(f"{type(value)} has no form in JSON")
    return value.isoformat()
