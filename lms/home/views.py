"""The first page, my training, my record, the administrator's index, and the probes."""

from flask import Blueprint, current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import text

from lms.certification.awards.queries import list_awards_of
from lms.home import queries
from lms.home.hooks import list_problems
from lms.home.my_training import overview_of
from lms.home.version import VERSION
from lms.kernel.actor import Role
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotAllowed
from lms.people.corrections.forms import KIND_LABELS, CorrectionRequestForm
from lms.people.corrections.operations import say_wrong
from lms.people.corrections.queries import list_own_employers, list_queries_of
from lms.people.merging.queries import find_family
from lms.people.queries import find_person
from lms.web.access import current_actor, public, role_needed, signed_in
from lms.web.forms import offer
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
    members = sorted(find_family(person_id))
    return render_template(
        "home/record.html",
        person=find_person(person_id),
        placements=[line for each in members for line in queries.list_placements_of(each)],
        completions=[line for each in members for line in queries.list_completions_of(each)],
        attempts=[line for each in members for line in queries.list_attempts_of(each)],
        awards=list_awards_of(person_id, with_replaced=True),
        exemptions=[line for each in members for line in queries.list_exemptions_of(each)],
        contacts=queries.list_hr_of(person_id),
        said_wrong=list_queries_of(person_id),
        kinds=KIND_LABELS,
    )


@bp.route("/my/record/wrong", methods=["GET", "POST"])
@signed_in
def wrong() -> ResponseReturnValue:
    """Lets somebody tell HR that their record is wrong; the answer comes to their own page."""
    actor = current_actor()
    if actor.person_id is None:
        raise NotAllowed
    form = CorrectionRequestForm()
    employers = list_own_employers(actor.person_id)
    offer(form.organisation, employers)
    if form.validate_on_submit():
        try:
            say_wrong(actor, organisation_id=form.organisation.data, kind=form.kind.data, said=form.text.data)
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("HR has it now. The answer will stand on this page."), "good")
            return redirect(url_for("home.my"), 303)
    return render_template("home/wrong.html", form=form, employers=employers), 422 if form.errors else 200


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
