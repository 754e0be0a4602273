"""Training status, case by case: every vector of the definitions by name, and the decisions beside them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from lms.certification.awards.rules import Period, award_dates, parse_period
from lms.compliance.report.counts import StatusCounts
from lms.compliance.status.definitions import Limit, StatusGroup, StatusRule, TrainingStatus, overall
from lms.compliance.status.evaluate import ExplainedStatus, Obligation, Reason
from lms.compliance.status.explain import sentence
from lms.compliance.status.facts import (
    AwardFact,
    ExemptionFact,
    Facts,
    Match,
    PlacementFact,
    ProgressFact,
    RequirementFact,
    RequirementVersionFact,
    RevocationFact,
    by_person,
    known,
)
from lms.compliance.status.obligation import main_placement

LONG_AGO = datetime(2019, 1, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
YEAR = Period(years=1)


def on(text: str) -> date:
    return date.fromisoformat(text)


def placed(first: str = "2023-02-01", last: str | None = None, sector: str = "wash", **more: object) -> PlacementFact:
    base = PlacementFact(
        person="p1",
        organisation="o1",
        station="s1",
        sector=sector,
        role="promoter",
        contract="staff",
        works_with_children=True,
        from_on=on(first),
        through_on=None if last is None else on(last),
        recorded_at=LONG_AGO,
    )
    return replace(base, **more)  # type: ignore[arg-type]  # test-only shorthand


def version(effective_from: str = "2019-01-01", **more: object) -> RequirementVersionFact:
    base = RequirementVersionFact(
        effective_from=on(effective_from),
        effective_through=None,
        due_days=14,
        window_days=60,
        grace_days=0,
        recorded_at=LONG_AGO,
    )
    return replace(base, **more)  # type: ignore[arg-type]  # test-only shorthand


def required(
    *versions: RequirementVersionFact, per_sector: bool = False, id_: str = "r1", course: str = "c1"
) -> RequirementFact:
    return RequirementFact(
        id=id_, organisation="o1", course=course, per_sector=per_sector, versions=versions or (version(),)
    )


def earned(day: str, until: str | None = None, id_: str = "a1", **more: object) -> AwardFact:
    valid_until = award_dates(on(day), YEAR).valid_until if until is None else on(until)
    base = AwardFact(
        id=id_,
        person="p1",
        course="c1",
        sector=None,
        edition=1,
        earned_on=on(day),
        valid_until=valid_until,
        recorded_at=LONG_AGO,
    )
    return replace(base, **more)  # type: ignore[arg-type]  # test-only shorthand


def revoked(award: str, day: str, recorded_at: datetime = LONG_AGO) -> RevocationFact:
    return RevocationFact(award, on(day), recorded_at)


def exempt(first: str, last: str | None = None) -> ExemptionFact:
    return ExemptionFact("p1", "r1", on(first), None if last is None else on(last), LONG_AGO)


def worked(day: str, sector: str | None = None) -> ProgressFact:
    return ProgressFact("p1", "c1", sector, on(day), LONG_AGO)


def world(
    *facts: PlacementFact | AwardFact | RevocationFact | ExemptionFact | ProgressFact | RequirementFact,
    gap_days: int = 30,
) -> Facts:
    """A world of p1 in o1: unless said otherwise, p1 works there since 2023-02-01 and r1 asks for c1."""
    return Facts(
        placements=[each for each in facts if isinstance(each, PlacementFact)] or [placed()],
        requirements=[each for each in facts if isinstance(each, RequirementFact)] or [required()],
        awards=[each for each in facts if isinstance(each, AwardFact)],
        revocations=[each for each in facts if isinstance(each, RevocationFact)],
        exemptions=[each for each in facts if isinstance(each, ExemptionFact)],
        progress=[each for each in facts if isinstance(each, ProgressFact)],
        gap_days=gap_days,
    )


def obligation(seen: Facts) -> Obligation:
    """What the first requirement demands of p1 in o1, of known facts."""
    return Obligation(by_person(seen)["p1"], "o1", seen.requirements[0], seen.gap_days)


def ask(facts: Facts, day: str, known_as_of: datetime | None = None) -> ExplainedStatus:
    """The status of p1 in o1 for the first requirement."""
    seen = known(facts, known_as_of)
    return obligation(seen).on(on(day))


def words(facts: Facts, *days: str) -> list[str]:
    return [ask(facts, day).status.value for day in days]


SINCE_JUNE = placed("2023-06-01")
GAP = (placed("2023-02-01", "2024-02-04"), placed("2024-02-26"))
DAY_OFF = (placed("2023-02-01", "2024-05-09"), placed("2024-05-11"))
MOVES = (
    placed("2023-02-01", "2023-05-31", "wash"),
    placed("2023-06-01", "2023-08-31", "health"),
    placed("2023-09-01", None, "wash"),
)
WASH_BRIEF = earned("2023-02-10", sector="wash")
NEW_EDITION = required(version(min_edition=3, renew_by=on("2026-06-30"), grace_days=10, window_days=30))
SHORTENED = required(version(window_days=60, effective_through=on("2026-11-10")), version("2026-11-11", window_days=30))

VECTORS = [
    ("obliged from 2023-02-01, earned 02-12: in time before", world(earned("2023-02-12")), "2023-02-11", "not_started"),
    ("obliged from 2023-02-01: in time through 02-15", world(), "2023-02-15", "not_started"),
    ("obliged from 2023-02-01: late from 02-16", world(), "2023-02-16", "overdue"),
    ("earned 02-12: valid from then", world(earned("2023-02-12")), "2023-02-12", "valid"),
    ("earned 02-12: last valid day", world(earned("2023-02-12")), "2024-02-11", "expiring"),
    ("earned 02-12: expired after", world(earned("2023-02-12")), "2024-02-12", "expired"),
    ("earned 02-20: overdue from 02-16", world(earned("2023-02-20")), "2023-02-16", "overdue"),
    ("earned 02-20: overdue to 02-19", world(earned("2023-02-20")), "2023-02-19", "overdue"),
    ("earned 02-20: valid from then", world(earned("2023-02-20")), "2023-02-20", "valid"),
    ("earned 02-20: last valid day", world(earned("2023-02-20")), "2024-02-19", "expiring"),
    ("earned 02-20: expired after", world(earned("2023-02-20")), "2024-02-20", "expired"),
    ("window of 60 days: closed on day -61", world(earned("2025-01-01", "2026-12-31")), "2026-10-31", "valid"),
    ("window of 60 days: open on day -60", world(earned("2025-01-01", "2026-12-31")), "2026-11-01", "expiring"),
    (
        "window shortened to 30 while open: stays open on day -45",
        world(SHORTENED, earned("2025-01-01", "2026-12-31")),
        "2026-11-16",
        "expiring",
    ),
    (
        "window shortened to 30: for a person who came later it opens on day -30",
        world(SHORTENED, earned("2025-01-01", "2026-12-31"), placed("2026-11-12")),
        "2026-11-16",
        "valid",
    ),
    (
        "three weeks away, certificate ends: due from the return",
        world(earned("2023-02-12"), *GAP),
        "2024-02-26",
        "not_started",
    ),
    ("three weeks away: the full due period", world(earned("2023-02-12"), *GAP), "2024-03-11", "not_started"),
    ("three weeks away: late after it", world(earned("2023-02-12"), *GAP), "2024-03-12", "overdue"),
    ("one day away, expired before: stays expired", world(earned("2023-02-12"), *DAY_OFF), "2024-05-11", "expired"),
    (
        "two awards, the later-ending one revoked",
        world(earned("2023-02-12"), earned("2023-03-01", "2025-02-28", "a2"), revoked("a2", "2023-06-01")),
        "2023-07-01",
        "valid",
    ),
    ("exempt and holding a live award", world(earned("2023-02-12"), exempt("2023-01-01")), "2023-07-01", "valid"),
    (
        "per-sector: not started for Health on 1 June",
        world(required(per_sector=True), WASH_BRIEF, *MOVES),
        "2023-06-01",
        "not_started",
    ),
    (
        "per-sector: the full due period",
        world(required(per_sector=True), WASH_BRIEF, *MOVES),
        "2023-06-15",
        "not_started",
    ),
    ("per-sector: late after it", world(required(per_sector=True), WASH_BRIEF, *MOVES), "2023-06-16", "overdue"),
    (
        "per-sector: valid again from 1 September",
        world(required(per_sector=True), WASH_BRIEF, *MOVES),
        "2023-09-01",
        "valid",
    ),
    (
        "min_edition: valid through renew_by",
        world(NEW_EDITION, earned("2025-06-01", "2027-05-31", edition=2)),
        "2026-06-30",
        "expiring",
    ),
    (
        "min_edition: then grace",
        world(NEW_EDITION, earned("2025-06-01", "2027-05-31", edition=2)),
        "2026-07-10",
        "grace",
    ),
    (
        "min_edition: then expired",
        world(NEW_EDITION, earned("2025-06-01", "2027-05-31", edition=2)),
        "2026-07-11",
        "expired",
    ),
    ("placement of one day: not before", world(placed("2023-02-01", "2023-02-01")), "2023-01-31", "not_required"),
    ("placement of one day: counted on it", world(placed("2023-02-01", "2023-02-01")), "2023-02-01", "not_started"),
    ("placement of one day: not after", world(placed("2023-02-01", "2023-02-01")), "2023-02-02", "not_required"),
]


@pytest.mark.parametrize(("facts", "day", "expected"), [pytest.param(*v[1:], id=f"{v[0]} ({v[2]})") for v in VECTORS])
def test_vectors(facts: Facts, day: str, expected: str) -> None:
    assert ask(facts, day).status.value == expected


@pytest.mark.parametrize(
    ("day", "period", "last"),
    [
        pytest.param("2019-04-01", "P1Y", "2020-03-31", id="earned 2019-04-01"),
        pytest.param("2019-01-17", "P1Y", "2020-01-16", id="earned 2019-01-17"),
        pytest.param("2024-02-29", "P1Y", "2025-02-27", id="earned 2024-02-29 clamps"),
        pytest.param("2025-01-31", "P1M", "2025-02-27", id="earned 2025-01-31, P1M"),
        pytest.param("2026-12-31", "P1Y", "2027-12-30", id="earned on a year's last day"),
    ],
)
def test_vectors_of_the_last_valid_day(day: str, period: str, last: str) -> None:
    dates = award_dates(on(day), parse_period(period))
    facts = world(placed("2019-01-01"), earned(day, str(dates.valid_until)))
    assert dates.valid_until == on(last)
    assert ask(facts, last).status is TrainingStatus.EXPIRING
    assert ask(facts, str(on(last) + ONE_DAY)).status is TrainingStatus.EXPIRED


@pytest.mark.parametrize(
    ("renewed", "until"),
    [
        pytest.param("2026-11-01", "2027-12-31", id="day -60: inside the window"),
        pytest.param("2026-10-31", "2027-10-30", id="day -61: before the window"),
    ],
)
def test_vector_of_renewal_dates_by_the_windows_of_a_requirement(renewed: str, until: str) -> None:
    held = earned("2025-01-01", "2026-12-31")
    facts = known(world(held))
    one = obligation(facts)
    dates = award_dates(on(renewed), YEAR, old_until=held.valid_until, windows=one.windows(held))
    assert dates.valid_until == on(until)


def test_vector_of_a_window_shortened_while_open_for_a_renewal_on_day_45() -> None:
    held = earned("2025-01-01", "2026-12-31")
    facts = known(world(held, SHORTENED))
    one = obligation(facts)
    dates = award_dates(on("2026-11-16"), YEAR, old_until=held.valid_until, windows=one.windows(held))
    assert dates.valid_until == on("2027-12-31")
    late = known(world(held, SHORTENED, placed("2026-11-12")))
    other = obligation(late)
    dates = award_dates(on("2026-11-16"), YEAR, old_until=held.valid_until, windows=other.windows(held))
    assert dates.valid_until == on("2027-11-15")


def test_vector_of_an_award_imported_today_with_an_earned_day_in_the_past() -> None:
    today = datetime(2023, 5, 10, 9, tzinfo=UTC)
    facts = world(earned("2023-03-01", recorded_at=today))
    yesterday = today.replace(hour=23) - ONE_DAY
    assert ask(facts, "2023-04-01").status is TrainingStatus.VALID
    assert ask(facts, "2023-04-01", today).status is TrainingStatus.VALID
    assert ask(facts, "2023-04-01", yesterday).status is TrainingStatus.OVERDUE


def test_vector_of_a_revocation_today() -> None:
    today = datetime(2023, 5, 10, 9, tzinfo=UTC)
    facts = world(earned("2023-02-12"), revoked("a1", "2023-05-10", today))
    assert words(facts, "2023-05-09", "2023-05-10", "2024-05-10") == ["valid", "revoked", "revoked"]
    assert "Revoked since, from 10 May 2023." in sentence(ask(facts, "2023-05-09").reason)
    assert "evoked" not in sentence(ask(facts, "2023-05-09", today - ONE_DAY).reason)
    assert ask(facts, "2023-05-10").valid_through == on("2023-05-09")


def test_vector_of_a_quiz_done_offline_and_received_days_later() -> None:
    """Done on 30 March, received on 4 April: 31 March is valid today and was rightly expired then."""
    facts = world(
        earned("2025-03-25", "2026-03-24"), earned("2026-03-30", id_="a2", recorded_at=datetime(2026, 4, 4, tzinfo=UTC))
    )
    assert ask(facts, "2026-03-31").status is TrainingStatus.VALID
    assert ask(facts, "2026-03-31", datetime(2026, 3, 31, 23, 59, tzinfo=UTC)).status is TrainingStatus.EXPIRED


@pytest.mark.parametrize(
    ("day", "sector"),
    [
        pytest.param("2023-05-31", "wash", id="moved on 1 June: 31 May counts in WASH"),
        pytest.param("2023-06-01", "health", id="moved on 1 June: 1 June counts in Health"),
    ],
)
def test_vector_of_the_main_sector(day: str, sector: str) -> None:
    placement = main_placement(MOVES, on(day))
    assert placement is not None
    assert placement.sector == sector


def test_vector_of_the_overall_rate_from_people_and_not_from_marginals() -> None:
    requirements = [required(id_="r1", course="c1"), required(id_="r2", course="c2")]
    same = [[TrainingStatus.VALID, TrainingStatus.VALID], [TrainingStatus.OVERDUE, TrainingStatus.OVERDUE]]
    crossed = [[TrainingStatus.VALID, TrainingStatus.OVERDUE], [TrainingStatus.OVERDUE, TrainingStatus.VALID]]
    assert StatusCounts.added(Counter(map(overall, same))).rate == Fraction(1, 2)
    assert StatusCounts.added(Counter(map(overall, crossed))).rate == 0
    facts = known(world(*requirements, earned("2023-02-12")))
    person = by_person(facts)["p1"]
    rows = [Obligation(person, "o1", each, facts.gap_days).on(on("2023-05-01")) for each in facts.requirements]
    assert [row.status for row in rows] == [TrainingStatus.VALID, TrainingStatus.OVERDUE]


# Decisions beside the vectors.


def test_an_award_that_ended_on_the_last_day_before_a_gap_stays_expired() -> None:
    """It ended on a day of obligation, not inside the gap, so the gap is bridged."""
    back = (placed("2023-02-01", "2024-02-11"), placed("2024-02-26"))
    assert words(world(earned("2023-02-12"), *back), "2024-02-26") == ["expired"]


def test_an_award_that_ended_on_the_last_day_of_a_gap_is_due_again() -> None:
    back = (placed("2023-02-01", "2024-01-31"), placed("2024-02-12"))
    explained = ask(world(earned("2023-02-12"), *back), "2024-02-12")
    assert explained.status is TrainingStatus.NOT_STARTED
    assert explained.reason.rule is StatusRule.ENDED_BEFORE_OBLIGATION
    assert explained.due_on == on("2024-02-26")


@pytest.mark.parametrize(("back", "expected"), [("2023-05-31", "overdue"), ("2023-06-01", "not_started")])
def test_a_gap_of_thirty_days_does_not_break_the_run_and_one_of_thirty_one_does(back: str, expected: str) -> None:
    facts = world(placed("2023-02-01", "2023-04-30"), placed(back))
    assert words(facts, back) == [expected]


def test_an_award_that_ended_on_the_first_day_of_a_gap_is_due_again() -> None:
    back = (placed("2023-02-01", "2024-02-10"), placed("2024-02-26"))
    assert words(world(earned("2023-02-12"), *back), "2024-02-26") == ["not_started"]


def test_gaps_are_bridged_one_after_the_other() -> None:
    facts = world(
        placed("2023-02-01", "2023-02-03"), placed("2023-02-10", "2023-02-12"), placed("2023-02-20"), gap_days=7
    )
    assert ask(facts, "2023-02-20").due_on == on("2023-02-15")


def test_an_exemption_breaks_the_run_even_for_a_day() -> None:
    facts = world(exempt("2023-06-01", "2023-06-01"))
    assert words(facts, "2023-05-31", "2023-06-01", "2023-06-02") == ["overdue", "exempt", "not_started"]
    assert ask(facts, "2023-06-02").due_on == on("2023-06-16")


def test_an_exemption_long_ago_does_not_keep_later_gaps_from_being_bridged() -> None:
    away = (placed("2023-02-01", "2023-06-01"), placed("2023-06-10"))
    assert ask(world(*away, exempt("2023-03-01", "2023-03-31")), "2023-06-10").due_on == on("2023-04-15")


def test_an_exemption_inside_a_gap_breaks_the_run() -> None:
    away = (placed("2023-02-01", "2023-06-01"), placed("2023-06-10"))
    assert words(world(*away), "2023-06-10") == ["overdue"]
    assert words(world(*away, exempt("2023-06-05", "2023-06-06")), "2023-06-10") == ["not_started"]


def test_an_award_that_ended_during_an_exemption_is_due_again_after_it() -> None:
    facts = world(earned("2023-02-12"), exempt("2024-01-01", "2024-06-30"))
    assert words(facts, "2024-02-11", "2024-02-12", "2024-07-01") == ["expiring", "exempt", "not_started"]


def test_an_award_that_expired_before_an_exemption_is_due_again_after_it() -> None:
    facts = world(earned("2023-02-12"), exempt("2024-03-01", "2024-06-30"))
    assert words(facts, "2024-02-29", "2024-03-01", "2024-07-01") == ["expired", "exempt", "not_started"]


def test_a_version_that_has_ended_leaves_nothing_in_force_even_over_an_older_open_one() -> None:
    facts = world(required(version(), version("2023-03-01", effective_through=on("2023-03-31"))))
    assert words(facts, "2023-02-20", "2023-03-31", "2023-04-01") == ["overdue", "overdue", "not_required"]
    assert ask(facts, "2023-04-01").reason.rule is StatusRule.NOT_IN_FORCE


def test_a_pause_between_versions_is_a_gap_like_any_other() -> None:
    paused = required(version(effective_through=on("2023-03-31")), version("2023-04-10"))
    assert ask(world(paused), "2023-04-10").due_on == on("2023-02-15")
    longer = required(version(effective_through=on("2023-03-31")), version("2023-06-10"))
    assert ask(world(longer), "2023-06-10").due_on == on("2023-06-24")


def test_of_versions_that_take_effect_together_the_later_recorded_is_in_force() -> None:
    later = version(due_days=30, recorded_at=LONG_AGO + ONE_DAY)
    assert ask(world(required(later, version())), "2023-02-10").due_on == on("2023-03-03")


def test_a_new_version_does_not_move_a_running_due_day() -> None:
    facts = world(required(version(due_days=14), version("2023-02-10", due_days=60)))
    assert ask(facts, "2023-02-12").due_on == on("2023-02-15")


def test_a_requirement_starts_an_obligation_where_people_already_work() -> None:
    assert ask(world(required(version("2023-05-01"))), "2023-05-03").due_on == on("2023-05-15")


def test_a_revocation_ends_the_award_on_the_day_before() -> None:
    facts = world(earned("2023-02-12"), revoked("a1", "2023-06-01"))
    explained = ask(facts, "2023-06-01")
    assert (explained.status, explained.valid_through, explained.award) == ("revoked", on("2023-05-31"), "a1")


def test_revoked_lasts_until_a_later_award() -> None:
    facts = world(earned("2023-02-12"), revoked("a1", "2023-06-01"), earned("2023-07-01", "2023-09-30", "a2"))
    assert words(facts, "2023-06-30", "2023-07-01", "2023-10-01") == ["revoked", "valid", "expired"]


def test_an_award_that_had_expired_is_not_revoked_afterwards() -> None:
    facts = world(earned("2023-02-12"), revoked("a1", "2024-05-01"))
    assert words(facts, "2024-04-30", "2024-05-01") == ["expired", "expired"]
    at_its_end = world(earned("2023-02-12"), revoked("a1", "2024-02-12"))
    assert words(at_its_end, "2024-02-12") == ["expired"]


def test_an_award_that_was_never_true_and_earned_on_the_first_day_leaves_the_obligation_running() -> None:
    facts = world(earned("2023-02-01"), revoked("a1", "2023-02-01"))
    assert words(facts, "2023-02-10", "2023-02-16") == ["not_started", "overdue"]
    later = world(earned("2023-02-12"), revoked("a1", "2023-02-12"))
    assert words(later, "2023-02-11", "2023-02-12") == ["not_started", "revoked"]


def test_of_several_revocations_the_first_counts() -> None:
    facts = world(earned("2023-02-12"), revoked("a1", "2023-06-01"), revoked("a1", "2023-04-01"))
    assert words(facts, "2023-03-31", "2023-04-01") == ["valid", "revoked"]
    assert words(replace(facts, revocations=facts.revocations[::-1]), "2023-04-01") == ["revoked"]


def test_a_superseded_award_does_not_count_from_the_moment_its_successor_is_known() -> None:
    then = datetime(2023, 6, 1, tzinfo=UTC)
    facts = world(earned("2023-02-12"), earned("2023-02-12", "2023-08-11", "a2", supersedes="a1", recorded_at=then))
    assert ask(facts, "2023-09-01", then - ONE_DAY).status is TrainingStatus.VALID
    assert ask(facts, "2023-09-01").status is TrainingStatus.EXPIRED


def test_prior_training_that_ended_before_the_obligation_gives_the_full_due_period() -> None:
    facts = world(earned("2021-01-01"))
    assert ask(facts, "2023-02-10").reason.rule is StatusRule.ENDED_BEFORE_OBLIGATION
    assert words(facts, "2023-02-15", "2023-02-16") == ["not_started", "overdue"]
    assert words(world(earned("2022-02-05")), "2023-02-04", "2023-02-05") == ["expiring", "expired"]


def test_work_counts_as_in_progress_only_after_the_last_award_was_earned() -> None:
    assert words(world(worked("2023-02-05")), "2023-02-04", "2023-02-05", "2023-02-16") == [
        "not_started",
        "in_progress",
        "overdue",
    ]
    again = (earned("2021-01-01"), worked("2021-01-01"))
    assert words(world(*again), "2023-02-05") == ["not_started"]
    assert words(world(*again, worked("2021-01-02")), "2023-02-05") == ["in_progress"]


def test_work_in_another_sector_does_not_count_for_a_per_sector_course() -> None:
    brief = required(per_sector=True)
    assert words(world(brief, worked("2023-02-05", "health")), "2023-02-06") == ["not_started"]
    assert words(world(brief, worked("2023-02-05", "wash")), "2023-02-06") == ["in_progress"]
    assert words(world(brief, worked("2023-02-05")), "2023-02-06") == ["in_progress"]


def test_a_sector_matches_as_main_or_also_and_the_brief_is_always_the_main_sectors() -> None:
    health_only = Match(sectors=frozenset({"health"}))
    brief = required(version(match=health_only), per_sector=True)
    both = placed(also_sectors=frozenset({"health"}))
    assert words(world(brief), "2023-02-10") == ["not_required"]
    assert words(world(brief, both, earned("2023-02-05", sector="health")), "2023-02-10") == ["not_started"]
    assert words(world(brief, both, earned("2023-02-05", sector="wash")), "2023-02-10") == ["valid"]


def test_a_short_stay_in_another_sector_does_not_restart_the_brief_of_the_first() -> None:
    short = (placed("2023-02-01", "2023-05-31"), placed("2023-06-01", "2023-06-20", "health"), placed("2023-06-21"))
    assert words(world(required(per_sector=True), *short), "2023-05-31", "2023-06-01", "2023-06-21") == [
        "overdue",
        "not_started",
        "overdue",
    ]


def test_max_age_counts_from_the_earned_day() -> None:
    facts = world(required(version(max_age=Period(months=6), window_days=10)), earned("2023-02-12", "2025-02-11"))
    explained = ask(facts, "2023-08-11")
    assert (explained.status, explained.valid_through) == ("expiring", on("2023-08-11"))
    assert explained.reason.limit is Limit.MAX_AGE
    assert words(facts, "2023-08-12") == ["expired"]


def test_a_window_that_a_shorter_end_opened_closes_with_that_end_when_the_end_is_moved_later() -> None:
    loosened = required(
        version(max_age=Period(months=6), window_days=30, effective_through=on("2023-07-20")),
        version("2023-07-21", window_days=30),
    )
    facts = world(loosened, earned("2023-02-12", "2025-02-11"))
    assert words(facts, "2023-07-11", "2023-07-12", "2023-08-11", "2023-08-12") == [
        "valid",
        "expiring",
        "expiring",
        "valid",
    ]


def test_a_window_does_not_open_for_an_award_before_it_is_earned() -> None:
    wide = required(version(window_days=400, effective_through=on("2023-03-01")), version("2023-03-02", window_days=30))
    assert words(world(wide, earned("2023-03-02")), "2023-03-02") == ["valid"]
    explained = ask(world(wide, earned("2023-02-20")), "2023-03-02")
    assert (explained.status, explained.reason.window_open_since) == ("expiring", on("2023-02-20"))


def test_a_window_does_not_open_for_a_brief_of_another_sector() -> None:
    """The wide window was in force only while the person worked in Health; the award is for WASH."""
    brief = required(
        version(window_days=30, effective_through=on("2023-05-31")),
        version("2023-06-01", window_days=300, effective_through=on("2023-08-31")),
        version("2023-09-01", window_days=30),
        per_sector=True,
    )
    assert words(world(brief, WASH_BRIEF, *MOVES), "2023-09-01") == ["valid"]
    stayed = placed("2023-02-01")
    assert words(world(brief, WASH_BRIEF, stayed), "2023-09-01") == ["expiring"]


def test_grace_is_counted_from_the_effective_end() -> None:
    facts = world(required(version(grace_days=5)), earned("2023-02-12"))
    assert words(facts, "2024-02-11", "2024-02-12", "2024-02-16", "2024-02-17") == [
        "expiring",
        "grace",
        "grace",
        "expired",
    ]


def test_of_awards_that_end_together_the_later_earned_then_the_greater_id_explains() -> None:
    pair = (earned("2023-02-12", "2024-02-11", "a1"), earned("2023-03-01", "2024-02-11", "a0"))
    assert ask(world(*pair), "2023-05-01").award == "a0"
    twins = world(*[earned("2023-02-12", id_=id_) for id_ in ("a2", "a3", "a1")])
    assert ask(twins, "2023-05-01").award == "a3"
    numbered = [replace(earned("2023-02-12"), id=number) for number in (9, 10)]
    assert ask(world(*numbered), "2023-05-01").award == 10


def test_an_exemption_of_one_organisation_does_not_hold_in_another() -> None:
    everywhere = RequirementFact("r1", None, "c1", False, (version(),))
    leave = replace(exempt("2023-02-01"), organisation="o1")
    facts = known(world(everywhere, placed(), placed(organisation="o2"), leave))
    person = by_person(facts)["p1"]
    for organisation, status in (("o1", "exempt"), ("o2", "not_started")):
        one = Obligation(person, organisation, facts.requirements[0], facts.gap_days)
        assert one.on(on("2023-02-05")).status.value == status


def test_a_retracted_placement_is_known_until_its_retraction() -> None:
    then = datetime(2023, 3, 1, 12, tzinfo=UTC)
    facts = world(placed(retracted_at=then), placed("2023-02-01", "2023-02-28", recorded_at=then))
    assert ask(facts, "2023-04-01", then - ONE_DAY).status is TrainingStatus.OVERDUE
    assert ask(facts, "2023-04-01", then).status is TrainingStatus.NOT_REQUIRED


def test_the_change_days_of_a_person() -> None:
    seen = known(
        world(
            required(version(grace_days=5)),
            placed("2023-02-01", "2024-12-31"),
            earned("2023-02-12"),
            earned("2024-03-01", id_="a2"),
            revoked("a2", "2024-06-01"),
            exempt("2024-07-01", "2024-07-31"),
            worked("2023-02-05"),
        )
    )
    days = obligation(seen).change_days()
    assert [str(day) for day in days] == [
        "2019-01-01",  # the version takes effect
        "2023-02-01",  # the placement starts
        "2023-02-05",  # something is done
        "2023-02-12",  # the first award
        "2023-02-16",  # the day after the due day
        "2023-12-13",  # the window opens
        "2024-02-12",  # the day after the last valid day
        "2024-02-17",  # the day after the grace
        "2024-03-01",  # the second award
        "2024-06-01",  # its revocation
        "2024-07-01",  # the exemption
        "2024-08-01",  # the day after it: a new start
        "2024-08-16",  # the day after the new due day
        "2024-12-30",  # the revoked award's window, end and grace stay candidates
        "2025-01-01",  # the day after the placement's last
        "2025-03-01",
        "2025-03-06",
    ]


def test_days_at_the_end_of_the_calendar_do_not_overflow() -> None:
    forever = world(required(version(grace_days=90, max_age=Period(years=9999))), earned("2023-02-12", "9999-12-31"))
    assert words(forever, "0001-01-01", "2500-01-01", "9999-12-31") == ["not_required", "valid", "expiring"]
    seen = known(forever)
    assert on("2023-02-12") in obligation(seen).change_days()


def test_the_order_and_the_groups() -> None:
    late: Sequence[str] = ("overdue", "expired", "revoked")
    in_time: Sequence[str] = ("grace", "not_started", "in_progress")
    compliant: Sequence[str] = ("expiring", "valid", "exempt")
    assert [status_on.value for status_on in TrainingStatus] == [*late, *in_time, *compliant, "not_required"]
    groups = {group: [s.value for s in TrainingStatus if s.group is group] for group in StatusGroup}
    assert groups == {"compliant": [*compliant], "in_time": [*in_time], "late": [*late]}
    assert TrainingStatus.NOT_REQUIRED.group is None
    assert overall([]) is TrainingStatus.NOT_REQUIRED
    assert overall([TrainingStatus.NOT_REQUIRED, TrainingStatus.EXEMPT]) is TrainingStatus.EXEMPT
    assert StatusCounts.added(Counter([TrainingStatus.NOT_REQUIRED])).rate is None


@pytest.mark.parametrize(
    ("facts", "day", "said"),
    [
        (
            world(earned("2025-02-12", "2027-02-11", edition=2)),
            "2025-03-01",
            "Valid until 11 Feb 2027: earned 12 Feb 2025, edition 2.",
        ),
        (
            world(earned("2023-02-12")),
            "2024-02-01",
            "Valid until 11 Feb 2024: earned 12 Feb 2023, edition 1; "
            "open for renewal since 13 Dec 2023 without losing a day.",
        ),
        (world(), "2023-02-02", "Due on 15 Feb 2023: required since 1 Feb 2023, with 14 days to complete it."),
        (
            world(required(version(due_days=1))),
            "2023-02-03",
            "Was due on 2 Feb 2023: required since 1 Feb 2023, with 1 day to complete it.",
        ),
        (
            world(worked("2023-02-02")),
            "2023-02-03",
            "Due on 15 Feb 2023: required since 1 Feb 2023, with 14 days to complete it. Last worked on 2 Feb 2023.",
        ),
        (
            world(earned("2021-02-12")),
            "2023-02-03",
            "Due on 15 Feb 2023: required since 1 Feb 2023, with 14 days to complete it. "
            "The last award, earned 12 Feb 2021, ended on 11 Feb 2022, before the requirement applied.",
        ),
        (world(exempt("2023-02-01", "2023-03-01")), "2023-02-03", "Exempt from 1 Feb 2023 until 1 Mar 2023."),
        (world(exempt("2023-02-01")), "2023-02-03", "Exempt from 1 Feb 2023, without an end date."),
        (
            world(earned("2023-02-12"), revoked("a1", "2023-06-01")),
            "2023-07-01",
            "Revoked from 1 Jun 2023: the award earned 12 Feb 2023 counted through 31 May 2023.",
        ),
        (
            world(NEW_EDITION, earned("2025-06-01", "2027-05-31", edition=2)),
            "2026-07-01",
            "Ended on 30 Jun 2026, in grace until 10 Jul 2026: earned 1 Jun 2025, edition 2. "
            "The end is set by the day from which the requirement asks for a newer edition.",
        ),
        (
            world(earned("2023-02-12")),
            "2024-03-01",
            "Expired, last valid day 11 Feb 2024: earned 12 Feb 2023, edition 1.",
        ),
        (
            world(required(per_sector=True)),
            "2023-02-02",
            "Due on 15 Feb 2023: required since 1 Feb 2023, with 14 days to complete it. Sector: WASH.",
        ),
        (world(), "2022-02-02", "Not required: no placement in the organisation on this day."),
        (
            world(required(version("2024-01-01"))),
            "2023-02-02",
            "Not required: the requirement is not in force on this day.",
        ),
        (
            world(required(version(match=Match(roles=frozenset({"guard"}))))),
            "2023-02-02",
            "Not required: the requirement does not apply to this placement.",
        ),
    ],
)
def test_every_status_says_why(facts: Facts, day: str, said: str) -> None:
    assert sentence(ask(facts, day).reason) == said


def test_a_reason_names_only_what_concerns_it() -> None:
    reason = ask(world(), "2023-02-02").reason
    assert isinstance(reason, Reason)
    assert reason.as_dict() == {
        "rule": "no_award",
        "version_from": "2019-01-01",
        "obliged_from": "2023-02-01",
        "due_days": 14,
        "due_on": "2023-02-15",
    }
