"""A report as plain values: stored by a job, and compared with another one by a digest. Pure."""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.report import Report, SectorLine, TrendPoint
from lms.compliance.report.report_id import DIGEST_BYTES
from lms.compliance.status.api import TrainingStatus


def digest_of(report: Report) -> bytes:
    """Returns what differs whenever any figure of a report does; sectors and courses without figures do not count."""
    plain = report_as_document(report)
    plain["lines"] = sorted(
        [each for each in plain["lines"] if each["figures"] or each["cells"]], key=lambda each: each["sector"]
    )
    plain["courses"] = sorted(plain["courses"], key=str)
    written = json.dumps(plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(written.encode()).digest()[:DIGEST_BYTES]


def report_as_document(report: Report) -> dict[str, Any]:
    """Returns a report as JSON values."""
    return {
        "as_of": report.as_of.isoformat(),
        "total": _counts(report.total),
        "unasked": report.not_required,
        "change": report.change,
        "lines": [
            {
                "sector": line.sector,
                "figures": _counts(line.figures),
                "change": line.change,
                "cells": {str(course): _counts(cell) for course, cell in line.cells.items() if cell.people},
            }
            for line in report.lines
        ],
        "lapsing": {str(days): count for days, count in report.lapsing.items()},
        "courses": [int(course) for course in report.courses],
        "course_totals": {str(course): _counts(cell) for course, cell in report.course_totals.items()},
        **{
            name: [[point.day.isoformat(), _counts(point.figures)] for point in points]
            for name, points in (("trend", report.trend), ("forecast", report.forecast), ("ahead", report.ahead))
        },
    }


def report_of_document(document: Mapping[str, Any]) -> Report:
    """Returns the report again."""
    return Report(
        as_of=date.fromisoformat(document["as_of"]),
        total=_figures(document["total"]),
        not_required=document["unasked"],
        change=document["change"],
        lines=tuple(
            SectorLine(
                each["sector"],
                _figures(each["figures"]),
                each["change"],
                {int(course): _figures(cell) for course, cell in each["cells"].items()},
            )
            for each in document["lines"]
        ),
        courses=tuple(document["courses"]),
        course_totals={int(course): _figures(cell) for course, cell in document["course_totals"].items()},
        trend=_points(document["trend"]),
        forecast=_points(document["forecast"]),
        ahead=_points(document["ahead"]),
        lapsing={int(days): count for days, count in document["lapsing"].items()},
    )


def _counts(figures: StatusCounts) -> dict[str, int]:
    return {status.value: count for status, count in figures.by_status.items() if count}


def _figures(counts: Mapping[str, int]) -> StatusCounts:
    return StatusCounts({TrainingStatus(word): count for word, count in counts.items()})


def _points(written: list[Any]) -> tuple[TrendPoint, ...]:
    return tuple(TrendPoint(date.fromisoformat(day), _figures(counts)) for day, counts in written)
