"""The first page, My training, My record, the administration page, and the health endpoints."""

import hmac
from datetime import timedelta

from flask import abort, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.accounts.api import list_hr_contacts, list_support_views
from lms.certification.api import list_awards_of
from lms.home import queries
from lms.home.blueprint import bp
from lms.home.hooks import health_checks, open_demonstrations
from lms.home.metrics import list_gauges
from lms.home.my_training import load_my_training
from lms.home.readiness import find_problem
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.config import VERSION, current_settings
from lms.kernel.metrics import render_metrics
from lms.kernel.outbox import count_overdue_mails
from lms.pathways.api import render_pathway
from lms.people.api import find_person, list_employers, list_own_correction_requests, load_merged_ids
from lms.web.access import current_actor, public, role_needed, signed_in
from lms.web.language import language_of_page

SECURITY_CONTACT_VALID = timedelta(days=180)
"""How long whoever reads security.txt may rely on it; RFC 9116 recommends less than a year."""

SUPPORT_VIEWS_SHOWN = timedelta(days=30)
"""How long My training says that an administrator saw one's pages."""


@bp.get("/")
@public
def index() -> ResponseReturnValue:
    """Introduces the application, or redirects those who are signed in to My training."""
    if not current_actor().is_anonymous:
        return redirect(url_for("home.my"))
    # Only a demonstration asks the database.
    sign_ins = bool(current_app.config["DEMONSTRATION"]) and any(is_open() for is_open in open_demonstrations)
    return render_template("home/index.html", sign_ins=sign_ins)


@bp.get("/my")
@signed_in
def my() -> ResponseReturnValue:
    """Shows the next step, the required courses and the certificates."""
    language = language_of_page()
    actor = current_actor()
    training = load_my_training(actor, language)
    shown = training.pathway
    return render_template(
        "home/my.html",
        training=training,
        support_views=list_support_views(actor.account_id or 0, clock.now() - SUPPORT_VIEWS_SHOWN),
        whom_to_call=render_pathway("home/_whom_to_call.html", shown, language) if shown.version_id is not None else "",
        station=render_pathway("home/_station.html", shown, language) if shown.station_id is not None else "",
    )


@bp.get("/my/record")
@signed_in
def record() -> ResponseReturnValue:
    """Shows everything on the person's own record, and how to have it corrected."""
    person_id = current_actor().require_person()
    # A person whose records were merged sees the facts of all of them.
    ids = load_merged_ids(person_id)
    return render_template(
        "home/record.html",
        person=find_person(person_id),
        placements=queries.list_placements_of(ids),
        completions=queries.list_completions_of(ids),
        attempts=queries.list_attempts_of(ids),
        awards=list_awards_of(person_id, with_replaced=True),
        exemptions=queries.list_exemptions_of(ids),
        contacts=list_hr_contacts([each.id for each in list_employers(person_id)], clock.today()),
        correction_requests=list_own_correction_requests(person_id),
    )


@bp.get("/admin")
@role_needed(Role.ADMIN)
def admin() -> ResponseReturnValue:
    """Shows the totals of the installation, problems with background work, and links to administration."""
    return render_template(
        "home/admin.html",
        counts=queries.count_installation(),
        outbox=queries.count_outbox(),
        outbox_errors=queries.list_outbox_errors(),
        overdue_mails=count_overdue_mails(),
        mail_server=current_settings().mail_server,
        problems=[sentence for check in health_checks for sentence in check()],
        version=VERSION,
    )


@bp.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Returns 200 while the process runs, whatever the database does."""
    return {"status": "ok"}


@bp.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Returns 200 while pages can be served, otherwise 503 with the reason as a word for programs."""
    problem = find_problem()
    if problem:
        return {"status": "not ready", "reason": problem}, 503, {"Retry-After": "15", "Cache-Control": "no-store"}
    return {"status": "ready"}


@bp.get("/.well-known/security.txt")
@public
def security_txt() -> ResponseReturnValue:
    """Says, as RFC 9116 writes it, whom to tell of a weakness; 404 where the settings name nobody."""
    settings = current_settings()
    if not settings.security_contact:
        abort(404)
    # Whoever reads an old copy must ask again: the contact may have changed.
    expires = clock.now().replace(microsecond=0) + SECURITY_CONTACT_VALID
    lines = {
        "Contact": settings.security_contact,
        "Expires": expires.isoformat().replace("+00:00", "Z"),
        "Preferred-Languages": ", ".join(settings.languages),
        "Canonical": f"{settings.public_address}/.well-known/security.txt",
    }
    text = "".join(f"{name}: {value}\n" for name, value in lines.items())
    return text, {"Content-Type": "text/plain; charset=utf-8"}


@bp.get("/metrics")
@public
def metrics() -> ResponseReturnValue:
    """Returns the figures for Prometheus to whoever has the token of the settings; 404 where none is set."""
    token = current_settings().metrics_token
    if not token:
        abort(404)
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if not hmac.compare_digest(given.encode(), token.encode()):
        abort(403)
    text_for_prometheus, media_type = render_metrics(current_app, list_gauges())
    return text_for_prometheus, {"Content-Type": media_type, "Cache-Control": "no-store"}
