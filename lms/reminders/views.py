"""Pages of reminders: what was sent, who gets sectors' figures, whom to tell on paper, and why one is written to."""

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.compliance.api import statuses_of
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid, NotAllowed
from lms.kernel.text import normalise
from lms.people.api import list_organisations_of, list_sectors
from lms.reminders import list_queries, operations, queries
from lms.reminders.alarm import look
from lms.reminders.errors import AlreadyWithdrawn
from lms.reminders.forms import KINDS, LeadForm, LogForm, PaperForm, WithdrawLeadForm
from lms.reminders.paper import list_on_paper
from lms.web.access import current_actor, role_needed, signed_in
from lms.web.language import language_of_page

bp = Blueprint("reminders", __name__, template_folder="templates")


@bp.errorhandler(AlreadyWithdrawn)
def show_the_list(refusal: AlreadyWithdrawn) -> ResponseReturnValue:
    """Leads back to the list: most often it is the same person's second click."""
    flash(refusal.message, "soon")
    return redirect(url_for("reminders.settings"), 303)


@bp.get("/reminders")
@role_needed(Role.HR)
def index() -> ResponseReturnValue:
    """Lists what was sent to whom in the name of the actor's organisations, the latest first."""
    form = LogForm(request.args)
    page = list_queries.list_log(current_actor(), form.wanted(), request.args.get("page", 1, type=int))
    return render_template(
        "reminders/index.html",
        form=form,
        page=page,
        kinds=dict(KINDS),
        run=look(),
        mails_go_out=mails_go_out(),
    )


@bp.route("/reminders/settings", methods=["GET", "POST"])
@role_needed(Role.HR)
def settings() -> ResponseReturnValue:
    """Shows who gets which sector's weekly figures, and chooses somebody more."""
    actor, language = current_actor(), language_of_page()
    form = LeadForm()
    form.offer(list_organisations_of(actor, Role.HR), list_sectors(), language)
    if form.validate_on_submit():
        try:
            operations.choose_lead(
                actor, form.organisation.data, form.sector.data, form.who.data, reason=form.reason.data
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The figures go to them with the next run of reminders, and then once a week."), "good")
            return redirect(url_for("reminders.settings"), 303)
    page = render_template(
        "reminders/settings.html", form=form, leads=list_queries.list_leads_for(actor), language=language
    )
    return page, 422 if form.errors else 200


@bp.route("/reminders/settings/<int:lead_id>/end", methods=["GET", "POST"])
@role_needed(Role.HR)
def end_lead(lead_id: int) -> ResponseReturnValue:
    """Ends it that somebody gets a sector's figures."""
    actor = current_actor()
    listed = list_queries.load_lead_for(actor, lead_id)
    form = WithdrawLeadForm()
    if form.validate_on_submit():
        operations.withdraw_lead(actor, lead_id, reason=form.reason.data)
        flash(_("They get these figures no more."), "good")
        return redirect(url_for("reminders.settings"), 303)
    page = render_template("reminders/end_lead.html", form=form, listed=listed, language=language_of_page())
    return page, 422 if form.errors else 200


@bp.get("/reminders/print")
@role_needed(Role.HR)
def on_paper() -> ResponseReturnValue:
    """Lists people without e-mail for whom something is due, by station, ready to print."""
    actor = current_actor()
    today = clock.today(actor.time_zone)
    form = PaperForm(request.args)
    form.offer(list_queries.list_stations_of(actor, today))
    station = normalise(form.station.data)
    listed = list_on_paper(actor, today, station, request.args.get("page", 1, type=int))
    return render_template(
        "reminders/print.html",
        form=form,
        listed=listed,
        station=station,
        today=today,
        several=len(list_organisations_of(actor, Role.HR)) > 1,
        language=language_of_page(),
    )


@bp.get("/reminders/why")
@signed_in
def why() -> ResponseReturnValue:
    """Says why somebody gets reminders: what is asked of them, by whom, and what to do if it does not fit."""
    actor = current_actor()
    if actor.person_id is None:
        raise NotAllowed
    rows = statuses_of(actor.person_id, clock.today(actor.time_zone))
    employers = queries.name_organisations({row.organisation_id for row in rows})
    return render_template(
        "reminders/why.html",
        rows=rows,
        owners=list_queries.list_owners({row.requirement_id for row in rows}),
        employers=employers,
        contacts=list_queries.list_contacts_of(actor.person_id),
    )


def mails_go_out() -> bool:
    """Says whether a mail server is set."""
    return bool(current_app.extensions["settings"].mail_server)
