"""What changed between two days, person by person."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.compliance.blueprint import bp
from lms.compliance.report.changes import Change, build_changes
from lms.compliance.report.forms import PeopleForm
from lms.compliance.report.query import parse_query, shortcuts
from lms.compliance.report.verification import is_large
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.days import a_year_before
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


@bp.get("/compliance/changes")
@role_needed(Role.HR)
def changes() -> ResponseReturnValue:
    """Shows who joined, left, moved, lapsed, renewed or became compliant between two days."""
    actor = current_actor()
    form, query = parse_query(actor, request.args, language_of_page(), PeopleForm)
    what = next((each for each in Change if each == request.args.get("what")), None)
    page = None
    if query is not None:
        if form.compare_with.data is None:
            form.compare_with.data = a_year_before(query.as_of)
        if is_large(query):
            return render_template("compliance/long.html", kind="changes", form=form, query=query)
        kinds = None if what is None else frozenset({what})
        page = build_changes(query, form.compare_with.data, kinds, request.args.get("page", 1, type=int))
    return render_template(
        "compliance/changes.html",
        form=form,
        page=page,
        what=what,
        kinds=list(Change),
        shortcuts=shortcuts(clock.today(actor.time_zone)),
    ), 200 if query else 422
