"""The first sentences of a report in parts, so that page and paper say the same and can print the figures strong."""

from dataclasses import dataclass
from datetime import date

from lms.catalogue.api import course_by_id
from lms.compliance.report.report import ReportPage
from lms.kernel.errors import require_found
from lms.kernel.i18n import gettext as _, ngettext
from lms.web.formatting import NO_BREAK, day, number, percent


@dataclass(frozen=True, slots=True)
class SentencePart:
    """A piece of a sentence; figures and names are strong."""

    text: str
    strong: bool


def report_sentence(page: ReportPage) -> list[SentencePart]:
    """Returns what share complies on the day, of the course where one is filtered by, and which sector is lowest."""
    report, filters, labels = page.report, page.query.filters, page.query.labels
    course = "" if filters.course is None else require_found(course_by_id(int(filters.course))).title
    people = report.total.people
    if not people:
        nobody = (
            _("On %(day)s, “%(course)s” is not required of anyone here.")
            if course
            else _("On %(day)s, nothing is required of anyone here.")
        )
        return _parts(nobody, day=_day(report.as_of), course=course)
    counted = (
        ngettext("%(count)s post", "%(count)s posts", people, count=number(people))
        if page.query.of_posts
        else ngettext("%(count)s person", "%(count)s people", people, count=number(people))
    )
    rate = percent(report.total.rate)
    said = _parts(_main_pattern(page), day=_day(report.as_of), rate=rate, counted=counted, course=course)
    if exempt := report.total.exempt:
        pattern = ngettext(
            "%(count)s of them is exempt; without the exempt it is %(rate)s.",
            "%(count)s of them are exempt; without the exempt it is %(rate)s.",
            exempt,
            # Filled in afterwards, like the others.
            count="%(count)s",
            rate="%(rate)s",
        )
        said += _parts(" " + pattern, count=number(exempt), rate=percent(report.total.rate_without_exempt))
    if report.lowest is not None:
        said += _parts(
            " " + _("%(sector)s is lowest at %(rate)s."),
            sector=labels.short.get(report.lowest.sector, report.lowest.sector),
            rate=percent(report.lowest.figures.rate),
        )
    return said


def sentence_of_later(page: ReportPage) -> list[SentencePart]:
    """Returns what the rate was, or is projected to be, on the last of the days ahead; nothing where nobody counts."""
    last = page.report.ahead[-1]
    if not last.figures.people or not page.report.total.people:
        return []
    pattern = (
        _("Projected for %(day)s without further training: %(rate)s.")
        if page.is_projected(last.day)
        else _("By %(day)s it was %(rate)s.")
    )
    return _parts(" " + pattern, day=_day(last.day), rate=percent(last.figures.rate))


def _day(value: date) -> str:
    """Writes a day that may go on in the next line: in large letters it is wider than a phone."""
    return day(value).replace(NO_BREAK, " ")


def _main_pattern(page: ReportPage) -> str:
    of_course, projected = page.query.filters.course is not None, page.is_projected(page.report.as_of)
    if of_course and projected:
        return _(
            "Projected for %(day)s without further training: %(rate)s of the %(counted)s who must hold “%(course)s” "
            "hold it or are exempt."
        )
    if of_course:
        return _("On %(day)s, %(rate)s of the %(counted)s who must hold “%(course)s” hold it or are exempt.")
    if projected:
        return _(
            "Projected for %(day)s without further training: %(rate)s of %(counted)s are compliant with everything "
            "required."
        )
    return _("On %(day)s, %(rate)s of %(counted)s are compliant with everything required.")


def _parts(pattern: str, **values: str) -> list[SentencePart]:
    # The pattern is translated whole; its places are filled afterwards, so that each value can be strong.
    pieces = (pattern % {name: f"\x00{name}\x00" for name in values}).split("\x00")
    return [
        SentencePart(values[piece] if place % 2 else piece, strong=bool(place % 2))
        for place, piece in enumerate(pieces)
        if piece
    ]
