"""HR's directory of people."""

from flask import render_template, request
from flask.typing import ResponseReturnValue

from lms.kernel import clock
from lms.kernel.actor import Role
from lms.people import queries
from lms.people.directory.forms import DirectoryForm
from lms.people.directory.queries import list_directory
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed
from lms.web.language import language_of_page


@bp.get("/people")
@role_needed(Role.HR)
def index() -> ResponseReturnValue:
    """Lists the people of the organisation, searched and filtered."""
    actor = current_actor()
    form = DirectoryForm(request.args)
    sectors = queries.list_sectors()
    form.offer(queries.list_stations(), sectors, language_of_page())
    page = list_directory(actor, form.filter(), clock.today(actor.time_zone), request.args.get("page", 1, type=int))
    names = {sector.slug: sector.name(language_of_page()) for sector in sectors}
    return render_template("people/index.html", form=form, page=page, sector_names=names)
