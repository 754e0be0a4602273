"""Pages of certificates: the certificate and its PDF, revoking and correcting it, and the public check."""

import re
from typing import Any

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from lms.audit.api import list_reasons
from lms.certification import policy
from lms.certification.awards import operations, queries
from lms.certification.awards.document import code_address, render_certificate, verify_address
from lms.certification.awards.explain import how_earned, why_these_dates
from lms.certification.awards.forms import CorrectForm, RenameForm, RevokeForm
from lms.certification.awards.queries import RecordedAward
from lms.certification.awards.rules import AwardState, normalise_serial, print_serial
from lms.certification.blueprint import bp
from lms.certification.signing.queries import Signer, find_signer
from lms.kernel import clock, qr
from lms.kernel.actor import Actor, Role
from lms.kernel.errors import NotAllowed, NotThere
from lms.kernel.i18n import gettext as _, ngettext
from lms.people.api import list_corrections, list_employers_on_or_after, load_person_for, may_correct
from lms.web.access import current_actor, public, role_needed, signed_in
from lms.web.downloads import download
from lms.web.formatting import day
from lms.web.forms import form_page, redirect_with
from lms.web.headers import not_stored
from lms.web.limits import limiter
from lms.web.recorders import recorders_of

LONGEST_TYPED = 60


@bp.get("/certificates/<serial>")
@signed_in
def certificate(serial: str) -> ResponseReturnValue:
    """Shows a certificate to its holder and their HR: its text, the reason for its dates, and its state today."""
    actor = current_actor()
    known = queries.load_award_for(actor, serial)
    check_address = verify_address(known.award)
    return render_template(
        "certification/certificate.html",
        known=known,
        state=known.state,
        why=why_these_dates(known.award),
        check_address=check_address,
        # Our own code builds this from numbers only.
        code=Markup(qr.svg(code_address(known.award, known.name, this_signer()))),  # noqa: S704
        how=how_earned(known.award),
        recognised=queries.find_recognition(known.award.id),
        own=known.award.person_id == actor.person_id,
        may_change=may_change(actor, known),
        may_correct=actor.has(Role.HR) and may_correct(actor, known.award.person_id),
        successor=queries.find_visible_successor(actor, known),
        evidence=evidence_for_hr(actor, known),
    )


def evidence_for_hr(actor: Actor, known: RecordedAward) -> dict[str, Any]:
    """Returns what HR sees of how a certificate was recorded, corrected and revoked; nothing for others."""
    award = known.award
    if not actor.has(Role.HR) or not queries.may_see_evidence(actor, award):
        return {}
    successor = queries.find_visible_successor(actor, known)
    is_revocation_seen = known.revocation is not None and queries.may_see_evidence(actor, award, revoked=True)
    revocation = known.revocation if is_revocation_seen else None
    return {
        "revocation": revocation,
        "reasons": list_reasons("certification.supersede", "award", [award.id, award.supersedes_id or 0]),
        "recorders": recorders_of([award, revocation, successor and successor.award]),
    }


@bp.get("/certificates/<serial>.pdf")
@signed_in
def certificate_pdf(serial: str) -> ResponseReturnValue:
    """Sends a certificate's PDF to its holder and their HR."""
    known = queries.load_award_for(current_actor(), serial)
    # Only the serial: a file name with a personal name would spread further than the certificate.
    return download(render_certificate(known.award, known.name, this_signer()), f"{known.serial}.pdf", inline=True)


def this_signer() -> Signer | None:
    """Returns the key that signs certificates here; None before the server first started."""
    return find_signer(str(current_app.secret_key))


@bp.get("/certificates/of-attempt/<int:attempt_id>")
@signed_in
def of_attempt(attempt_id: int) -> ResponseReturnValue:
    """Redirects the holder from a passed attempt to its certificate."""
    known = queries.find_award_of_attempt(attempt_id)
    if known is None or known.award.person_id != current_actor().person_id:
        raise NotThere
    return redirect(url_for("certification.certificate", serial=known.serial))


@bp.route("/certificates/<serial>/revoke", methods=["GET", "POST"])
@role_needed(Role.HR)
def revoke(serial: str) -> ResponseReturnValue:
    """Revokes a certificate, after a confirmation."""
    actor = current_actor()
    known = load_award_to_change(actor, serial)
    award, today = known.award, clock.today(known.award.zone)
    form = RevokeForm(effective_on=today if today <= award.valid_until else award.earned_on)
    if form.run_on_submit(
        lambda: operations.revoke(actor, award, reason=form.reason.data, effective_on=form.effective_on.data)
    ):
        revoked = _("The certificate was revoked. Anybody who checks it sees that.")
        return redirect_with(revoked, "certification.certificate", serial=known.serial)
    return form_page("certification/revoke.html", form, known=known)


@bp.route("/certificates/<serial>/correct", methods=["GET", "POST"])
@role_needed(Role.HR)
def correct(serial: str) -> ResponseReturnValue:
    """Replaces a certificate by one with another name, after a confirmation."""
    actor = current_actor()
    known = load_award_to_change(actor, serial)
    form = CorrectForm(name=known.name)
    successor = form.result_on_submit(
        lambda: operations.supersede(actor, known.award, name=form.name.data, reason=form.reason.data)
    )
    if successor is not None:
        corrected = _("This is the corrected certificate, with a new serial number. Give it to its holder.")
        return redirect_with(corrected, "certification.certificate", serial=print_serial(successor.serial))
    may = may_correct(actor, known.award.person_id)
    return form_page("certification/correct.html", form, known=known, may_correct=may)


@bp.route("/people/<int:person_id>/certificates", methods=["GET", "POST"])
@role_needed(Role.HR)
def rename(person_id: int) -> ResponseReturnValue:
    """Replaces those certificates of somebody with a corrected name that HR chooses, all in one act."""
    actor = current_actor()
    person = load_person_for(actor, person_id)
    listed = {each.serial: each for each in queries.list_awards_named_otherwise(actor, person)}
    if not listed:
        message = _("No certificate that you may replace shows another name.")
        return redirect_with(message, "people.placements", person_id=person_id)
    form = RenameForm(
        serials=[serial for serial, each in listed.items() if each.state == AwardState.VALID],
        reason=next((each.reason for each in list_corrections(actor, person_id)), ""),
    )
    form.serials.choices = [(serial, _describe(each)) for serial, each in listed.items()]
    name = person.name_on_certificates
    if form.run_on_submit(
        lambda: [
            operations.supersede(actor, listed[serial].award, name=name, reason=form.reason.data)
            for serial in form.serials.data or []
        ]
    ):
        replaced = len(form.serials.data or [])
        message = ngettext("%(num)s certificate was replaced.", "%(num)s certificates were replaced.", replaced)
        return redirect_with(message, "people.placements", person_id=person_id)
    return form_page("certification/rename.html", form, person=person)


def _describe(known: RecordedAward) -> str:
    """Returns what tells a certificate apart on a list: course, name, days and serial."""
    return _(
        "%(course)s: “%(name)s”, earned on %(earned)s, valid through %(until)s (%(serial)s)",
        course=known.award.printed["course"],
        name=known.name,
        earned=day(known.award.earned_on),
        until=day(known.award.valid_until),
        serial=known.serial,
    )


@bp.get("/verify")
@public
def verify() -> ResponseReturnValue:
    """Asks for a serial number and redirects to its page; accepts a whole address as well."""
    typed = request.args.get("serial", "").strip().rstrip("/").rpartition("/")[2][:LONGEST_TYPED]
    if not re.search(r"\w", typed):
        return render_template("certification/verify.html")
    stored = normalise_serial(typed)
    return redirect(url_for("certification.verified", serial=print_serial(stored) if stored else typed))


@bp.get("/verify/<serial>")
@public
@limiter.limit("30 per minute")
@not_stored
def verified(serial: str) -> ResponseReturnValue:
    """Shows anybody what an award says and whether it is valid today, and nothing else about its holder."""
    stored = normalise_serial(serial)
    known = queries.find_award(stored) if stored else None
    if known is None:
        page = render_template("certification/unknown.html", typed=serial, mistyped=stored is None)
        response = make_response(page, 404)
    else:
        today = clock.today(known.award.zone)
        page = render_template(
            "certification/verified.html", known=known, state=known.state, today=today, how=how_earned(known.award)
        )
        response = make_response(page)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def load_award_to_change(actor: Actor, serial: str) -> RecordedAward:
    """Loads an award that the actor may revoke or correct; raises `NotThere` and `NotAllowed`."""
    known = queries.load_award_for(actor, serial)
    if not may_change(actor, known):
        raise NotAllowed(_("Only HR of the organisation that issued this certificate can change it."))
    return known


def may_change(actor: Actor, known: RecordedAward) -> bool:
    """Says whether the actor may revoke or correct an award; the operation checks whether it still can be."""
    employers = list_employers_on_or_after([known.award.person_id], clock.today(actor.time_zone))
    return policy.may_change_certificate(actor, known.award, employers)
