"""Pages of coverage: counts over the organisations that share theirs, at the ends of months, without names."""

from collections.abc import Iterator, Sequence
from itertools import product, starmap
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from lms.compliance.api import list_courses
from lms.coverage import queries
from lms.coverage.forms import CoverageForm
from lms.coverage.models import CoverageRelease
from lms.coverage.operations import month_ends
from lms.coverage.rules import Cell, Figures, may_be_shown
from lms.kernel.actor import Role
from lms.people.api import list_stations, sector_names
from lms.people.models import Organisation
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download_csv
from lms.web.forms import form_page
from lms.web.language import language_of_page

bp = Blueprint("coverage", "lms.coverage", template_folder="templates")
MONTHS_OFFERED, MONTHS_OF_TREND = 24, 13
COVERAGE_HEAD = (
    "as_of", "known_as_of", "definitions", "organisations", "sector", "station", "course", "counted", "people",
    "compliant", "rate_percent",
)  # fmt: skip


@bp.get("/compliance/coverage")
@role_needed(Role.COORDINATOR)
def figures() -> ResponseReturnValue:
    """Shows coverage without names."""
    return form_page("coverage/coverage.html", **_load())


@bp.get("/compliance/coverage.csv")
@role_needed(Role.COORDINATOR)
def figures_csv() -> ResponseReturnValue:
    """Gives the same figures as CSV, only its head where nothing is published."""
    found = _load()
    if found["form"].errors:
        return form_page("coverage/coverage.html", **found)
    rows = found["page"].rows() if found["page"] else ()
    return download_csv(COVERAGE_HEAD, rows, f"coverage-{found['form'].as_of.data}.csv")


class CoveragePage:
    """The figures of the first of some releases; `chosen` is what the first sentence and the trend are about.

    `organisations` are counted; `joining` share now, but did not then. Of sectors by slug, stations and courses by
    row number it has the chosen one, or all; of stations and courses only those where ten people match.
    """

    def __init__(
        self, form: CoverageForm, releases: Sequence[CoverageRelease], sharing: Sequence[Organisation]
    ) -> None:
        self.chosen = chosen = form.cell()
        self.release, months = releases[0], releases[:MONTHS_OF_TREND][::-1]
        self.cells = queries.load_figures([self.release.id])[self.release.id]
        trend = queries.load_figures([each.id for each in months], chosen)
        self.trend = [(each.on_day, trend[each.id].get(chosen)) for each in months]
        self.organisations = [each for each in sharing if each.id in self.release.organisations]
        self.joining = [each for each in sharing if each.id not in self.release.organisations]
        self.sectors = {slug: name for slug, name in form.sectors.items() if chosen.sector in (None, slug)}
        some_stations = [number for number in form.stations if chosen._replace(station_id=number) in self.cells]
        some_courses = [number for number in form.courses if Cell(course_id=number) in self.cells]
        self.stations = {n: form.stations[n] for n in ([chosen.station_id] if chosen.station_id else some_stations)}
        self.courses = {n: form.courses[n] for n in ([chosen.course_id] if chosen.course_id else some_courses)}

    def at(self, **narrowed: Any) -> Figures | None:
        """Returns the figures of what is chosen, narrowed further; None where fewer than ten people match."""
        return self.cells.get(self.chosen._replace(**narrowed))

    def rows(self) -> Iterator[Sequence[Any]]:
        """Yields the rows of `COVERAGE_HEAD` of cells with ten people; `compliant` is empty where these are fewer."""
        release, many = self.release, len(self.organisations)
        head = release.on_day, release.recorded_at.isoformat(timespec="seconds"), release.definitions, many
        sector, station, course = self.chosen
        dimensions = (sector, *self.sectors), (station, *self.stations), (course, *self.courses)
        for cell in dict.fromkeys(starmap(Cell, product(*dimensions))):
            if counts := self.cells.get(cell):
                yield (
                    *head,
                    self.sectors[cell.sector] if cell.sector else "(all)",
                    self.stations[cell.station_id].name if cell.station_id else "(all)",
                    self.courses[cell.course_id].slug if cell.course_id else "(every required course)",
                    "posts" if many > 1 else "people",
                    *counts,
                    counts.rate,
                )


def _load() -> dict[str, Any]:
    """Loads the form, the page (None where nothing is published) and whether anybody shares, for the template."""
    scope = current_actor().organisations(Role.COORDINATOR)
    sharing, releases = queries.list_sharing(scope), queries.list_releases(scope)
    if not may_be_shown([each.organisations for each in releases], {each.id for each in sharing}):
        releases = []
    form, page = CoverageForm(request.args), None
    days = [each.on_day for each in releases[:MONTHS_OFFERED]] or month_ends(1)
    form.offer(days, sector_names(language_of_page()), list_stations(), list_courses())
    if form.validate() and releases:
        page = CoveragePage(form, [each for each in releases if each.on_day.isoformat() <= form.as_of.data], sharing)
    return {"form": form, "page": page, "sharing": bool(sharing)}
