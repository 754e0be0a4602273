"""Pages of requirements: list, versions, record, change, preview and end."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.compliance import policy
from lms.compliance.blueprint import bp
from lms.compliance.requirements import operations, queries
from lms.compliance.requirements.descriptions import DescribedRequirement, describe_requirements
from lms.compliance.requirements.forms import EndRequirementForm, RequirementForm, TermsForm, VersionForm
from lms.compliance.requirements.models import RequirementVersion
from lms.compliance.requirements.preview import Preview, preview
from lms.compliance.source_data import names
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.people.api import list_sectors
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


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
    if form.validate_on_submit():
        try:
            requirement = operations.make_requirement(
                current_actor(),
                organisation_id=form.organisation_id(),
                course_id=form.course.data,
                effective_from=form.effective_from.data,
                terms=form.terms(),
                reason=form.reason.data,
                past_accepted=form.past_accepted.data,
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("Requirement recorded."), "good")
            return redirect(url_for("compliance.requirement", requirement_id=requirement.id), 303)
    return _render_new(form), 422 if form.is_submitted() else 200


@bp.post("/requirements/preview")
@role_needed(Role.HR, Role.ADMIN)
def preview_requirement() -> ResponseReturnValue:
    """Shows the effect of a new requirement; records nothing, and the form stays filled."""
    form = _new_form()
    if not form.validate_on_submit():
        return _render_new(form), 422
    return _render_new(form, _preview(form, None, form.organisation_id(), form.course.data))


@bp.get("/requirements/<int:requirement_id>")
@role_needed(Role.HR, Role.ADMIN)
def requirement(requirement_id: int) -> ResponseReturnValue:
    """Shows a requirement and all its versions, each with who recorded it and why."""
    return render_template("compliance/requirement.html", page=_load(requirement_id))


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
        flash(_("Change recorded."), "good")
        return redirect(url_for("compliance.requirement", requirement_id=requirement_id), 303)
    return render_template(
        "compliance/change_requirement.html", page=page, form=form, preview=None
    ), 422 if form.is_submitted() else 200


@bp.post("/requirements/<int:requirement_id>/preview")
@role_needed(Role.HR, Role.ADMIN)
def preview_change(requirement_id: int) -> ResponseReturnValue:
    """Shows the effect of a change; records nothing, and the form stays filled."""
    page, form = _load_change(requirement_id)
    shown = None
    if form.validate_on_submit():
        requirement = page.listed.requirement
        shown = _preview(form, requirement.id, requirement.organisation_id, requirement.course_id)
    return render_template(
        "compliance/change_requirement.html", page=page, form=form, preview=shown, sectors=_sector_names()
    ), 200 if shown else 422


@bp.route("/requirements/<int:requirement_id>/end", methods=["GET", "POST"])
@role_needed(Role.HR, Role.ADMIN)
def end_requirement(requirement_id: int) -> ResponseReturnValue:
    """Ends a requirement after a day."""
    page = _load_changeable(requirement_id)
    form = EndRequirementForm()
    if form.run_on_submit(
        lambda: operations.end_requirement(
            current_actor(),
            page.listed.requirement,
            effective_through=form.effective_through.data,
            reason=form.reason.data,
        )
    ):
        flash(_("The requirement ends after that day."), "good")
        return redirect(url_for("compliance.requirement", requirement_id=requirement_id), 303)
    return render_template("compliance/end_requirement.html", page=page, form=form), 422 if form.is_submitted() else 200


def _new_form() -> RequirementForm:
    actor, form = current_actor(), RequirementForm()
    today = clock.today(actor.time_zone)
    form.offer_owners(
        names.list_reported_organisations(actor),
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
    form.offer_choices(list_sectors(), choices, language_of_page(), current)


def _render_new(form: RequirementForm, shown: Preview | None = None) -> str:
    return render_template("compliance/new_requirement.html", form=form, preview=shown, sectors=_sector_names())


def _load(requirement_id: int) -> DescribedRequirement:
    actor = current_actor()
    listed = queries.load_requirement_for(actor, requirement_id)
    return describe_requirements(actor, [listed], clock.today(actor.time_zone), language_of_page())[0]


def _load_changeable(requirement_id: int) -> DescribedRequirement:
    """Loads a requirement that the actor may change; raises NotThere or NotYours."""
    page = _load(requirement_id)
    policy.require_allowed(page.may_change)
    return page


def _load_change(requirement_id: int) -> tuple[DescribedRequirement, VersionForm]:
    """Loads a requirement to change, and the form filled with its present terms."""
    page, form = _load_changeable(requirement_id), VersionForm()
    today = clock.today(current_actor().time_zone)
    version = page.version_to_change(today)
    _offer_choices(form, version)
    if not form.is_submitted():
        form.fill_from(version, today)
    return page, form


def _preview(form: TermsForm, requirement_id: int | None, organisation_id: int | None, course_id: int) -> Preview:
    return preview(
        current_actor(),
        requirement_id=requirement_id,
        organisation_id=organisation_id,
        course_id=course_id,
        effective_from=form.effective_from.data,
        terms=form.terms(),
    )


def _sector_names() -> dict[str, str]:
    return {each.slug: each.name(language_of_page()) for each in list_sectors()}
