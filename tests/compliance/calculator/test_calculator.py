"""The auditor's calculator: its file, its answer, what it refuses, and the commands around it."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from lms.compliance.calculator.calculate import MalformedFacts, explain, facts_of, parse_facts
from lms.compliance.cli import compliance_cli

Json = dict[str, Any]

PLACEMENT: Json = {
    "person": "p1",
    "organisation": "o1",
    "station": "s1",
    "sector": "wash",
    "also_sectors": [],
    "role": "promoter",
    "contract": "staff",
    "works_with_children": True,
    "from": "2023-02-01",
    "through": None,
    "recorded_at": "2023-01-20T08:00:00Z",
    "retracted_at": None,
}
VERSION: Json = {
    "effective_from": "2023-01-01",
    "effective_through": None,
    "due_days": 14,
    "window_days": 60,
    "grace_days": 0,
    "max_age": None,
    "min_edition": None,
    "renew_by": None,
    "match": {"sectors": [], "stations": [], "roles": [], "contracts": [], "works_with_children": None},
    "recorded_at": "2022-12-01T00:00:00Z",
}
AWARD: Json = {
    "id": "a1",
    "person": "p1",
    "course": "c1",
    "sector": None,
    "edition": 1,
    "earned_on": "2023-02-12",
    "valid_until": "2024-02-11",
    "supersedes": None,
    "recorded_at": "2023-02-12T10:00:00Z",
}
FILE: Json = {
    "settings": {"gap_days": 30},
    "placements": [PLACEMENT],
    "requirements": [{"id": "r1", "organisation": "o1", "course": "c1", "per_sector": False, "versions": [VERSION]}],
    "awards": [AWARD],
    "revocations": [{"award": "a1", "effective_on": "2023-09-01", "recorded_at": "2023-09-01T10:00:00Z"}],
    "exemptions": [
        {
            "person": "p1",
            "requirement": "r1",
            "from": "2024-03-01",
            "until": "2024-06-30",
            "recorded_at": "2024-02-20T10:00:00Z",
            "retracted_at": None,
        }
    ],
    "progress": [
        {"person": "p1", "course": "c1", "sector": None, "on": "2023-02-05", "recorded_at": "2023-02-05T10:00:00Z"}
    ],
}


def only(day: str, known_as_of: datetime | None = None, document: Json = FILE) -> Json:
    rows: list[Json] = explain(facts_of(document), date.fromisoformat(day), known_as_of)["statuses"]
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("day", "status"),
    [
        ("2023-01-31", "not_required"),
        ("2023-02-04", "not_started"),
        ("2023-02-05", "in_progress"),
        ("2023-02-12", "valid"),
        ("2023-08-31", "valid"),
        ("2023-09-01", "revoked"),
        ("2024-02-29", "revoked"),
        ("2024-03-01", "exempt"),
        ("2024-06-30", "exempt"),
        ("2024-07-01", "not_started"),
        ("2024-07-15", "not_started"),
        ("2024-07-16", "overdue"),
    ],
)
def test_the_file_of_the_manual_over_its_days(day: str, status: str) -> None:
    assert only(day)["status"] == status


def test_the_answer_has_exactly_its_shape() -> None:
    assert explain(facts_of(FILE), date(2023, 9, 1)) == {
        "as_of": "2023-09-01",
        "statuses": [
            {
                "person": "p1",
                "organisation": "o1",
                "requirement": "r1",
                "status": "revoked",
                "due_on": None,
                "valid_through": "2023-08-31",
                "award": "a1",
                "reason": {
                    "rule": "revocation",
                    "version_from": "2023-01-01",
                    "award": "a1",
                    "earned_on": "2023-02-12",
                    "edition": 1,
                    "effective_end": "2024-02-11",
                    "limit": "validity",
                    "ended_on": "2023-08-31",
                    "revoked_on": "2023-09-01",
                    "sentence": ("Revoked from 1 Sep 2023: the award earned 12 Feb 2023 counted through 31 Aug 2023."),
                },
            }
        ],
        "overall": [{"person": "p1", "organisation": "o1", "status": "revoked"}],
    }


def test_due_on_and_valid_through_stand_with_their_rules() -> None:
    assert (only("2023-02-05")["due_on"], only("2023-02-05")["award"]) == ("2023-02-15", None)
    assert (only("2023-03-01")["due_on"], only("2023-03-01")["valid_through"]) == (None, "2024-02-11")
    assert (only("2024-03-01")["due_on"], only("2024-03-01")["valid_through"]) == (None, None)


def test_knowledge_at_the_end_of_a_day() -> None:
    end_of_august = datetime.combine(date(2023, 8, 31), time.max, UTC)
    assert only("2023-09-01", end_of_august)["status"] == "valid"
    assert only("2023-09-01", datetime(2023, 9, 1, 9, 59, tzinfo=UTC))["status"] == "valid"
    assert only("2023-09-01", datetime(2023, 9, 1, 10, 0, tzinfo=UTC))["status"] == "revoked"


def test_nobody_is_listed_before_a_placement_is_known() -> None:
    answer = explain(facts_of(FILE), date(2023, 3, 1), datetime(2023, 1, 1, tzinfo=UTC))
    assert answer == {"as_of": "2023-03-01", "statuses": [], "overall": []}


def test_rows_are_sorted_and_cover_all_organisations_and_each() -> None:
    document = {
        "placements": [
            {**PLACEMENT, "person": person, "organisation": organisation}
            for person, organisation in [("p2", "o1"), ("p1", "o2"), ("p1", "o1"), ("p1", "o3")]
        ],
        "requirements": [
            {"id": "r2", "organisation": None, "course": "c2", "versions": [VERSION]},
            {"id": "r1", "organisation": "o1", "course": "c1", "versions": [VERSION]},
            {"id": "r0", "organisation": "o9", "course": "c1", "versions": [VERSION]},
        ],
        "awards": [AWARD],
    }
    answer = explain(facts_of(document), date(2023, 3, 1))
    rows = [(r["person"], r["organisation"], r["requirement"], r["status"]) for r in answer["statuses"]]
    assert rows == [
        ("p1", "o1", "r1", "valid"),
        ("p1", "o1", "r2", "overdue"),
        ("p1", "o2", "r2", "overdue"),
        ("p1", "o3", "r2", "overdue"),
        ("p2", "o1", "r1", "overdue"),
        ("p2", "o1", "r2", "overdue"),
    ]
    assert [(r["person"], r["organisation"]) for r in answer["overall"]] == [
        ("p1", "o1"),
        ("p1", "o2"),
        ("p1", "o3"),
        ("p2", "o1"),
    ]


def test_somebody_of_whom_nothing_is_asked_stands_under_overall_as_not_required() -> None:
    answer = explain(facts_of({"placements": [PLACEMENT]}), date(2023, 3, 1))
    assert answer["statuses"] == []
    assert answer["overall"] == [{"person": "p1", "organisation": "o1", "status": "not_required"}]


def test_optional_keys_may_be_left_out() -> None:
    short: Json = {
        "placements": [{k: v for k, v in PLACEMENT.items() if k not in ("also_sectors", "through", "retracted_at")}],
        "requirements": [
            {
                "id": "r1",
                "organisation": "o1",
                "course": "c1",
                "versions": [{"effective_from": "2023-01-01", "due_days": 14, "recorded_at": "2022-12-01T00:00:00Z"}],
            }
        ],
        "awards": [{k: v for k, v in AWARD.items() if k not in ("sector", "supersedes", "edition")}],
    }
    assert only("2023-03-01", document=short)["status"] == "valid"
    assert explain(facts_of({}), date(2023, 3, 1))["overall"] == []


def changed(path: str, value: object) -> Json:
    """The manual's file with one value changed, or with DROP left out."""
    document = deepcopy(FILE)
    at: Any = document
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    for step in steps:
        at = at[step]
    if value is DROP:
        del at[last]
    else:
        at[last] = value
    return document


DROP = object()
VERSION_0 = "requirements/0/versions/0"
WRONG = [
    ("placements/0/from", "2023-13-01", "placements[0].from", "2023-13-01 is not a day of the calendar."),
    ("placements/0/from", "20230201", "placements[0].from", '"20230201" is not a day written YYYY-MM-DD.'),
    ("placements/0/from", 20230201, "placements[0].from", "20230201 is not a day written YYYY-MM-DD."),
    ("placements/0/from", None, "placements[0].from", "null is not a day written YYYY-MM-DD."),
    ("placements/0/from", DROP, "placements[0].from", "This key is missing."),
    ("placements/0/through", "2023-01-31", "placements[0].through", "2023-01-31 is before from, 2023-02-01."),
    ("placements/0/person", "", "placements[0].person", "A text may not be empty here."),
    ("placements/0/person", 1, "placements[0].person", "A text is expected here."),
    ("placements/0/name", "Amina", "placements[0].name", "This key is not known here."),
    ("placements/0/works_with_children", "yes", "placements[0].works_with_children", "true or false is expected here."),
    ("placements/0/also_sectors", "health", "placements[0].also_sectors", "A list is expected here."),
    ("placements/0", [], "placements[0]", "An object is expected here."),
    (
        "placements/0/recorded_at",
        "2023-01-20T08:00:00",
        "placements[0].recorded_at",
        '"2023-01-20T08:00:00" is not a moment with its zone, written 2026-11-22T09:14:00Z.',
    ),
    (
        "placements/0/retracted_at",
        "2023-02-30T08:00:00Z",
        "placements[0].retracted_at",
        "2023-02-30T08:00:00Z is not a moment of the calendar.",
    ),
    (
        f"{VERSION_0}/effective_through",
        "2022-12-31",
        "requirements[0].versions[0].effective_through",
        "2022-12-31 is before effective_from, 2023-01-01.",
    ),
    (f"{VERSION_0}/due_days", -1, "requirements[0].versions[0].due_days", None),
    (f"{VERSION_0}/due_days", "14", "requirements[0].versions[0].due_days", "A whole number is expected here."),
    (f"{VERSION_0}/due_days", True, "requirements[0].versions[0].due_days", "A whole number is expected here."),
    (
        f"{VERSION_0}/max_age",
        "two years",
        "requirements[0].versions[0].max_age",
        "'two years' is not a period such as P2Y, P18M, P1Y6M, P4W or P60D.",
    ),
    (
        f"{VERSION_0}/min_edition",
        2,
        "requirements[0].versions[0].renew_by",
        "min_edition and renew_by come together or not at all.",
    ),
    (
        f"{VERSION_0}/renew_by",
        "2024-01-01",
        "requirements[0].versions[0].min_edition",
        "min_edition and renew_by come together or not at all.",
    ),
    (f"{VERSION_0}/match/sector", [], "requirements[0].versions[0].match.sector", "This key is not known here."),
    ("requirements/0/organisation", DROP, "requirements[0].organisation", "This key is missing."),
    ("awards/0/valid_until", "2023-02-11", "awards[0].valid_until", "2023-02-11 is before earned_on, 2023-02-12."),
    ("awards/0/supersedes", "a9", "awards[0].supersedes", "There is no award a9 in this file."),
    ("awards/0/supersedes", "a1", "awards[0].supersedes", "Award a1 supersedes itself, directly or through others."),
    ("awards", [AWARD, AWARD], "awards[1].id", "The id a1 occurs twice."),
    ("revocations/0/award", "a2", "revocations[0].award", "There is no award a2 in this file."),
    ("exemptions/0/requirement", "r2", "exemptions[0].requirement", "There is no requirement r2 in this file."),
    ("exemptions/0/until", "2024-02-01", "exemptions[0].until", "2024-02-01 is before from, 2024-03-01."),
    ("settings/gap_days", None, "settings.gap_days", "A whole number is expected here."),
    ("settings", None, "settings", "An object is expected here."),
    ("setting", {}, "setting", "This key is not known here."),
]


@pytest.mark.parametrize(("path", "value", "named", "said"), WRONG)
def test_a_wrong_value_is_refused_with_its_path(path: str, value: object, named: str, said: str | None) -> None:
    with pytest.raises(MalformedFacts) as refused:
        facts_of(changed(path, value))
    assert refused.value.problems[0].path == named
    assert said is None or refused.value.problems[0].sentence == said
    assert refused.value.problems[0].sentence.endswith(".")


def test_every_problem_is_named_at_once() -> None:
    document = changed("placements/0/from", "soon")
    document["awards"][0]["edition"] = 0
    with pytest.raises(MalformedFacts) as refused:
        facts_of(document)
    assert [problem.path for problem in refused.value.problems] == ["placements[0].from", "awards[0].edition"]


def test_awards_that_supersede_each_other_in_a_circle_are_refused() -> None:
    document = changed("awards", [{**AWARD, "supersedes": "a2"}, {**AWARD, "id": "a2", "supersedes": "a1"}])
    with pytest.raises(MalformedFacts) as refused:
        facts_of(document)
    assert [problem.path for problem in refused.value.problems] == ["awards[0].supersedes", "awards[1].supersedes"]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", "line 1"),
        ('{"placements": [}', "line 1"),
        ("[]", "(file)"),
        ("null", "(file)"),
        (b"\xff\xfe\xfd", "(file)"),
        ("[" * 100_000, "(file)"),
        ('{"awards": [], "awards": []}', "awards"),
        ('{"settings": {"gap_days": NaN}}', "settings.gap_days"),
        ('{"settings": {"gap_days": ' + "9" * 5000 + "}}", "(file)"),
    ],
)
def test_what_is_not_a_file_of_facts_is_refused(text: str | bytes, path: str) -> None:
    with pytest.raises(MalformedFacts) as refused:
        parse_facts(text)
    assert refused.value.problems[0].path == path


# The commands.


def run(*words: str, given: str | None = None) -> Result:
    return CliRunner().invoke(compliance_cli, words, input=given)


def test_explain_prints_the_answer(tmp_path: Path) -> None:
    path = tmp_path / "facts.json"
    path.write_text(json.dumps(FILE), encoding="utf-8")
    result = run("explain", str(path), "--as-of", "2023-09-01")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == explain(facts_of(FILE), date(2023, 9, 1))


@pytest.mark.parametrize(
    ("moment", "status"),
    [("2023-08-31", "valid"), ("2023-09-01T12:00:00+02:00", "revoked"), ("2023-09-01T11:59:59+02:00", "valid")],
)
def test_explain_reads_the_standard_input_and_a_moment_of_knowledge(moment: str, status: str) -> None:
    result = run("explain", "-", "--as-of", "2023-09-01", "--known-as-of", moment, given=json.dumps(FILE))
    assert json.loads(result.stdout)["statuses"][0]["status"] == status


def test_explain_refuses_a_malformed_file() -> None:
    result = run("explain", "-", "--as-of", "2023-09-01", given=json.dumps(changed("placements/0/from", "soon")))
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == 'placements[0].from: "soon" is not a day written YYYY-MM-DD.\n'


@pytest.mark.parametrize(
    "words",
    [
        ("explain", "-"),
        ("explain", "-", "--as-of", "22.11.2026"),
        ("explain", "-", "--as-of", "2026-11-22", "--known-as-of", "noon"),
        ("explain", "no-such-file.json", "--as-of", "2026-11-22"),
        ("date", "--earned", "2024-02-29"),
        ("date", "--earned", "2024-02-30", "--validity", "P1Y"),
        ("date", "--earned", "2024-02-29", "--validity", "1Y"),
        ("date", "--earned", "2024-02-29", "--validity", "P1Y", "--window-days", "60"),
        ("date", "--earned", "2024-02-29", "--validity", "P9999Y"),
    ],
)
def test_wrong_words_on_the_command_line_are_refused(words: tuple[str, ...]) -> None:
    result = run(*words, given="{}")
    assert result.exit_code == 2
    assert "Error" in result.stderr


@pytest.mark.parametrize(
    ("words", "until"),
    [
        (["2024-02-29", "P1Y"], "2025-02-27"),
        (["2025-01-31", "P1M"], "2025-02-27"),
        (["2019-04-01", "P1Y"], "2020-03-31"),
        (["2019-01-17", "P1Y"], "2020-01-16"),
        (["2026-11-01", "P1Y", "--old-until", "2026-12-31", "--window-days", "60"], "2027-12-31"),
        (["2026-10-31", "P1Y", "--old-until", "2026-12-31", "--window-days", "60"], "2027-10-30"),
        (["2026-10-31", "P1M", "--old-until", "2026-12-31"], "2026-12-31"),
    ],
)
def test_date_prints_the_first_and_the_last_valid_day(words: list[str], until: str) -> None:
    earned, validity, *more = words
    result = run("date", "--earned", earned, "--validity", validity, *more)
    assert result.exit_code == 0
    assert result.stdout == f"valid_from: {earned}\nvalid_until: {until}\n"


HANDBOOK = Path(__file__).parents[3] / "docs" / "handbook" / "status.md"


def test_the_handbook_shows_the_file_and_the_answer_as_they_are() -> None:
    shown = [part.split("```")[0] for part in HANDBOOK.read_text(encoding="utf-8").split("```json")[1:]]
    assert explain(parse_facts(shown[0]), date(2024, 7, 5)) == json.loads(shown[1])
