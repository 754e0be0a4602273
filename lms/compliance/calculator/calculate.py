"""The auditor's calculator: facts in a file, the same pure rules, everybody's statuses on any day.

The file's shape and the answer's are interface, described in docs/handbook/status.md, "The calculator".
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from lms.compliance.calculator.file_format import FactsShape, VersionShape
from lms.compliance.status import facts as fact_types
from lms.compliance.status.definitions import overall
from lms.compliance.status.evaluate import ExplainedStatus, Obligation
from lms.compliance.status.explain import sentence


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


def parse_facts(text: str | bytes) -> fact_types.Facts:
    """Returns the facts of a file's text; raises MalformedFacts with the path of every wrong value."""
    try:
        document = json.loads(text, object_pairs_hook=_each_key_once)
    except json.JSONDecodeError as error:
        raise MalformedFacts([FactsProblem(f"line {error.lineno}", f"This is not JSON: {error.msg}.")]) from None
    except (ValueError, RecursionError):
        raise MalformedFacts([FactsProblem("(file)", "This is not JSON that can be read.")]) from None
    return facts_of(document)


def facts_of(document: object) -> fact_types.Facts:
    """Returns the facts of a document already read from JSON; raises MalformedFacts."""
    try:
        shape = FactsShape.model_validate(document)
    except ValidationError as error:
        raise MalformedFacts([_problem(each) for each in error.errors()]) from None
    problems = list(_contradictions(shape))
    if problems:
        raise MalformedFacts(problems)
    return _facts(shape)


def explain(facts: fact_types.Facts, as_of: date, known_as_of: datetime | None = None) -> dict[str, Any]:
    """Returns the statuses and overall statuses of everybody on a day, by what was known at a moment.

    None as the moment means everything the facts hold. The answer is plain JSON, sorted by person,
    organisation and requirement.
    """
    seen = fact_types.known(facts, known_as_of)
    requirements = sorted(seen.requirements, key=lambda each: str(each.id))
    statuses, overalls = [], []
    for person, theirs in sorted(fact_types.by_person(seen).items(), key=lambda item: str(item[0])):
        for organisation in sorted({placement.organisation for placement in theirs.placements}, key=str):
            post = {"person": person, "organisation": organisation}
            found = []
            for requirement in requirements:
                if requirement.applies_in(organisation):
                    explained = Obligation(theirs, organisation, requirement, seen.gap_days).on(as_of)
                    found.append(explained.status)
                    statuses.append(post | {"requirement": requirement.id} | _status_document(explained))
            overalls.append(post | {"status": overall(found).value})
    return {"as_of": as_of.isoformat(), "statuses": statuses, "overall": overalls}


def _status_document(explained: ExplainedStatus) -> dict[str, Any]:
    reason = explained.reason
    return {
        "status": explained.status.value,
        "due_on": explained.due_on and explained.due_on.isoformat(),
        "valid_through": explained.valid_through and explained.valid_through.isoformat(),
        "award": explained.award,
        "reason": {**reason.as_dict(), "sentence": sentence(reason)},
    }


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
    "frozen_set_type": "A list is expected here.",
    "string_type": "A text is expected here.",
    "string_too_short": "A text may not be empty here.",
    "int_type": "A whole number is expected here.",
    "bool_type": "true or false is expected here.",
}


def _problem(error: ErrorDetails) -> FactsProblem:
    path = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"])
    if error["type"] == "value_error":
        said = str(error["ctx"]["error"])
    else:
        said = _SENTENCES.get(error["type"], f"{error['msg']}.")
    return FactsProblem(path.removeprefix(".") or "(file)", said)


def _contradictions(shape: FactsShape) -> Iterator[FactsProblem]:
    """Finds what no single value shows: days in the wrong order, duplicate ids or ids that name nothing."""
    versions = [
        (f"requirements[{place}].versions[{at}]", version)
        for place, requirement in enumerate(shape.requirements)
        for at, version in enumerate(requirement.versions)
    ]
    for path, first, last, name in _periods(shape, versions):
        if last is not None and last < first:
            yield FactsProblem(path, f"{last} is before {name}, {first}.")
    for path, version in versions:
        if (version.min_edition is None) != (version.renew_by is None):
            missing = "min_edition" if version.min_edition is None else "renew_by"
            yield FactsProblem(f"{path}.{missing}", "min_edition and renew_by come together or not at all.")
    yield from _twice("requirements", [each.id for each in shape.requirements])
    yield from _twice("awards", [each.id for each in shape.awards])
    yield from _misnamed(shape)


def _twice(section: str, ids: list[str]) -> Iterator[FactsProblem]:
    seen: set[str] = set()
    for place, id_ in enumerate(ids):
        if id_ in seen:
            yield FactsProblem(f"{section}[{place}].id", f"The id {id_} occurs twice.")
        seen.add(id_)


def _misnamed(shape: FactsShape) -> Iterator[FactsProblem]:
    requirements = {None, *(each.id for each in shape.requirements)}
    successor_of = {each.id: each.supersedes for each in shape.awards}
    named = [
        *(("exemptions", n, "requirement", each.requirement, requirements) for n, each in enumerate(shape.exemptions)),
        *(("revocations", n, "award", each.award, successor_of) for n, each in enumerate(shape.revocations)),
    ]
    for section, place, kind, id_, known_ids in named:
        if id_ not in known_ids:
            yield FactsProblem(f"{section}[{place}].{kind}", f"There is no {kind} {id_} in this file.")
    for place, award in enumerate(shape.awards):
        path = f"awards[{place}].supersedes"
        if award.supersedes is not None and award.supersedes not in successor_of:
            yield FactsProblem(path, f"There is no award {award.supersedes} in this file.")
        elif _comes_round(award.id, successor_of):
            yield FactsProblem(path, f"Award {award.id} supersedes itself, directly or through others.")


def _periods(
    shape: FactsShape, versions: Iterable[tuple[str, VersionShape]]
) -> Iterator[tuple[str, date, date | None, str]]:
    """Yields the path of each last day, the first day, the last day, and the key of the first day."""
    for place, placement in enumerate(shape.placements):
        yield f"placements[{place}].through", placement.from_on, placement.through_on, "from"
    for path, version in versions:
        yield f"{path}.effective_through", version.effective_from, version.effective_through, "effective_from"
    for place, award in enumerate(shape.awards):
        yield f"awards[{place}].valid_until", award.earned_on, award.valid_until, "earned_on"
    for place, exemption in enumerate(shape.exemptions):
        yield f"exemptions[{place}].until", exemption.from_on, exemption.until_on, "from"


def _comes_round(start: str, successor_of: Mapping[str, str | None]) -> bool:
    seen: set[str] = set()
    at = successor_of[start]
    while at is not None and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = successor_of.get(at)
    return False


def _facts(shape: FactsShape) -> fact_types.Facts:
    return fact_types.Facts(
        placements=[fact_types.PlacementFact(**dict(each)) for each in shape.placements],
        requirements=[
            fact_types.RequirementFact(**dict(each) | {"versions": tuple(map(_version, each.versions))})
            for each in shape.requirements
        ],
        awards=[fact_types.AwardFact(**dict(each)) for each in shape.awards],
        revocations=[fact_types.RevocationFact(**dict(each)) for each in shape.revocations],
        exemptions=[fact_types.ExemptionFact(**dict(each)) for each in shape.exemptions],
        progress=[fact_types.ProgressFact(**dict(each)) for each in shape.progress],
        gap_days=shape.settings.gap_days,
    )


def _version(shape: VersionShape) -> fact_types.RequirementVersionFact:
    return fact_types.RequirementVersionFact(**dict(shape) | {"match": fact_types.Match(**dict(shape.match))})
