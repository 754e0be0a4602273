"""The report on paper: two A4 pages set by Typst, with the moment of knowledge and the id that works it out again."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date
from flask_babel import get_locale, gettext as _, ngettext

from lms.certification.api import SECTOR_KEYS
from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.export.tables import address_of, definitions, signed_by
from lms.compliance.report.query import query_labels
from lms.compliance.report.report import ReportPage, TrendPoint
from lms.compliance.status.definitions import DEFINITIONS_VERSION
from lms.compliance.status.facts import Id
from lms.kernel import pdf
from lms.kernel.config import current_settings
from lms.web.formatting import change, day, moment, number, percent

DESIGN = "report"
_LEVELS = (50, 60, 70, 80, 90)


def print_report(page: ReportPage, sentence: Sequence[Mapping[str, Any]]) -> bytes:
    """Returns a report as a PDF: the same bytes for the same figures, moment, signatures and language.

    ``sentence`` has the parts of the first sentences, each a text and whether it is strong.
    """
    data = json.dumps(_data(page) | {"sentence": sentence}, ensure_ascii=False)
    return pdf.render(DESIGN, {"data": data, "issued_at": page.known_at.isoformat()})


def _data(page: ReportPage) -> dict[str, Any]:
    report, query = page.report, page.query
    locale = get_locale()
    return {
        "lang": str(locale.language) if locale else "en",
        "product": current_settings().product_name,
        "organisations": ", ".join(each.name for each in query.organisations),
        "filters": [f"{word}: {value}" for word, value in query_labels(query)],
        "signed": [_("Signed off by %(line)s", line=line) for line in signed_by(page.id)],
        "ahead": _ahead(page),
        "lines": [_row(page, line.sector, line.figures, line.change) for line in page.lines],
        "total": _row(page, None, report.total, report.change),
        "courses": [{"code": each.code, "title": each.title} for each in page.courses],
        "matrix": _matrix(page),
        "trend": [_column(point, ahead=False) for point in page.points if not page.is_projected(point.day)],
        "forecast": [_column(point, ahead=True) for point in page.points if page.is_projected(point.day)],
        "months": [format_date(date(2024, month, 1), "LLL", locale or "en") for month in range(1, 13)],
        "years": _years(page),
        "definitions": [{"word": word, "text": text} for word, text in definitions().items()],
        "id": str(page.id),
        "address": address_of(page.id),
        "known": moment(page.known_at),
        "day": day(report.as_of),
        "version": DEFINITIONS_VERSION,
        "posts": query.of_posts,
        "words": _words(page),
    }


def _head(page: ReportPage, sector: str | None) -> dict[str, str]:
    """Returns the name and the key of a sector, or of all."""
    if sector is None:
        return {"name": _("All sectors"), "key": ""}
    return {"name": page.query.labels.sector(sector), "key": SECTOR_KEYS.get(sector, "")}


def _row(page: ReportPage, sector: str | None, figures: StatusCounts, points: int | None) -> dict[str, Any]:
    """Returns a line of figures; the shares of its bar are valid, exempt, renewal open, in time and late."""
    return {
        **_head(page, sector),
        "people": number(figures.people),
        "rate": percent(figures.rate),
        "parts": [round(count / figures.people, 5) for count in figures.bar] if figures.people else [],
        "exempt": number(figures.exempt),
        "in_time": number(figures.in_time),
        "late": number(figures.late),
        "change": change(points),
    }


def _ahead(page: ReportPage) -> list[dict[str, str]]:
    found = []
    for point in page.report.ahead:
        days, projected = (point.day - page.report.as_of).days, page.is_projected(point.day)
        count = page.report.lapsing.get(days, 0)
        lapsing = (
            ngettext("%(count)s lapses by then", "%(count)s lapse by then", count, count=number(count))
            if projected
            else ngettext("%(count)s had lapsed by then", "%(count)s had lapsed by then", count, count=number(count))
        )
        found.append({
            "days": _("%(days)s days later", days=days),
            "day": day(point.day),
            "rate": percent(point.figures.rate),
            "kind": _("projected without further training") if projected else _("actual"),
            # How many lapse is counted over everything required, not for one course.
            "lapsing": "" if page.query.filters.course is not None else lapsing,
        })  # fmt: skip
    return found


def _cell(figures: StatusCounts | None) -> dict[str, Any]:
    if figures is None or figures.rate is None:
        return {"text": "–", "level": -1}
    return {"text": percent(figures.rate), "level": sum(100 * figures.rate >= each for each in _LEVELS)}


def _matrix(page: ReportPage) -> list[dict[str, Any]]:
    report = page.report
    rows: list[tuple[str | None, Mapping[Id, StatusCounts]]] = [
        *((line.sector, line.cells) for line in page.lines if line.figures.people),
        (None, report.course_totals),
    ]
    return [
        {**_head(page, sector), "cells": [_cell(cells.get(course)) for course in report.courses]}
        for sector, cells in rows
        if report.courses
    ]


def _column(point: TrendPoint, *, ahead: bool) -> dict[str, Any]:
    figures, people = point.figures, point.figures.people or 1
    return {
        "good": round(figures.compliant / people, 5),
        "wait": round(figures.in_time / people, 5),
        "late": round(figures.late / people, 5),
        "any": bool(figures.people),
        "ahead": ahead,
    }


def _years(page: ReportPage) -> list[dict[str, Any]]:
    """Returns the rates at the ends of months as a calendar: a row a year, a cell a month."""
    found: dict[int, list[dict[str, Any]]] = {}
    for point in page.points:
        cells = found.setdefault(point.day.year, [{"text": "", "ahead": False} for _month in range(12)])
        cells[point.day.month - 1] = {"text": percent(point.figures.rate), "ahead": page.is_projected(point.day)}
    return [{"year": str(year), "cells": cells} for year, cells in sorted(found.items())]


def _words(page: ReportPage) -> dict[str, str]:
    report = page.report
    last, final = report.trend[-1], report.forecast[-1] if report.forecast else report.trend[-1]
    return {
        "title": _("Compliance by sector"),
        "sector": _("Sector"),
        "people": _("Posts") if page.query.of_posts else _("People"),
        "compliant": _("Compliant"),
        "status": _("Status"),
        "in_time": _("Not yet due"),
        "late": _("Overdue"),
        "change": _("Since %(day)s, points", day=day(page.changed_since, "d MMM y")),
        "valid": _("Valid"),
        "exempt": _("Exempt"),
        "renew": _("Due for renewal"),
        "wait": _("Not yet due"),
        "coming": _("30, 60 and 90 days later"),
        "matrix": _("Sector by course"),
        "matrix_note": _("Of the people who must hold each course, the share who hold it or are exempt. Each course is counted separately, so the rate of a sector does not follow from its row."),  # noqa: E501
        "trend": _("The 24 months before, and the 12 after"),
        "trend_note": _("Rates at month ends. A dot before the month: projected without further training."),
        "trend_alt": _(
            "Columns: %(rate)s compliant on %(day)s, %(later)s on %(last)s; dashed where projected without further "
            "training. The table below gives the rates of all months.",
            rate=percent(last.figures.rate),
            day=day(last.day),
            later=percent(final.figures.rate),
            last=day(final.day),
        ),
        "year": _("Year"),
        "past": "" if page.is_projected(page.points[0].day) else _("actual"),
        "future": _("projected without further training") if page.is_projected(page.points[-1].day) else "",
        "definitions": _("What these figures mean"),
        "known": _("Data as of"),
        "version": _("Definitions version"),
        "id": _("Report"),
        "again": _("Verify this report and see what was recorded later:"),
        "nobody": _("Nothing is required of anyone here on this day."),
    }  # fmt: skip
