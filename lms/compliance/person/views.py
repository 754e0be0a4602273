"""One person's record: their statuses on any day, and everything over time with its reason."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from lms.compliance.blueprint import bp
from lms.compliance.person.history import load_person_page
from lms.compliance.report.forms import AsOfForm
from lms.kernel import clock
from lms.kernel.actor import Role
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


@bp.get("/people/<int:person_id>")
@role_needed(Role.HR)
def person(person_id: int) -> ResponseReturnValue:
    """Shows a person of one of the actor's organisations; a merged record redirects to the surviving one."""
    actor = current_actor()
    form = AsOfForm(request.args)
    today = clock.today(actor.time_zone)
    is_valid = form.validate()
    day = form.day(today) if is_valid else None
    page = load_person_page(actor, person_id, day, today, language_of_page())
    if page.person.id != person_id:
        as_of = request.args.get("as_of")
        return redirect(url_for("compliance.person", person_id=page.person.id, as_of=as_of))
    form.as_of.data = day
    return render_template("compliance/person.html", form=form, page=page, today=today), 200 if is_valid else 422
