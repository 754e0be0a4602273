"""What is mandatory for whom: requirements, their versions, and what a change would do."""

from collections.abc import Mapping
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.compliance import policy
from lms.compliance.blueprint import bp
from lms.compliance.requirements import operations, queries
from lms.compliance.requirements.forms import EndRequirementForm, RequirementForm, TermsForm, VersionForm
from lms.compliance.requirements.pages import RequirementPage, describe, list_page, version_to_change
from lms.compliance.requirements.preview import preview
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
    """Lists what is mandatory for whom, and how many people it asks today."""
    actor = current_actor()
    return render_template(
        "compliance/requirements.html",
        page=list_page(actor, clock.today(actor.time_zone), language_of_page()),
    )


@bp.route("/requirements/new", methods=["GET", "POST"])
@role_needed(Role.HR, Role.ADMIN)
def new_requirement() -> ResponseReturnValue:
    """Makes a requirement with its first version."""
    form = offered(RequirementForm())
    if form.validate_on_submit():
        try:
            made = operations.make_requirement(
                current_actor(),
                organisation_id=form.owner(),
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
            return redirect(url_for("compliance.requirement", requirement_id=made.id), 303)
    return render_new(form), 422 if form.is_submitted() else 200


@bp.post("/requirements/preview")
@role_needed(Role.HR, Role.ADMIN)
def preview_requirement() -> ResponseReturnValue:
    """Shows what a new requirement would do; records nothing and keeps what was typed."""
    form = offered(RequirementForm())
    if not form.validate_on_submit():
        return render_new(form), 422
    return render_new(form, previewed(form, None, form.owner(), form.course.data))


@bp.get("/requirements/<int:requirement_id>")
@role_needed(Role.HR, Role.ADMIN)
def requirement(requirement_id: int) -> ResponseReturnValue:
    """Shows a requirement and all its versions, each with who recorded it and why."""
    actor = current_actor()
    listed = queries.load_requirement_for(actor, requirement_id)
    page = describe(actor, listed, clock.today(actor.time_zone), language_of_page())
    return render_template("compliance/requirement.html", page=page)


@bp.route("/requirements/<int:requirement_id>/change", methods=["GET", "POST"])
@role_needed(Role.HR, Role.ADMIN)
def change_requirement(requirement_id: int) -> ResponseReturnValue:
    """Records a new version from a day on."""
    page, form = load_change(requirement_id)
    if form.validate_on_submit():
        try:
            operations.add_version(
                current_actor(),
                page.listed.requirement,
                effective_from=form.effective_from.data,
                terms=form.terms(),
                reason=form.reason.data,
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("Change recorded."), "good")
            return redirect(url_for("compliance.requirement", requirement_id=requirement_id), 303)
    return render_template(
        "compliance/change_requirement.html", page=page, form=form, preview=None
    ), 422 if form.is_submitted() else 200


@bp.post("/requirements/<int:requirement_id>/preview")
@role_needed(Role.HR, Role.ADMIN)
def preview_change(requirement_id: int) -> ResponseReturnValue:
    """Shows what a change would do; records nothing and keeps what was typed."""
    page, form = load_change(requirement_id)
    shown = None
    if form.validate_on_submit():
        asked = page.listed.requirement
        shown = previewed(form, asked.id, asked.organisation_id, asked.course_id)
    return render_template(
        "compliance/change_requirement.html", page=page, form=form, preview=shown
    ), 200 if shown else 422


@bp.route("/requirements/<int:requirement_id>/end", methods=["GET", "POST"])
@role_needed(Role.HR, Role.ADMIN)
def end_requirement(requirement_id: int) -> ResponseReturnValue:
    """Ends a requirement after a day."""
    page = load_changeable(requirement_id)
    form = EndRequirementForm()
    if form.validate_on_submit():
        try:
            operations.end_requirement(
                current_actor(),
                page.listed.requirement,
                effective_through=form.effective_through.data,
                reason=form.reason.data,
            )
        except Invalid as error:
            form.add_error(error)
        else:
            flash(_("The requirement ends after that day."), "good")
            return redirect(url_for("compliance.requirement", requirement_id=requirement_id), 303)
    return render_template(
        "compliance/end_requirement.html", page=page, form=form
    ), 422 if form.is_submitted() else 200


def offered(form: RequirementForm) -> RequirementForm:
    """Fills the choices of a new requirement."""
    actor = current_actor()
    form.offer_owners(
        names.list_reported_organisations(actor),
        house=policy.may_change_requirement(actor, None),
        courses=names.list_courses(),
    )
    offer_terms(form)
    today = clock.today(actor.time_zone)
    if not form.is_submitted():
        form.effective_from.data = today
    form.look_at_start(today)
    return form


def offer_terms(form: TermsForm, kept: Mapping[str, Any] | None = None) -> None:
    """Fills the choices of whom a version asks; words of a match that is kept stay possible."""
    choices = names.find_choices(queries.asked_organisations(current_actor()))
    form.offer(list_sectors(), choices, language_of_page(), kept)


def render_new(form: RequirementForm, shown: object = None) -> str:
    """Renders the page of a new requirement, with what it would do where that was asked."""
    return render_template("compliance/new_requirement.html", form=form, preview=shown)


def load_changeable(requirement_id: int) -> RequirementPage:
    """Loads a requirement that the actor may change; raises NotThere or NotYours."""
    actor = current_actor()
    listed = queries.load_requirement_for(actor, requirement_id)
    policy.judge(policy.may_change_requirement(actor, listed.requirement.organisation_id))
    return describe(actor, listed, clock.today(actor.time_zone), language_of_page())


def load_change(requirement_id: int) -> tuple[RequirementPage, VersionForm]:
    """Loads a requirement to change, and the form that begins with what it says now."""
    page, form = load_changeable(requirement_id), VersionForm()
    today = clock.today(current_actor().time_zone)
    version = version_to_change(page, today)
    form.begin_with(version, today)
    form.keep_age(version.max_age)
    offer_terms(form, version.match)
    return page, form


def previewed(
    form: TermsForm, requirement_id: int | None, organisation_id: int | None, course_id: int
) -> object:
    """Works out what the typed version would do, among the organisations the actor may ask."""
    actor = current_actor()
    sector_names = {each.slug: each.name(language_of_page()) for each in list_sectors()}
    found = preview(
        queries.asked_organisations(actor) if organisation_id is None else frozenset({organisation_id}),
        requirement_id=requirement_id,
        organisation_id=organisation_id,
        course=names.find_course(course_id),
        effective_from=form.effective_from.data,
        terms=form.terms(),
        sectors=list(sector_names),
        today=clock.today(actor.time_zone),
    )
    return {"found": found, "names": sector_names}
