"""The auditor's calculator: facts in a file, the same pure rules, everybody's statuses on any day.

The file's shape and the answer's are interface, described in docs/handbook/status.md, "The calculator".
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError

from lms.compliance.calculator.file_format import FactsShape, VersionShape
from lms.compliance.status import api as rules


@dataclass(frozen=True, slots=True)
class FactsProblem:
    """One wrong value of a file: its path, such as `placements[0].from`, and what is wrong with it."""

    path: str
    sentence: str

    def __str__(self) -> str:
        """Returns `path: sentence`."""
        return f"{self.path}: {self.sentence}"


class MalformedFacts(Exception):
    """A file of facts that cannot be calculated with, and every problem found in it."""

    def __init__(self, problems: list[FactsProblem]) -> None:
        """Carries the problems."""
        super().__init__("\n".join(map(str, problems)))
        self.problems = tuple(problems)


def parse_facts(text: str | bytes) -> rules.Facts:
    """Returns the facts of a file's text; raises MalformedFacts with the path of every wrong value."""
    try:
        document = json.loads(text, object_pairs_hook=_each_key_once)
    except json.JSONDecodeError as error:
        raise MalformedFacts([FactsProblem(f"line {error.lineno}", f"This is not JSON: {error.msg}.")]) from None
    except (ValueError, RecursionError):
        raise MalformedFacts([FactsProblem("(file)", "This is not JSON that can be read.")]) from None
    return facts_of(document)


def facts_of(document: object) -> rules.Facts:
    """Returns the facts of a document already read from JSON; raises MalformedFacts."""
    try:
        shape = FactsShape.model_validate(document)
    except ValidationError as error:
        raise MalformedFacts([_problem(dict(each)) for each in error.errors()]) from None
    problems = list(_contradictions(shape))
    if problems:
        raise MalformedFacts(problems)
    return _facts(shape)


def explain(facts: rules.Facts, as_of: date, known_as_of: datetime | None = None) -> dict[str, Any]:
    """Returns the statuses and overall statuses of everybody on a day, by what was known at a moment.

    None as the moment means everything the facts hold. The answer is plain JSON, sorted by person,
    organisation and requirement.
    """
    seen = rules.known(facts, known_as_of)
    statuses, overall = [], []
    for person, known in sorted(rules.by_person(seen).items(), key=lambda item: str(item[0])):
        found: dict[rules.Id, list[rules.PersonStatus]] = {each.organisation: [] for each in known.placements}
        for row in rules.statuses_of_person(known, seen.requirements, as_of, seen.settings):
            found[row.organisation].append(row)
        for organisation, rows in sorted(found.items(), key=lambda item: str(item[0])):
            statuses += [_row(person, row) for row in sorted(rows, key=lambda row: str(row.requirement))]
            worst = rules.overall(row.explained.status for row in rows)
            overall.append({"person": person, "organisation": organisation, "status": worst.value})
    return {"as_of": as_of.isoformat(), "statuses": statuses, "overall": overall}


def _row(person: rules.Id, row: rules.PersonStatus) -> dict[str, Any]:
    explained = row.explained
    return {
        "person": person,
        "organisation": row.organisation,
        "requirement": row.requirement,
        "status": explained.status.value,
        "due_on": _text(explained.due_on),
        "valid_through": _text(explained.valid_through),
        "award": explained.award,
        "reason": {**explained.reason.as_dict(), "sentence": rules.sentence(explained.reason)},
    }


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _each_key_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    seen: dict[str, object] = {}
    for key, value in pairs:
        if key in seen:
            raise MalformedFacts([FactsProblem(key, "This key occurs twice in one object.")])
        seen[key] = value
    return seen


_SENTENCES = {
    "missing": "This key is missing.",
    "extra_forbidden": "This key is not known here.",
    "model_type": "An object is expected here.",
    "model_attributes_type": "An object is expected here.",
    "tuple_type": "A list is expected here.",
    "string_type": "A text is expected here.",
    "string_too_short": "A text may not be empty here.",
    "int_type": "A whole number is expected here.",
    "bool_type": "true or false is expected here.",
}


def _problem(error: Mapping[str, Any]) -> FactsProblem:
    if error["type"] == "value_error":
        said = str(error["ctx"]["error"])
    else:
        said = _SENTENCES.get(error["type"], f"{error['msg']}.")
    return FactsProblem(_path(error["loc"]), said)


def _path(steps: tuple[int | str, ...]) -> str:
    path = ""
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}"
    return path.removeprefix(".") or "(file)"


def _contradictions(shape: FactsShape) -> Iterator[FactsProblem]:
    """Finds what no single value shows: days in the wrong order, duplicate ids or ids that name nothing."""
    yield from _ends_before_it_begins(shape)
    yield from _half_a_renewal(shape)
    yield from _twice("requirements", [each.id for each in shape.requirements])
    yield from _twice("awards", [each.id for each in shape.awards])
    requirements = {each.id for each in shape.requirements}
    awards = {each.id for each in shape.awards}
    for place, exemption in enumerate(shape.exemptions):
        if exemption.requirement not in requirements:
            yield _nobody(f"exemptions[{place}].requirement", "requirement", exemption.requirement)
    for place, revocation in enumerate(shape.revocations):
        if revocation.award not in awards:
            yield _nobody(f"revocations[{place}].award", "award", revocation.award)
    successor_of = {each.id: each.supersedes for each in shape.awards}
    for place, award in enumerate(shape.awards):
        path = f"awards[{place}].supersedes"
        if award.supersedes is not None and award.supersedes not in awards:
            yield _nobody(path, "award", award.supersedes)
        elif _comes_round(award.id, successor_of):
            yield FactsProblem(path, f"Award {award.id} supersedes itself, directly or through others.")


def _comes_round(start: str, successor_of: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    at = successor_of[start]
    while at is not None and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = successor_of.get(at)
    return False


def _ends_before_it_begins(shape: FactsShape) -> Iterator[FactsProblem]:
    pairs: list[tuple[str, date, date | None, str]] = []
    for place, placement in enumerate(shape.placements):
        pairs.append((f"placements[{place}].through", placement.from_, placement.through, "from"))
    for place, requirement in enumerate(shape.requirements):
        for at, version in enumerate(requirement.versions):
            path = f"requirements[{place}].versions[{at}].effective_through"
            pairs.append((path, version.effective_from, version.effective_through, "effective_from"))
    for place, award in enumerate(shape.awards):
        pairs.append((f"awards[{place}].valid_until", award.earned_on, award.valid_until, "earned_on"))
    for place, exemption in enumerate(shape.exemptions):
        pairs.append((f"exemptions[{place}].until", exemption.from_, exemption.until, "from"))
    for path, first, last, name in pairs:
        if last is not None and last < first:
            yield FactsProblem(path, f"{last} is before {name}, {first}.")


def _half_a_renewal(shape: FactsShape) -> Iterator[FactsProblem]:
    for place, requirement in enumerate(shape.requirements):
        for at, version in enumerate(requirement.versions):
            if (version.min_edition is None) != (version.renew_by is None):
                missing = "min_edition" if version.min_edition is None else "renew_by"
                yield FactsProblem(
                    f"requirements[{place}].versions[{at}].{missing}",
                    "min_edition and renew_by come together or not at all.",
                )


def _twice(section: str, ids: list[str]) -> Iterator[FactsProblem]:
    seen: set[str] = set()
    for place, id_ in enumerate(ids):
        if id_ in seen:
            yield FactsProblem(f"{section}[{place}].id", f"The id {id_} occurs twice.")
        seen.add(id_)


def _nobody(path: str, kind: str, id_: str) -> FactsProblem:
    return FactsProblem(path, f"There is no {kind} {id_} in this file.")


def _facts(shape: FactsShape) -> rules.Facts:
    return rules.Facts(
        settings=rules.StatusSettings(shape.settings.gap_days),
        placements=[
            rules.PlacementFact(
                person=each.person,
                organisation=each.organisation,
                station=each.station,
                sector=each.sector,
                also_sectors=frozenset(each.also_sectors),
                role=each.role,
                contract=each.contract,
                works_with_children=each.works_with_children,
                from_on=each.from_,
                through_on=each.through,
                recorded_at=each.recorded_at,
                retracted_at=each.retracted_at,
            )
            for each in shape.placements
        ],
        requirements=[
            rules.RequirementFact(
                id=each.id,
                organisation=each.organisation,
                course=each.course,
                per_sector=each.per_sector,
                versions=tuple(map(_version, each.versions)),
            )
            for each in shape.requirements
        ],
        awards=[rules.AwardFact(**dict(each)) for each in shape.awards],
        revocations=[rules.RevocationFact(**dict(each)) for each in shape.revocations],
        exemptions=[
            rules.ExemptionFact(
                person=each.person,
                requirement=each.requirement,
                organisation=each.organisation,
                from_on=each.from_,
                until_on=each.until,
                recorded_at=each.recorded_at,
                retracted_at=each.retracted_at,
            )
            for each in shape.exemptions
        ],
        progress=[rules.ProgressFact(**dict(each)) for each in shape.progress],
    )


def _version(shape: VersionShape) -> rules.RequirementVersionFact:
    return rules.RequirementVersionFact(
        **{name: value for name, value in shape if name != "match"},
        match=rules.Match(
            sectors=frozenset(shape.match.sectors),
            stations=frozenset(shape.match.stations),
            roles=frozenset(shape.match.roles),
            contracts=frozenset(shape.match.contracts),
            works_with_children=shape.match.works_with_children,
        ),
    )
