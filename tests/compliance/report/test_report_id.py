"""Report ids: every id reads back, a mistyped one is detected, and the digest follows the figures."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings, strategies as st

from lms.compliance.report.counts import StatusCounts
from lms.compliance.report.report import (
    Report,
    SectorLine,
    TrendPoint,
    digest_of,
    report_as_document,
    report_of_document,
)
from lms.compliance.report.report_id import Malformed, ReportId, read_id
from lms.compliance.source_data.filters import Filters
from lms.compliance.status.definitions import TrainingStatus

words = st.none() | st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
numbers = st.integers(1, 2**62)
IDS = st.builds(
    ReportId,
    definitions=st.integers(1, 300),
    as_of=st.dates(date(2000, 1, 1), date(2100, 12, 31)),
    known_at=st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    organisations=st.sets(numbers, min_size=1, max_size=8).map(lambda some: tuple(sorted(some))),
    filters=st.builds(
        Filters,
        station=st.none() | numbers,
        course=st.none() | numbers,
        role=words,
        contract=words,
        works_with_children=st.sampled_from([None, True, False]),
        sector=words,
    ),
    digest=st.binary(min_size=5, max_size=5),
)
relaxed = settings(deadline=None)
PLAIN = ReportId(1, date(2026, 3, 31), datetime(2026, 4, 5, 9, 14, tzinfo=UTC), (1,), Filters(), b"abcde")


@relaxed
@given(IDS)
def test_every_id_reads_back(given_id: ReportId) -> None:
    assert read_id(str(given_id)) == given_id


@relaxed
@given(IDS)
def test_how_it_is_typed_does_not_matter(given_id: ReportId) -> None:
    typed = str(given_id).lower().replace("-", " ").replace("0", "o").replace("1", "l")
    assert read_id(typed) == given_id


@relaxed
@given(IDS, st.data())
def test_one_wrong_letter_is_found(given_id: ReportId, data: st.DataObject) -> None:
    text = str(given_id)
    places = [place for place, letter in enumerate(text) if letter != "-"]
    place = data.draw(st.sampled_from(places))
    letter = data.draw(st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ".replace(text[place], "")))
    with pytest.raises(Malformed):
        read_id(text[:place] + letter + text[place + 1 :])


@pytest.mark.parametrize(
    "text", ["", "-", "0", "U", "040Y2", "x" * 5000, "مرحبا", "\x00", str(PLAIN)[:-1], str(PLAIN) + "0"]
)
def test_what_is_no_id_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        read_id(text)


@relaxed
@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    try:
        read = read_id(text)
    except Malformed:
        return
    assert read_id(str(read)) == read


def test_a_plain_id_is_short_enough_to_type() -> None:
    assert len(str(PLAIN).replace("-", "")) <= 36


def a_report(**changes: object) -> Report:
    figures, day = StatusCounts({TrainingStatus.VALID: 3, TrainingStatus.OVERDUE: 1}), date(2026, 3, 31)
    values: dict[str, object] = {
        "as_of": day, "total": figures, "not_required": 2, "change": -3,
        "lines": (SectorLine("wash", figures, None, {7: figures}), SectorLine("health", StatusCounts({}), None, {})),
        "courses": (7,), "course_totals": {7: figures}, "trend": (TrendPoint(day, figures),),
        "forecast": (TrendPoint(date(2026, 4, 30), figures),), "ahead": (TrendPoint(date(2026, 4, 30), figures),),
        "lapsing": {30: 1},
    }  # fmt: skip
    return Report(**(values | changes))  # type: ignore[arg-type]


def test_a_report_stored_as_a_document_comes_back() -> None:
    report = a_report()
    again = report_of_document(report_as_document(report))
    assert digest_of(again) == digest_of(report)
    assert (again.total.rate, again.lines[0].cells[7].people, again.change) == (report.total.rate, 4, -3)


def test_the_digest_follows_every_figure_and_nothing_else() -> None:
    report, other = a_report(), StatusCounts({TrainingStatus.VALID: 2, TrainingStatus.OVERDUE: 2})
    line = report.lines[0]
    for changed in (
        a_report(total=other),
        a_report(not_required=1),
        a_report(lines=(SectorLine("wash", other, None, line.cells), report.lines[1])),
        a_report(lines=(SectorLine("wash", line.figures, None, {7: other}), report.lines[1])),
        a_report(trend=(TrendPoint(report.as_of, other),)),
        a_report(forecast=()),
        a_report(lapsing={30: 2}),
    ):
        assert digest_of(changed) != digest_of(report)
    # The order of sectors, and one where nobody works, are no figures.
    assert digest_of(a_report(lines=report.lines[::-1])) == digest_of(report)
    assert digest_of(a_report(lines=report.lines[:1])) == digest_of(report)
