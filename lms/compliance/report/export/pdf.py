"""The report on paper: two A4 pages set by Typst, with the moment of knowledge and the id that works it out again."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date
from flask import current_app
from flask_babel import get_locale, gettext as _, ngettext

from lms.certification.api import SECTOR_KEYS
from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.export.tables import address_of, definitions
from lms.compliance.report.query import query_labels
from lms.compliance.report.report import Report, ReportPage, TrendPoint
from lms.compliance.status.definitions import DEFINITIONS_VERSION
from lms.compliance.status.facts import Id
from lms.kernel import pdf
from lms.kernel.config import Settings
from lms.web.formatting import change, day, moment, number, percent

DESIGN = "report"
_LEVELS = (50, 60, 70, 80, 90)


def print_report(page: ReportPage) -> bytes:
    """Returns a report as a PDF: the same bytes for the same figures, moment and language."""
    data = json.dumps(_data(page), ensure_ascii=False)
    return pdf.render(DESIGN, {"data": data, "issued_at": page.known_at.isoformat()})


def _data(page: ReportPage) -> dict[str, Any]:
    settings: Settings = current_app.extensions["settings"]
    report, query = page.report, page.query
    locale = get_locale()
    return {
        "lang": str(locale.language) if locale else "en",
        "product": settings.product_name,
        "organisations": ", ".join(each.name for each in query.organisations),
        "filters": [f"{word}: {value}" for word, value in query_labels(query)],
        "sentence": sentence_parts(page),
        "ahead": _ahead(page),
        "lines": [_row(page, line.sector, line.figures, line.change) for line in page.lines],
        "total": _row(page, None, report.total, report.change),
        "courses": [{"code": each.code, "title": each.title} for each in page.courses],
        "matrix": _matrix(page),
        "trend": [_column(point, ahead=False) for point in report.trend],
        "forecast": [_column(point, ahead=True) for point in report.forecast],
        "months": [format_date(date(2024, month, 1), "LLL", locale or "en") for month in range(1, 13)],
        "years": _years(report),
        "definitions": [{"word": word, "text": text} for word, text in definitions()],
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
    """Returns a line of figures; the shares of its bar are valid, renewal open, in time and late."""
    counts = (figures.compliant - figures.renewing, figures.renewing, figures.in_time, figures.late)
    return {
        **_head(page, sector),
        "people": number(figures.people),
        "rate": percent(figures.rate),
        "parts": [round(count / figures.people, 5) for count in counts] if figures.people else [],
        "in_time": number(figures.in_time),
        "late": number(figures.late),
        "change": change(points),
    }


def sentence_parts(page: ReportPage) -> list[dict[str, Any]]:
    """Returns the first sentence of a report in parts, the figures marked as strong."""
    report, labels = page.report, page.query.labels

    def parts(pattern: str, **values: str) -> list[dict[str, Any]]:
        # The pattern is translated whole; its places are filled afterwards, so that each value can be strong.
        marked = pattern % {name: f"\x00{name}\x00" for name in values}
        pieces = marked.split("\x00")
        return [
            {"text": values[piece] if place % 2 else piece, "strong": bool(place % 2)}
            for place, piece in enumerate(pieces)
            if piece
        ]

    if not report.total.people:
        return parts(_("On %(day)s, nothing is required of anyone here."), day=day(report.as_of))
    people = report.total.people
    counted = (
        ngettext("%(count)s post", "%(count)s posts", people, count=number(people))
        if page.query.of_posts
        else ngettext("%(count)s person", "%(count)s people", people, count=number(people))
    )
    sentence = (
        _("On %(day)s, %(rate)s of %(counted)s hold this course or are exempt.")
        if page.query.filters.course
        else _("On %(day)s, %(rate)s of %(counted)s are compliant with everything required.")
    )
    said = parts(sentence, day=day(report.as_of), rate=percent(report.total.rate), counted=counted)
    if report.lowest is not None:
        said.append({"text": " ", "strong": False})
        said += parts(
            _("%(sector)s is lowest at %(rate)s."),
            sector=labels.short.get(report.lowest.sector, report.lowest.sector),
            rate=percent(report.lowest.figures.rate),
        )
    return said


def _ahead(page: ReportPage) -> list[dict[str, str]]:
    return [
        {
            "days": _("In %(days)s days", days=(point.day - page.report.as_of).days),
            "day": day(point.day),
            "rate": percent(point.figures.rate),
            "lapsing": number(page.report.lapsing.get((point.day - page.report.as_of).days, 0)),
        }
        for point in page.report.ahead
    ]


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


def _years(report: Report) -> list[dict[str, Any]]:
    """Returns the rates at the ends of months as a calendar: a row a year, a cell a month."""
    found: dict[int, list[dict[str, Any]]] = {}
    for points, ahead in ((report.trend, False), (report.forecast, True)):
        for point in points:
            cells = found.setdefault(point.day.year, [{"text": "", "ahead": False} for _month in range(12)])
            cells[point.day.month - 1] = {"text": percent(point.figures.rate), "ahead": ahead}
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
        "change": _("Points in 30 days"),
        "valid": _("Valid or exempt"),
        "renew": _("Due for renewal"),
        "wait": _("Not yet due"),
        "coming": _("Without further training"),
        "lapse": _("lapse by then"),
        "matrix": _("Sector by course"),
        "matrix_note": _("Of the people who must hold each course, the share who hold it or are exempt. Each course is counted separately, so the rate of a sector does not follow from its row."),  # noqa: E501
        "trend": _("The last 24 months, and the next 12 without further training"),
        "trend_note": _("Rates at month ends. A dot before the month: projected without further training."),
        "trend_alt": _(
            "Columns: %(rate)s compliant on %(day)s; without further training, %(later)s on %(last)s. "
            "The table below gives the rates of all months.",
            rate=percent(last.figures.rate),
            day=day(last.day),
            later=percent(final.figures.rate),
            last=day(final.day),
        ),
        "year": _("Year"),
        "past": _("actual"),
        "future": _("without further training"),
        "definitions": _("What these figures mean"),
        "known": _("Data as of"),
        "version": _("Definitions version"),
        "id": _("Report"),
        "again": _("Verify this report and see what was recorded later:"),
        "nobody": _("Nothing is required of anyone here on this day."),
    }  # fmt: skip
