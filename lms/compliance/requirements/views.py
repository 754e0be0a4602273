"""Pages of requirements (list, versions, record, change, preview, end) and exemptions (list, record, withdraw)."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _, ngettext

from lms.audit.api import list_reasons
from lms.audit.downloads import audited_download
from lms.compliance import policy
from lms.compliance.blueprint import AGAIN_SECONDS, bp
from lms.compliance.projection.progress import read_progress
from lms.compliance.requirements import operations, queries
from lms.compliance.requirements.descriptions import DescribedRequirement, describe_requirements
from lms.compliance.requirements.forms import (
    KIND_LABELS,
    STATE_LABELS,
    EndRequirementForm,
    ExemptionFilterForm,
    ExemptionForm,
    RequirementForm,
    TermsForm,
)
from lms.compliance.requirements.models import Requirement, RequirementVersion
from lms.compliance.requirements.preview import Preview, preview
from lms.compliance.requirements.queries import ListedExemption
from lms.compliance.source_data import names
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.people.api import list_organisations_of, sector_names
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download_csv
from lms.web.forms import ReasonForm, form_page, redirect_with
from lms.web.language import language_of_page
from lms.web.recorders import recorders_of

EXEMPTIONS_HEAD = (
    "organisation", "staff_number", "name", "requirement", "kind", "from", "until", "state", "reason", "evidence",
    "recorded_at", "recorded_by", "own_record",
)  # fmt: skip


@bp.get("/requirements")
@role_needed(Role.HR, Role.ADMIN)
def requirements() -> ResponseReturnValue:
    """Lists the requirements, and how many people each applies to today."""
    actor = current_actor()
    listed = queries.list_requirements_for(actor)
    described = describe_requirements(actor, listed, clock.today(actor.time_zone), language_of_page())
    return render_template("compliance/requirements.html", requirements=described)


@bp.route("/requirements/new", methods=["GET", "POST"])
@role_needed(Role.HR, Role.ADMIN)
def new_requirement() -> ResponseReturnValue:
    """Records a requirement with its first version."""
    form = _new_form()
    requirement = form.result_on_submit(
        lambda: operations.make_requirement(
            current_actor(),
            organisation_id=form.organisation_id(),
            course_id=form.course.data,
            effective_from=form.effective_from.data,
            terms=form.terms(),
            reason=form.reason.data,
            past_accepted=form.past_accepted.data,
        )
    )
    if requirement is not None:
        return redirect_with(_("Requirement recorded."), "compliance.requirement", requirement_id=requirement.id)
    return _new_page(form)


@bp.post("/requirements/preview")
@role_needed(Role.HR, Role.ADMIN)
def preview_requirement() -> ResponseReturnValue:
    """Shows the effect of a new requirement; records nothing, and the form stays filled."""
    form = _new_form()
    if not form.validate_on_submit():
        return _new_page(form)
    requirement = Requirement(organisation_id=form.organisation_id(), course_id=form.course.data)
    return _new_page(form, preview(current_actor(), requirement, form.effective_from.data, form.terms()))


@bp.get("/requirements/<int:requirement_id>")
@role_needed(Role.HR, Role.ADMIN)
def requirement(requirement_id: int) -> ResponseReturnValue:
    """Shows a requirement and all its versions, each with who recorded it and why."""
    page = _load(requirement_id)
    owner = page.listed.requirement.organisation_id
    progress = read_progress(queries.organisations_in_scope(current_actor()) if owner is None else {owner})
    shown = render_template(
        "compliance/requirement.html",
        page=page,
        recorders=recorders_of(each.version for each in page.versions),
        progress=progress,
    )
    return shown, {"Refresh": str(AGAIN_SECONDS)} if progress else {}


@bp.route("/requirements/<int:requirement_id>/change", methods=["GET", "POST"])
@role_needed(Role.HR, Role.ADMIN)
def change_requirement(requirement_id: int) -> ResponseReturnValue:
    """Changes the terms from a day on, as a new version."""
    page, form = _load_change(requirement_id)
    if form.run_on_submit(
        lambda: operations.add_version(
            current_actor(),
            page.listed.requirement,
            effective_from=form.effective_from.data,
            terms=form.terms(),
            reason=form.reason.data,
        )
    ):
        return redirect_with(_("Change recorded."), "compliance.requirement", requirement_id=requirement_id)
    return form_page("compliance/change_requirement.html", form, page=page, preview=None)


@bp.post("/requirements/<int:requirement_id>/preview")
@role_needed(Role.HR, Role.ADMIN)
def preview_change(requirement_id: int) -> ResponseReturnValue:
    """Shows the effect of a change; records nothing, and the form stays filled."""
    page, form = _load_change(requirement_id)
    shown = None
    if form.validate_on_submit():
        shown = preview(current_actor(), page.listed.requirement, form.effective_from.data, form.terms())
    return form_page(
        "compliance/change_requirement.html", form, page=page, preview=shown, sectors=sector_names(language_of_page())
    )


@bp.route("/requirements/<int:requirement_id>/end", methods=["GET", "POST"])
@role_needed(Role.HR, Role.ADMIN)
def end_requirement(requirement_id: int) -> ResponseReturnValue:
    """Ends a requirement after a day."""
    page, form = _load(requirement_id, to_change=True), EndRequirementForm()
    if form.run_on_submit(
        lambda: operations.end_requirement(
            current_actor(),
            page.listed.requirement,
            effective_through=form.effective_through.data,
            reason=form.reason.data,
        )
    ):
        message = _("The requirement ends after that day.")
        return redirect_with(message, "compliance.requirement", requirement_id=requirement_id)
    return form_page("compliance/end_requirement.html", form, page=page)


def _new_form() -> RequirementForm:
    actor, form = current_actor(), RequirementForm()
    today = clock.today(actor.time_zone)
    form.offer_owners(
        list_organisations_of(actor, Role.HR),
        all_organisations=policy.may_change_requirement(actor, None),
        courses=names.list_courses(),
    )
    _offer_choices(form)
    if not form.is_submitted():
        form.effective_from.data = today
    form.starts_in_past = form.effective_from.data is not None and form.effective_from.data < today
    return form


def _offer_choices(form: TermsForm, current: RequirementVersion | None = None) -> None:
    choices = names.find_choices(queries.organisations_in_scope(current_actor()))
    form.offer_choices(sector_names(language_of_page()), choices, current)


def _new_page(form: RequirementForm, shown: Preview | None = None) -> ResponseReturnValue:
    return form_page("compliance/new_requirement.html", form, preview=shown, sectors=sector_names(language_of_page()))


def _load(requirement_id: int, *, to_change: bool = False) -> DescribedRequirement:
    """Loads a requirement; raises NotThere, and NotAllowed where it is to be changed and the actor may not."""
    actor = current_actor()
    listed = queries.load_requirement_for(actor, requirement_id)
    page = describe_requirements(actor, [listed], clock.today(actor.time_zone), language_of_page())[0]
    policy.require_allowed(page.may_change or not to_change)
    return page


def _load_change(requirement_id: int) -> tuple[DescribedRequirement, TermsForm]:
    """Loads a requirement to change, and the form filled with its present terms: those in force, else the latest."""
    page, form = _load(requirement_id, to_change=True), TermsForm()
    today = clock.today(current_actor().time_zone)
    current = page.current.version
    version = current if current.effective_from <= today else page.versions[0].version
    _offer_choices(form, version)
    if not form.is_submitted():
        form.fill_from(version, today)
    return page, form


@bp.get("/exemptions", endpoint="exemptions")
@role_needed(Role.HR)
def list_exemptions() -> ResponseReturnValue:
    """Lists the exemptions in the actor's organisations, filtered by kind and state."""
    actor, form = current_actor(), ExemptionFilterForm(request.args)
    today = clock.today(actor.time_zone)
    page = queries.list_exemptions_for(actor, today, request.args.get("page", 1, type=int), **form.data)
    progress = read_progress(queries.organisations_in_scope(actor))
    shown = render_template(
        "compliance/exemptions.html",
        form=form,
        page=page,
        today=today,
        kinds=KIND_LABELS,
        progress=progress,
        **_recording(page.items),
    )
    return shown, {"Refresh": str(AGAIN_SECONDS)} if progress else {}


def _recording(listed: Sequence[ListedExemption]) -> dict[str, Any]:
    """Returns who recorded and withdrew exemptions, and why they were withdrawn, for a page."""
    withdrawn = [each.exemption.id for each in listed if each.exemption.retracted_at is not None]
    reasons = list_reasons("compliance.withdraw_exemption", "exemption", withdrawn)
    return {"recorders": recorders_of(each.exemption for each in listed), "withdrawal_reasons": reasons}


@bp.get("/exemptions/print")
@role_needed(Role.HR)
def print_exemptions() -> ResponseReturnValue:
    """Shows all of them on one page to print, with who recorded each."""
    actor, form = current_actor(), ExemptionFilterForm(request.args)
    today = clock.today(actor.time_zone)
    listed = queries.list_all_exemptions_for(actor, today, **form.data)
    return render_template(
        "compliance/print_exemptions.html",
        form=form,
        listed=listed,
        today=today,
        now=clock.now(),
        kinds=KIND_LABELS,
        states=STATE_LABELS,
        **_recording(listed),
    )


@bp.get("/exemptions.csv")
@role_needed(Role.HR)
@audited_download
def exemptions_csv() -> ResponseReturnValue:
    """Downloads all of them as CSV."""
    actor, form = current_actor(), ExemptionFilterForm(request.args)
    today = clock.today(actor.time_zone)
    listed = queries.list_all_exemptions_for(actor, today, **form.data)
    recorders = recorders_of(each.exemption for each in listed)
    rows = (
        (
            each.organisation, each.staff_number, each.person, each.course or "(everything required)",
            each.exemption.kind, each.exemption.from_on, each.exemption.until_on, each.state(today),
            each.exemption.reason, each.exemption.evidence, each.exemption.recorded_at,
            recorders.name(each.exemption.recorded_by, each.exemption.recorded_at), "yes" if each.is_own else "",
        )
        for each in listed
    )  # fmt: skip
    return download_csv(EXEMPTIONS_HEAD, rows, f"exemptions-{today}.csv")


@bp.route("/exemptions/new", methods=["GET", "POST"])
@role_needed(Role.HR)
def new_exemption() -> ResponseReturnValue:
    """Exempts people from a requirement or from all; a person's page fills in the organisation and staff number."""
    actor, form = current_actor(), ExemptionForm()
    form.offer_choices(list_organisations_of(actor, Role.HR), queries.list_requirements_for(actor))
    if not form.is_submitted():
        form.staff_number.data = request.args.get("staff_number", "")[:40]
        form.organisation.data = request.args.get("organisation", form.organisation.data, type=int)
        form.from_on.data = clock.today(actor.time_zone)
    if form.run_on_submit(lambda: _exempt_all(form)):
        message = ngettext("Exemption recorded.", "%(num)s exemptions recorded.", len(form.staff_numbers))
        return redirect_with(message, "compliance.exemptions")
    return form_page("compliance/new_exemption.html", form)


def _exempt_all(form: ExemptionForm) -> None:
    """Records what a form says; raises Invalid, with nothing recorded, where one of its people cannot be exempted."""
    operations.exempt_people(
        current_actor(),
        form.staff_numbers,
        requirement_id=form.requirement.data,
        organisation_id=form.organisation.data,
        from_on=form.from_on.data,
        until_on=form.until_on.data,
        kind=form.kind.data,
        reason=form.reason.data,
        evidence=form.evidence.data or "",
    )


@bp.route("/exemptions/<int:exemption_id>/withdraw", methods=["GET", "POST"])
@role_needed(Role.HR)
def withdraw_exemption(exemption_id: int) -> ResponseReturnValue:
    """Withdraws an exemption; reports with earlier data still show it."""
    actor = current_actor()
    listed = queries.load_exemption_for(actor, exemption_id)
    form = ReasonForm()
    if form.run_on_submit(lambda: operations.withdraw_exemption(actor, listed.exemption, reason=form.reason.data)):
        return redirect_with(_("Exemption withdrawn."), "compliance.exemptions")
    recorders = recorders_of([listed.exemption])
    return form_page("compliance/withdraw_exemption.html", form, listed=listed, recorders=recorders)
