"""The first page, my training, my record, the administrator's index, and the probes."""

from flask import Blueprint, current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import text

from lms.accounts.api import list_hr_contacts
from lms.certification.api import list_awards_of
from lms.home import queries
from lms.home.hooks import list_problems
from lms.home.my_training import overview_of
from lms.home.version import VERSION
from lms.kernel.actor import Role
from lms.kernel.db import session
from lms.kernel.errors import NotAllowed
from lms.people.api import find_person, list_employers, list_own_correction_requests, load_merged_ids
from lms.web.access import current_actor, public, role_needed, signed_in
from lms.web.language import language_of_page

bp = Blueprint("home", __name__, template_folder="templates")


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Says what this is, or leads those who are signed in to their training."""
    if not current_actor().is_anonymous:
        return redirect(url_for("home.my"))
    return render_template("home/index.html")


@bp.get("/my")
@signed_in
def my() -> ResponseReturnValue:
    """Shows what is due and why, what to go on with, and what is held."""
    return render_template("home/my.html", overview=overview_of(current_actor(), language_of_page()))


@bp.get("/my/record")
@signed_in
def record() -> ResponseReturnValue:
    """Shows everything the record says of oneself, and how to have it put right."""
    person_id = current_actor().person_id
    if person_id is None:
        raise NotAllowed
    # Who was recorded twice and is merged sees the facts of both.
    members = sorted(load_merged_ids(person_id))
    return render_template(
        "home/record.html",
        person=find_person(person_id),
        placements=[line for each in members for line in queries.list_placements_of(each)],
        completions=[line for each in members for line in queries.list_completions_of(each)],
        attempts=[line for each in members for line in queries.list_attempts_of(each)],
        awards=list_awards_of(person_id, with_replaced=True),
        exemptions=[line for each in members for line in queries.list_exemptions_of(each)],
        contacts=list_hr_contacts([each.id for each in list_employers(person_id)]),
        correction_requests=list_own_correction_requests(person_id),
    )


@bp.get("/admin")
@role_needed(Role.ADMIN)
def admin() -> ResponseReturnValue:
    """Shows what there is in the house, what waits, and where to look after it."""
    return render_template(
        "home/admin.html",
        counts=queries.count_house(),
        outbox=queries.find_outbox_state(),
        mail_server=current_app.extensions["settings"].mail_server,
        problems=list_problems(),
        version=VERSION,
    )


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Says that the process answers, whatever the database does."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Says whether pages can be served: the database answers."""
    session.execute(text("SELECT 1"))
    return {"status": "ready"}
