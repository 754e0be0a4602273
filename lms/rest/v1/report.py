"""The figures of the report."""

from datetime import date, datetime
from typing import Any

from flask_babel import gettext as _
from pydantic import Field
from werkzeug.datastructures import MultiDict

from lms.accounts.api import TokenHolder, TokenScope
from lms.compliance.api import ReportForm, StatusCounts, TrainingStatus, build_report, parse_query, takes_long
from lms.rest.endpoints import Shape, endpoint
from lms.rest.problems import FieldError, RequestProblem
from lms.rest.v1.values import AS_OF, KNOWN_AS_OF, Day, KnownAsOf
from lms.web.language import language_of_page


class ReportFilters(Shape):
    """Of which day, as known when, and who is counted; by the short names that the report's page has in its address."""

    as_of: Day | None = Field(None, description=AS_OF)
    known_as_of: KnownAsOf | None = Field(None, description=KNOWN_AS_OF)
    station: str | None = Field(None, max_length=60)
    course: str | None = Field(None, max_length=80)
    sector: str | None = Field(None, max_length=40)
    role: str | None = Field(None, max_length=60)
    contract: str | None = Field(None, max_length=30)
    works_with_children: bool | None = None


class StatusFigures(Shape):
    """How many people of whom something is required have which status; each counts once, with the worst."""

    people: int
    compliant: int
    in_time: int
    late: int
    rate: float | None = Field(
        description="The compliant share from 0 to 1; null where nothing is required of anybody."
    )
    by_status: dict[TrainingStatus, int]


class SectorFigures(Shape):
    """One sector: its figures, and how the rate changed in 30 days, in percentage points."""

    sector: str
    counts: StatusFigures
    change_points: int | None
    courses: dict[str, StatusFigures] = Field(description="By the short name of each course that somebody there needs.")


class DayFigures(Shape):
    """The figures of a day; projected where it lies after the moment of knowledge."""

    day: date
    projected: bool
    counts: StatusFigures


class ReportFigures(Shape):
    """The report of the organisation."""

    report_id: str = Field(description="By which the report's page computes the same figures again.")
    definitions: str = Field(description="The version of the definitions of the statuses.")
    as_of: date
    known_at: datetime
    counts: StatusFigures
    not_required: int = Field(description="People of whom nothing is required; they are in no rate.")
    change_points: int | None
    sectors: list[SectorFigures]
    courses: dict[str, StatusFigures]
    trend: list[DayFigures] = Field(description="24 months before the day, and 12 after it.")


@endpoint("GET", "/report", scope=TokenScope.REPORT_READ, query=ReportFilters, answer=ReportFigures)
def report(*, caller: TokenHolder, query: ReportFilters) -> ReportFigures:
    """The figures of the per-sector report.

    The same as on its page, by the same code. While statuses are being updated it answers 503.
    """
    address: MultiDict[str, str] = MultiDict({"organisation": caller.organisation_slug, **_words(query)})
    form, report_query = parse_query(caller.actor, address, language_of_page(), ReportForm)
    if report_query is None:
        errors = [FieldError(field=name, message=str(text)) for name, texts in form.errors.items() for text in texts]
        raise RequestProblem(422, errors=errors)
    if takes_long(report_query):
        message = _("With so many people, past data take minutes. Open the report's page, which computes them.")
        raise RequestProblem(422, errors=[FieldError(field="known_as_of", message=message)])
    page = build_report(report_query, "sector", may_be_cached=True)
    made, courses = page.report, {each.course_id: each.slug for each in page.courses}
    return ReportFigures(
        report_id=str(page.id),
        definitions=str(page.id.definitions),
        as_of=made.as_of,
        known_at=page.known_at,
        counts=_counts(made.total),
        not_required=made.not_required,
        change_points=made.change,
        sectors=[
            SectorFigures(
                sector=line.sector,
                counts=_counts(line.figures),
                change_points=line.change,
                courses={courses[int(course)]: _counts(cell) for course, cell in line.cells.items()},
            )
            for line in page.lines
        ],
        courses={courses[int(course)]: _counts(total) for course, total in made.course_totals.items()},
        trend=[
            DayFigures(day=each.day, projected=page.is_projected(each.day), counts=_counts(each.figures))
            for each in page.points
        ],
    )


def _words(query: ReportFilters) -> dict[str, Any]:
    """Returns the filters as the report's address has them."""
    found = {name: str(value) for name, value in query.model_dump(mode="json").items() if value is not None}
    if query.works_with_children is not None:
        found["works_with_children"] = "yes" if query.works_with_children else "no"
    return found


def _counts(counts: StatusCounts) -> StatusFigures:
    return StatusFigures(
        people=counts.people,
        compliant=counts.compliant,
        in_time=counts.in_time,
        late=counts.late,
        rate=None if counts.rate is None else round(float(counts.rate), 6),
        by_status=dict(counts.by_status),
    )
