"""The facts of a population in a handful of set queries, whatever its size.

Rows are read as plain columns and not as entities: a report of a whole organisation reads tens of thousands.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Date, Row, Select, and_, func, null, or_, select, true, union_all

from lms.assessment.models import Attempt
from lms.catalogue.models import Course, CourseRevision, Edition, Publication
from lms.certification.api import parse_period
from lms.certification.models import Award, Revocation
from lms.compliance.requirements.models import Exemption, Requirement, RequirementVersion
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.source_data.scope import ORGANISATIONS, Scope, ScopedReader, StatementVariant
from lms.compliance.status import facts as fact_types
from lms.compliance.status.obligation import main_placement
from lms.kernel.caching import cached
from lms.kernel.config import current_settings
from lms.kernel.db import Model, read_rows
from lms.kernel.transaction_memo import load_once
from lms.learning.models import Completion
from lms.people.api import load_canonical_ids
from lms.people.models import DutyStation, Employment, PersonMerge, Placement

T = TypeVar("T")
_PLACEMENT_TABLES = (Employment, Placement, DutyStation)
_TERMS = [each.name for each in fields(fact_types.RequirementVersionFact)]
"""What a version says: the rules and the table name it alike."""
_REQUIREMENT_TABLES = (Requirement, RequirementVersion, Course, CourseRevision, Edition)


@dataclass(frozen=True, slots=True)
class LoadedFacts:
    """Known facts, with what a page shows beside them: courses by row number, serials by award."""

    facts: fact_types.Facts
    courses: dict[int, CourseTitle]
    serials: dict[int, str]


def load_facts(
    scope: Scope, known_as_of: datetime | None = None, *, progress: bool | frozenset[int] = True
) -> LoadedFacts:
    """Loads what was known at a moment (None: all of it) about the people in scope, in six queries.

    Ids are row numbers; sectors, roles and contracts are words. Placements and requirements are those of the
    organisations in scope only. The days of progress are counted in the zone of the duty station where the person
    was placed, else in that of the installation, as the earned days of awards are: so the attempt that earned an
    award never falls on a later day than the award. The facts of merged persons are those of the surviving record,
    whichever of them is in scope. Without `progress` nothing is said of what was begun or completed; with row
    numbers only of these people. What one person's quiz does not write is loaded once in a transaction: its award
    and its status both need it.
    """
    settings = current_settings()
    one_person = known_as_of is None and scope.persons is not None and len(scope.persons) == 1

    def once(part: str, tables: tuple[type[Model], ...], load: Callable[[], T]) -> T:
        return load_once((part, scope), tables, load) if one_person else load()

    canonical_ids = once("merges", (PersonMerge,), lambda: load_canonical_ids(known_as_of))
    reader = ScopedReader(scope.with_merged(canonical_ids), canonical_ids, known_as_of)
    placements, zones = once("placements", _PLACEMENT_TABLES, lambda: _placements(reader))
    requirements, courses = once(
        "requirements", _REQUIREMENT_TABLES, lambda: _requirements(scope.organisations, known_as_of)
    )
    awards, revocations, serials = _awards(reader)
    begun = reader if progress is True else reader.of_some(progress or frozenset())
    facts = fact_types.Facts(
        placements=placements,
        requirements=requirements,
        awards=awards,
        revocations=revocations,
        exemptions=once("exemptions", (Exemption,), lambda: _exemptions(reader)),
        progress=_progress(begun, placements, zones, settings.time_zone) if progress else (),
        gap_days=settings.gap_days,
    )
    return LoadedFacts(fact_types.known(facts, known_as_of), courses, serials)


def _placements(reader: ScopedReader) -> tuple[list[fact_types.PlacementFact], dict[int, str]]:
    """Loads placements, and the time zones of their stations by row number."""
    rows = reader.rows(_placement_rows)
    placements = [
        fact_types.PlacementFact(reader.of(person), *words, frozenset(also), retracted_at)  # type: ignore[call-arg]
        for person, *words, also, retracted_at, _zone in rows
    ]
    return placements, {row[2]: row[12] for row in rows}


@lru_cache
def _placement_rows(shape: StatementVariant) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Employment.person_id,
            Employment.organisation_id,
            Placement.station_id,
            Placement.sector,
            Placement.role,
            Placement.contract,
            Placement.works_with_children,
            Placement.from_on,
            Placement.through_on,
            Placement.recorded_at,
            Placement.also_sectors,
            Placement.retracted_at,
            DutyStation.time_zone,
        )
        .join(Employment, Employment.id == Placement.employment_id)
        .join(DutyStation, DutyStation.id == Placement.station_id)
        .where(shape.employed(), shape.unretracted(Placement))
        .order_by(Placement.id)
    )


def _requirements(
    organisations: Collection[int] | None, known_as_of: datetime | None
) -> tuple[list[fact_types.RequirementFact], dict[int, CourseTitle]]:
    """Loads the requirements for all organisations and those of some (None: of each), with their courses.

    Whether a course is per sector is asked of its current edition. Requirements without a known version are
    left out.
    """
    if known_as_of is None:
        # A version is never changed or removed, and what a course is called changes with a publication.
        scope = None if organisations is None else frozenset(organisations)
        state = tuple(read_rows(_REQUIREMENTS_STATE).one())
        return cached(("requirements", scope, state), lambda: _load_requirements(organisations, None))
    return _load_requirements(organisations, known_as_of)


def _load_requirements(
    organisations: Collection[int] | None, known_as_of: datetime | None
) -> tuple[list[fact_types.RequirementFact], dict[int, CourseTitle]]:
    scope = Scope(None if organisations is None else frozenset(organisations))
    rows = ScopedReader(scope, {}, known_as_of).rows(_requirement_rows)
    versions: defaultdict[int, list[fact_types.RequirementVersionFact]] = defaultdict(list)
    for row in rows:
        versions[row.id].append(version_fact(row))
    heads = {row.id: (row.id, row.organisation_id, row.course_id, bool(row.per_sector)) for row in rows}
    facts = [fact_types.RequirementFact(*head, versions=tuple(versions[id_])) for id_, head in heads.items()]
    return facts, {
        row.course_id: CourseTitle(
            row.course_id, row.slug, row.title or row.slug, row.code or row.slug, row.number, bool(row.per_sector)
        )
        for row in rows
    }


_REQUIREMENTS_STATE = select(func.count(RequirementVersion.id), select(func.max(Publication.id)).scalar_subquery())


@lru_cache
def _requirement_rows(shape: StatementVariant) -> Select[*tuple[Any, ...]]:
    mine: ColumnElement[bool] = true()
    if shape.by_organisation:
        own = Requirement.organisation_id.in_(ORGANISATIONS)
        mine = or_(Requirement.organisation_id.is_(None), own)
    return (
        select(
            Requirement.id,
            Requirement.organisation_id,
            Requirement.course_id,
            Edition.per_sector,
            *(getattr(RequirementVersion, name) for name in _TERMS),
            Course.slug,
            CourseRevision.title,
            CourseRevision.code,
            Edition.number,
        )
        .join(RequirementVersion, RequirementVersion.requirement_id == Requirement.id)
        .join(Course, Course.id == Requirement.course_id)
        .outerjoin(CourseRevision, CourseRevision.id == Course.current_revision_id)
        .outerjoin(Edition, Edition.id == CourseRevision.edition_id)
        .where(mine, shape.recorded(RequirementVersion.recorded_at))
        .order_by(Requirement.id, RequirementVersion.id)
    )


def required_courses(organisations: Collection[int] | None) -> dict[int, CourseTitle]:
    """Returns the courses that were ever required in some organisations (None: in any), by row number."""
    return _requirements(organisations, None)[1]


def version_fact(version: RequirementVersion | Row[*tuple[Any, ...]]) -> fact_types.RequirementVersionFact:
    """Returns a version for the rules, from its row or from one that is not recorded."""
    match: Mapping[str, Any] = version.match
    listed = {name: frozenset(match.get(name) or ()) for name in ("sectors", "stations", "roles", "contracts")}
    terms: dict[str, Any] = {name: getattr(version, name) for name in _TERMS}
    terms["match"] = fact_types.Match(**listed, works_with_children=match.get("works_with_children"))
    terms["max_age"] = None if version.max_age is None else parse_period(version.max_age)
    return fact_types.RequirementVersionFact(**terms)


def _awards(reader: ScopedReader) -> tuple[list[fact_types.AwardFact], list[fact_types.RevocationFact], dict[int, str]]:
    """Loads awards with their revocations, and their serials by row number."""
    rows = reader.rows(_award_rows)
    revocations = [fact_types.RevocationFact(row[0], row[10], row[11]) for row in rows if row[10] is not None]
    return (
        [fact_types.AwardFact(row[0], reader.of(row[1]), *row[2:9]) for row in rows],
        revocations,
        {row[0]: row[9] for row in rows},
    )


@lru_cache
def _award_rows(shape: StatementVariant) -> Select[*tuple[Any, ...]]:
    known_revocation = and_(Revocation.award_id == Award.id, shape.recorded(Revocation.recorded_at))
    return (
        select(
            Award.id,
            Award.person_id,
            Award.course_id,
            Award.sector,
            Edition.number,
            Award.earned_on,
            Award.valid_until,
            Award.recorded_at,
            Award.supersedes_id,
            Award.serial,
            Revocation.effective_on,
            Revocation.recorded_at,
        )
        .join(Edition, Edition.id == Award.edition_id)
        .outerjoin(Revocation, known_revocation)
        .where(shape.has_person(Award.person_id), shape.recorded(Award.recorded_at))
    )


def _exemptions(reader: ScopedReader) -> list[fact_types.ExemptionFact]:
    return [fact_types.ExemptionFact(reader.of(row[0]), *row[1:]) for row in reader.rows(_exemption_rows)]


@lru_cache
def _exemption_rows(shape: StatementVariant) -> Select[*tuple[Any, ...]]:
    return select(
        Exemption.person_id,
        Exemption.requirement_id,
        Exemption.from_on,
        Exemption.until_on,
        Exemption.recorded_at,
        Exemption.organisation_id,
        Exemption.retracted_at,
    ).where(shape.has_person(Exemption.person_id), shape.unretracted(Exemption))


def _progress(
    reader: ScopedReader, placements: Iterable[fact_types.PlacementFact], zones: Mapping[int, str], default_zone: str
) -> list[fact_types.ProgressFact]:
    """Loads completions and started attempts as days, in the zone where the person was placed then.

    The database keeps the first and the last moment of each of its own days: no interval of 24 hours touches
    more than two days of any zone, so those two moments name every day concerned.
    """
    placements_of: defaultdict[fact_types.Id, list[fact_types.PlacementFact]] = defaultdict(list)
    for each in placements:
        placements_of[each.person].append(each)

    def day_of(person: int, moment: datetime) -> date:
        placement = main_placement(placements_of.get(person, ()), moment.date())
        zone = None if placement is None else zones.get(int(placement.station))
        return moment.astimezone(ZoneInfo(zone or default_zone)).date()

    made: list[fact_types.ProgressFact] = []
    for raw, course, sector, written_on, first, last in reader.rows(_progress_by_day):
        person = reader.of(raw)
        if written_on:
            # A quiz on paper is of the day on the paper, whenever it was entered.
            made.append(fact_types.ProgressFact(person, course, sector, written_on, first))
            continue
        day = day_of(person, first)
        made.append(fact_types.ProgressFact(person, course, sector, day, first))
        if last != first and (later := day_of(person, last)) != day:
            made.append(fact_types.ProgressFact(person, course, sector, later, last))
    return made


@lru_cache
def _progress_by_day(shape: StatementVariant) -> Select[*tuple[Any, ...]]:
    completed = select(
        Completion.person_id,
        Completion.course_id,
        Completion.sector,
        null().cast(Date).label("written_on"),
        Completion.recorded_at.label("at"),
    ).where(shape.has_person(Completion.person_id), shape.recorded(Completion.recorded_at))
    started = select(
        Attempt.person_id, Attempt.course_id, Attempt.sector, Attempt.written_on, Attempt.started_at.label("at")
    ).where(shape.has_person(Attempt.person_id), shape.recorded(Attempt.started_at))
    made = union_all(completed, started).subquery().c
    words = (made.person_id, made.course_id, made.sector, made.written_on)
    return select(*words, func.min(made.at), func.max(made.at)).group_by(*words, func.date(made.at))
