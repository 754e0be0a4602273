"""Puts the calculator's file of facts into the database, so that the same facts can be judged both ways.

Rows are written as facts: the packages' own operations refuse some of what a file may say (placements that
overlap, facts recorded out of order), and the report must agree with the calculator about those as well.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from lms.assessment.models import Attempt
from lms.catalogue.models import Course, CourseRevision, Edition, Publication
from lms.certification.models import Award, Revocation
from lms.compliance.requirements.models import Exemption, Requirement, RequirementVersion
from lms.compliance.status.facts import Facts, RequirementVersionFact
from lms.kernel.db import session
from lms.people.models import DutyStation, Employment, Organisation, Person, Placement
from tests.factories import people

Json = dict[str, Any]
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass
class Stored:
    """Row numbers by the words of the file."""

    persons: dict[str, int]
    organisations: dict[str, int]
    requirements: dict[str, int]
    awards: dict[str, int]
    courses: dict[str, int]
    stations: dict[str, int]

    def word(self, kind: str, id_: object) -> str | None:
        """Returns the word of a row number."""
        return next((word for word, number in getattr(self, kind).items() if number == id_), None)


def on(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def at(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def storable(world: Json) -> Json:
    """A world as the database can hold it: an award has one revocation and one successor, a course is of one kind."""
    document = deepcopy(world)
    kinds = {each["course"]: each["per_sector"] for each in document["requirements"]}
    for each in document["requirements"]:
        each["per_sector"] = kinds[each["course"]]
    document["revocations"] = list({each["award"]: each for each in document["revocations"]}.values())
    replaced: set[str] = set()
    earners = {each["id"]: each["person"] for each in document["awards"]}
    for each in document["awards"]:
        if each["supersedes"] in replaced or earners.get(each["supersedes"]) != each["person"]:
            each["supersedes"] = None
        replaced.add(each["supersedes"])
    for each in document["progress"]:
        each["recorded_at"] = f"{each['on']}T12:00:00Z"
    return document


def store(document: Json, zone: str = "UTC") -> Stored:
    """Stores a document; `per_sector` of a requirement becomes its course's, so one course needs one value."""
    people.sectors()
    placements = document.get("placements", [])
    everybody = {each["person"] for part in ("placements", "awards", "exemptions", "progress")
                 for each in document.get(part, [])}  # fmt: skip
    employers = {each["organisation"] for each in placements}
    employers |= {each["organisation"] for each in document.get("requirements", []) if each["organisation"]}
    employers |= {each["organisation"] for each in document.get("exemptions", []) if each.get("organisation")}
    stations = {each["station"] for each in placements}
    stations |= {word for each in document.get("requirements", []) for version in each["versions"]
                 for word in version.get("match", {}).get("stations", [])}  # fmt: skip
    stored = Stored(
        persons={word: add(Person(name=f"Person {word}", recorded_at=LONG_AGO)) for word in sorted(everybody)},
        organisations={word: add(organisation(word)) for word in sorted(employers)},
        requirements={},
        awards={},
        courses={},
        stations={word: add(station(word, zone)) for word in sorted(stations)},
    )
    store_courses(document, stored)
    store_placements(placements, stored)
    for each in document.get("requirements", []):
        store_requirement(each, stored)
    store_awards(document, stored)
    for each in document.get("exemptions", []):
        where = each.get("organisation")
        add(
            Exemption(
                person_id=stored.persons[each["person"]],
                requirement_id=stored.requirements[each["requirement"]] if each["requirement"] else None,
                organisation_id=stored.organisations[where] if where else None,
                from_on=on(each["from"]),
                until_on=on(each["until"]),
                kind="leave",
                reason="A reason",
                recorded_at=at(each["recorded_at"]),
                retracted_at=at(each.get("retracted_at")),
            )
        )
    for each in document.get("progress", []):
        store_progress(each, stored, zone)
    session.flush()
    return stored


def add(row: Any) -> int:
    session.add(row)
    session.flush()
    number: int = row.id
    return number


def organisation(word: str) -> Organisation:
    return Organisation(slug=word, name=f"Organisation {word}", initials=word[:6], recorded_at=LONG_AGO)


def station(word: str, zone: str) -> DutyStation:
    return DutyStation(slug=word, name=f"Station {word}", country="Aravia", time_zone=zone, recorded_at=LONG_AGO)


def store_courses(document: Json, stored: Stored) -> None:
    per_sector = {each["course"]: each["per_sector"] for each in document.get("requirements", [])}
    words = {each["course"] for part in ("requirements", "awards", "progress") for each in document.get(part, [])}
    for word in sorted(words):
        stored.courses[word] = course(word, per_sector=per_sector.get(word, False), editions=range(1, 4))


def course(word: str, *, per_sector: bool = False, editions: Any = (1,)) -> int:
    """Stores a published course with its editions."""
    publication = add(Publication(recorded_at=LONG_AGO, counts={}))
    row = Course(slug=word, recorded_at=LONG_AGO)
    number = add(row)
    for edition in editions:
        edition_id = add(
            Edition(
                course_id=number,
                number=edition,
                per_sector=per_sector,
                pass_mark=80,
                draw=5,
                tries=3,
                pause="PT1H",
                modules=[],
                keys_digest=f"{word}-{edition}",
                recorded_at=LONG_AGO,
            )
        )
        row.current_revision_id = add(
            CourseRevision(
                course_id=number,
                edition_id=edition_id,
                publication_id=publication,
                digest=f"{word}-{edition}",
                title=f"Course {word}",
                summary="A course.",
                code=word.upper(),
                validity="P1Y",
                renewal="P60D",
                certificate="classic",
                meta={},
                recorded_at=LONG_AGO,
            )
        )
    session.flush()
    return number


def store_placements(placements: list[Json], stored: Stored) -> None:
    for place, each in enumerate(placements):
        # One employment for each placement: a file may hold placements that overlap.
        employment = add(
            Employment(
                person_id=stored.persons[each["person"]],
                organisation_id=stored.organisations[each["organisation"]],
                staff_number=f"N-{place}",
                recorded_at=LONG_AGO,
            )
        )
        add(
            Placement(
                employment_id=employment,
                station_id=stored.stations[each["station"]],
                sector=each["sector"],
                also_sectors=each.get("also_sectors", []),
                role=each["role"],
                contract=each["contract"],
                works_with_children=each["works_with_children"],
                from_on=on(each["from"]),
                through_on=on(each["through"]),
                recorded_at=at(each["recorded_at"]),
                retracted_at=at(each.get("retracted_at")),
            )
        )


def store_requirement(each: Json, stored: Stored) -> None:
    number = add(
        Requirement(
            organisation_id=stored.organisations[each["organisation"]] if each["organisation"] else None,
            course_id=stored.courses[each["course"]],
            recorded_at=LONG_AGO,
        )
    )
    stored.requirements[each["id"]] = number
    for version in each["versions"]:
        match = dict(version.get("match", {}))
        match["stations"] = [stored.stations[word] for word in match.get("stations", [])]
        add(
            RequirementVersion(
                requirement_id=number,
                effective_from=on(version["effective_from"]),
                effective_through=on(version.get("effective_through")),
                due_days=version["due_days"],
                window_days=version["window_days"],
                grace_days=version["grace_days"],
                max_age=version.get("max_age"),
                min_edition=version.get("min_edition"),
                renew_by=on(version.get("renew_by")),
                match=match,
                reason="A reason",
                recorded_at=at(version["recorded_at"]),
            )
        )


def store_awards(document: Json, stored: Stored) -> None:
    for place, each in enumerate(document.get("awards", [])):
        course_id = stored.courses[each["course"]]
        edition = session.query(Edition).filter_by(course_id=course_id, number=each.get("edition", 1)).one()
        revision = session.query(CourseRevision).filter_by(edition_id=edition.id).one()
        before = each.get("supersedes")
        stored.awards[each["id"]] = add(
            Award(
                serial=f"{place:013d}",
                person_id=stored.persons[each["person"]],
                course_id=course_id,
                edition_id=edition.id,
                course_revision_id=revision.id,
                sector=each.get("sector"),
                how="import",
                earned_on=on(each["earned_on"]),
                zone="UTC",
                valid_from=on(each["earned_on"]),
                valid_until=on(each["valid_until"]),
                date_inputs={},
                printed={"course": f"Course {each['course']}"},
                supersedes_id=stored.awards[before] if before else None,
                recorded_at=at(each["recorded_at"]),
            )
        )
    for each in document.get("revocations", []):
        add(
            Revocation(
                award_id=stored.awards[each["award"]],
                effective_on=on(each["effective_on"]),
                reason="A reason",
                recorded_at=at(each["recorded_at"]),
            )
        )


def store_progress(each: Json, stored: Stored, zone: str) -> None:
    """Stores an attempt begun on the day, where the person is: `recorded_at` of the file is not a second fact."""
    course_id = stored.courses[each["course"]]
    revision = session.query(CourseRevision).filter_by(course_id=course_id).first()
    day = on(each["on"])
    assert revision is not None
    assert day is not None
    add(
        Attempt(
            person_id=stored.persons[each["person"]],
            course_id=course_id,
            edition_id=revision.edition_id,
            course_revision_id=revision.id,
            sector=each.get("sector"),
            language="en",
            questions=[],
            seed="seed",
            started_at=datetime.combine(day, time(12), ZoneInfo(zone)),
        )
    )


def document_of(facts: Facts) -> Json:
    """Returns facts as the calculator's file would hold them."""
    return {
        "settings": {"gap_days": facts.gap_days},
        "placements": [
            plain(each, "person organisation station sector role contract works_with_children recorded_at retracted_at")
            | {
                "also_sectors": sorted(map(str, each.also_sectors)),
                "from": text(each.from_on),
                "through": text(each.through_on),
            }
            for each in facts.placements
        ],
        "requirements": [
            plain(each, "id organisation course per_sector")
            | {"versions": [version_document(version) for version in each.versions]}
            for each in facts.requirements
        ],
        "awards": [
            plain(each, "id person course sector edition earned_on valid_until supersedes recorded_at")
            for each in facts.awards
        ],
        "revocations": [plain(each, "award effective_on recorded_at") for each in facts.revocations],
        "exemptions": [
            plain(each, "person requirement organisation recorded_at retracted_at")
            | {"from": text(each.from_on), "until": text(each.until_on)}
            for each in facts.exemptions
        ],
        "progress": [plain(each, "person course sector on recorded_at") for each in facts.progress],
    }


def version_document(version: RequirementVersionFact) -> Json:
    match = version.match
    words = "effective_from effective_through due_days window_days grace_days min_edition renew_by recorded_at"
    return plain(version, words) | {
        "max_age": None if version.max_age is None else str(version.max_age),
        "match": {
            "sectors": sorted(map(str, match.sectors)),
            "stations": sorted(map(str, match.stations)),
            "roles": sorted(map(str, match.roles)),
            "contracts": sorted(map(str, match.contracts)),
            "works_with_children": match.works_with_children,
        },
    }


def plain(fact: Any, names: str) -> Json:
    return {name: text(getattr(fact, name)) for name in names.split()}


def text(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
