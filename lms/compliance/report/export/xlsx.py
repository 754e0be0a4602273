"""The report, its people and people by course as XLSX: typed cells, headings that stay, a sheet of definitions."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import BinaryIO

from flask_babel import gettext as _

from lms.compliance.report.counts import MatrixColumn, StatusCounts
from lms.compliance.report.export.tables import COUNTED, Book, address_of, definitions, figure_cells, signed_by
from lms.compliance.report.filters import STATUS_LABELS
from lms.compliance.report.query import ReportQuery, query_labels
from lms.compliance.report.report import ExplainedLine, PersonLine, ReportPage
from lms.compliance.status.definitions import DEFINITIONS_VERSION, TrainingStatus
from lms.compliance.status.facts import Id
from lms.kernel.tabular import Cell


def write_report(file: BinaryIO, page: ReportPage) -> None:
    """Writes a report: all sectors, the matrix, trend and forecast, a sheet for each sector, definitions."""
    book, report, query, sector_of = Book(file), page.report, page.query, page.query.labels.sector
    titles = {each.course_id: each.title for each in page.courses}
    figure_heads = _figure_heads(query)
    figure_widths = [12] * len(figure_heads)

    def rows_of(figures: StatusCounts, cells: Mapping[Id, StatusCounts]) -> Iterator[Sequence[Cell]]:
        yield (_("Everything that is required"), *figure_cells(figures))
        for course in report.courses:
            if course in cells:
                yield (titles[int(course)], *figure_cells(cells[course]))

    book.table(
        _("All sectors"),
        (_("Sector"), *figure_heads),
        (44, *figure_widths),
        (
            (_("All sectors"), *figure_cells(report.total)),
            *((sector_of(line.sector), *figure_cells(line.figures)) for line in page.lines),
        ),
    )
    matrix = [(sector_of(line.sector), line.cells) for line in page.lines if line.figures.people]
    book.table(
        _("Matrix"),
        (_("Sector"), *(titles[int(course)] for course in report.courses)),
        (44, *(16 for _course in report.courses)),
        [
            (name, *(cells[course].rate if course in cells else None for course in report.courses))
            for name, cells in [*matrix, (_("All sectors"), report.course_totals)]
        ],
    )
    book.table(
        _("Trend"),
        (_("Day"), _("Type"), *figure_heads),
        (12, 34, *figure_widths),
        [
            (point.day, _("projected") if page.is_projected(point.day) else _("actual"), *figure_cells(point.figures))
            for point in page.points
        ],
    )
    for line in page.lines:
        name = query.labels.short.get(line.sector, line.sector)
        book.table(
            name, (_("What is required"), *figure_heads), (44, *figure_widths), rows_of(line.figures, line.cells)
        )
    book.facts(_("Definitions"), _about(query, page.known_at, page))
    book.book.close()


def _figure_heads(query: ReportQuery) -> Sequence[str]:
    return (
        _("Posts") if query.of_posts else _("People"), _("Compliant"), _("Not yet due"), _("Overdue"), _("Rate"),
        _("Rate without the exempt"),
        *(_("Status: %(status)s", status=STATUS_LABELS[each]) for each in COUNTED),
    )  # fmt: skip


Statuses = Collection[TrainingStatus] | None


def write_people(
    file: BinaryIO, query: ReportQuery, known_at: datetime, lines: Iterable[ExplainedLine], statuses: Statuses
) -> None:
    """Writes people, one row for each requirement."""
    book = Book(file)
    head = (
        _("Name"), _("Staff number"), _("Organisation"), _("Main sector"), _("Station"), _("Role"), _("Overall"),
        _("Course"), _("Status"), _("Due on"), _("Valid through"), _("Certificate"), _("Why"),
    )  # fmt: skip
    rows = (
        (
            line.named.name, line.named.staff_number, line.organisation, line.sector_name, line.station,
            line.role, str(STATUS_LABELS[line.overall]), row.course_title, str(STATUS_LABELS[row.status]), row.due_on,
            row.valid_through, row.award, row.sentence,
        )
        for line in lines
        for row in line.rows
    )  # fmt: skip
    book.table(_("People"), head, (28, 14, 24, 28, 20, 20, 18, 40, 18, 12, 14, 18, 90), rows)
    book.facts(_("Definitions"), _about(query, known_at, statuses=statuses))
    book.book.close()


def write_matrix(
    file: BinaryIO,
    query: ReportQuery,
    known_at: datetime,
    *,
    columns: Sequence[MatrixColumn],
    lines: Iterable[PersonLine],
    statuses: Statuses,
) -> None:
    """Writes people by course, two columns for each, and the figures of each course."""
    book = Book(file)
    head = [
        _("Name"), _("Staff number"), _("Organisation"), _("Main sector"), _("Station"), _("Role"), _("Overall"),
    ]  # fmt: skip
    for column in columns:
        head += [column.course.title, _("%(course)s: last valid day, or due day", course=column.course.title)]
    words = {each: str(label) for each, label in STATUS_LABELS.items()}
    words[TrainingStatus.NOT_REQUIRED] = _("Not required")
    rows = (
        (
            line.named.name, line.named.staff_number, line.organisation, line.sector_name, line.station, line.role,
            words[line.overall], *(cell for status, day in line.cells(columns) for cell in (words[status], day)),
        )
        for line in lines
    )  # fmt: skip
    book.table(_("People by course"), head, (28, 14, 24, 28, 20, 20, 18, *(18, 14) * len(columns)), rows, frozen=2)
    figure_heads = _figure_heads(query)
    book.table(
        _("Courses"),
        (_("Course"), *figure_heads),
        (44, *[12] * len(figure_heads)),
        ((column.course.title, *figure_cells(column.figures)) for column in columns),
    )
    book.facts(_("Definitions"), _about(query, known_at, statuses=statuses))
    book.book.close()


def _about(
    query: ReportQuery, known_at: datetime, page: ReportPage | None = None, statuses: Statuses = None
) -> Iterable[tuple[str, Cell]]:
    yield _("Day of the report"), query.as_of
    yield _("Data as of (UTC)"), known_at
    yield _("Organisations"), "; ".join(each.name for each in query.organisations)
    yield from query_labels(query)
    if statuses is not None:
        yield _("Status"), ", ".join(str(label) for each, label in STATUS_LABELS.items() if each in statuses)
    if query.lapses_before is not None:
        yield _("Lapses before"), query.lapses_before
    if page:
        yield _("Report id"), str(page.id)
        yield _("Verify"), address_of(page.id)
        for line in signed_by(page.id):
            yield _("Signed off by"), line
    yield _("Definitions version"), DEFINITIONS_VERSION
    yield from definitions().items()
