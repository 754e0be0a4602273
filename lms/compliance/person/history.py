"""One person's record over time, as the HR of an organisation of theirs may see it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from lms.compliance.person.queries import HistoryEvent, list_history_events, list_versions_happened
from lms.compliance.person.timeline import Lane, Span, Window, lanes_of, window_of
from lms.compliance.source_data.load import CourseTitle, LoadedFacts
from lms.compliance.source_data.person_status import StatusRow, load_facts, status_row
from lms.compliance.source_data.population import Population
from lms.compliance.source_data.scope import Scope
from lms.compliance.status import api as rules
from lms.kernel.actor import Actor, Role
from lms.people.api import (
    ListedCorrectionRequest,
    ListedMerge,
    list_correction_requests_about,
    list_employments_of,
    list_merges_of,
    list_placements_of,
    list_sectors,
    load_surviving_person_for,
)
from lms.people.models import Employment, Person, Placement


@dataclass(frozen=True, slots=True)
class Placed:
    """A placement with the names around it."""

    placement: Placement
    employment: Employment
    sector_name: str

    def covers(self, day: date) -> bool:
        """Says whether the placement holds on a day."""
        return self.placement.from_on <= day and (
            self.placement.through_on is None or day <= self.placement.through_on
        )


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the time line: a day, and what happened on it, in one of the ways it can.

    `kind` is placed, left, merged, parted, status, or one of `Happened`. `rank` orders the lines of one day:
    what follows from others stands above them, since the latest come first.
    """

    on: date
    kind: str
    rank: int
    happened: HistoryEvent | None = None
    placed: Placed | None = None
    merge: ListedMerge | None = None
    span: Span | None = None
    course: str = ""
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class RecordPage:
    """A person's record: statuses on a day (None where the day could not be read) and everything over time.

    `persons` are those who are one with the person, themselves among them. What happened after the last day in the
    actor's organisations is not part of it: `left_on` is that day.
    """

    person: Person
    persons: frozenset[int]
    employments: Sequence[Employment]
    placements: Sequence[Placed]
    now: Placed | None
    day: date | None
    statuses: Sequence[StatusRow]
    organisations: Mapping[int, str]
    sectors: Mapping[str, str]
    courses: Mapping[int, CourseTitle]
    window: Window
    lanes: Sequence[Lane]
    years: Sequence[tuple[int, Sequence[Event]]]
    merges: Sequence[ListedMerge]
    correction_requests: Sequence[ListedCorrectionRequest]
    left_on: date | None


def answer_person(actor: Actor, person_id: int, day: date | None, today: date, language: str) -> RecordPage:
    """Loads a person's record; raises NotThere where they are unknown or employed elsewhere only."""
    person, members = load_surviving_person_for(actor, person_id)
    employments = list_employments_of(actor, members)
    sectors = {each.slug: each.name(language) for each in list_sectors()}
    by_id = {each.id: each for each in employments}
    placements = [
        Placed(each, by_id[each.employment_id], sectors.get(each.sector, each.sector))
        for each in list_placements_of(list(by_id))
    ]
    organisations = {each.organisation_id: each.organisation.name for each in employments}
    left_on = _left_on(placements, today)
    loaded = _told(load_facts(Scope(frozenset(organisations), members)), left_on)
    window = window_of(loaded.facts.placements, None, day or today, today, left_on)
    lanes = lanes_of(loaded.facts, window)
    merges = [each for each in list_merges_of(person.id) if actor.covers(Role.HR, each.merge.organisation_id)]
    events = [
        *_placement_events(placements),
        *_standing_events(lanes, loaded.courses, organisations),
        *_merge_events(merges),
        *_happened(members, organisations, lanes, window),
    ]
    return RecordPage(
        person=person,
        persons=members,
        employments=employments,
        placements=placements,
        now=next((each for each in placements if each.covers(today)), None),
        day=day,
        statuses=[] if day is None else _standings(loaded, day),
        organisations=organisations,
        sectors=sectors,
        courses=loaded.courses,
        window=window,
        lanes=lanes,
        years=_by_year(each for each in events if left_on is None or each.on <= left_on),
        merges=merges,
        correction_requests=list_correction_requests_about(actor, members),
        left_on=left_on,
    )


def _left_on(placements: Sequence[Placed], today: date) -> date | None:
    """Returns the last day of somebody who has left, None for everybody else."""
    last_days = [each.placement.through_on for each in placements]
    if not last_days or any(day is None or day >= today for day in last_days):
        return None
    return max(day for day in last_days if day is not None)


def _told(loaded: LoadedFacts, left_on: date | None) -> LoadedFacts:
    """Leaves out of the facts about somebody who has left what was revoked afterwards."""
    if left_on is None:
        return loaded
    before = [each for each in loaded.facts.revocations if each.effective_on <= left_on]
    return replace(loaded, facts=replace(loaded.facts, revocations=before))


def _standings(loaded: LoadedFacts, day: date) -> list[StatusRow]:
    rows = [
        status_row(asked, explained, int(post.organisation), loaded.courses, loaded.serials)
        for post in Population(loaded.facts).posts
        for asked, explained in post.required_on(day)
    ]
    return sorted(
        rows, key=lambda row: (rules.SEVERITY[row.status], row.due_on or date.max, row.course_title)
    )


def _placement_events(placements: Sequence[Placed]) -> list[Event]:
    events = [Event(each.placement.from_on, "placed", 0, placed=each) for each in placements]
    events += [
        Event(each.placement.through_on, "left", 0, placed=each)
        for each in placements
        if each.placement.through_on is not None
    ]
    return events


def _standing_events(
    lanes: Sequence[Lane], courses: Mapping[int, CourseTitle], organisations: Mapping[int, str]
) -> list[Event]:
    """Returns the days on which a requirement began to stand another way; what begins blank is no event."""
    return [
        Event(
            span.from_on,
            "status",
            3,
            span=span,
            course=courses[int(lane.course)].title,
            organisation=organisations.get(int(lane.organisation), ""),
        )
        for lane in lanes
        for place, span in enumerate(lane.spans)
        if place or span.status is not rules.TrainingStatus.NOT_REQUIRED
    ]


def _merge_events(merges: Sequence[ListedMerge]) -> list[Event]:
    made = [Event(each.merge.recorded_at.date(), "merged", 1, merge=each) for each in merges]
    undone = [
        Event(each.merge.retracted_at.date(), "parted", 1, merge=each)
        for each in merges
        if each.merge.retracted_at is not None
    ]
    return [*made, *undone]


def _happened(
    members: Collection[int], organisations: Collection[int], lanes: Sequence[Lane], window: Window
) -> list[Event]:
    happened = list_history_events(members, organisations)
    versions = list_versions_happened({int(lane.requirement) for lane in lanes})
    happened += [each for each in versions if window.shows(each.on, each.on)]
    return [Event(each.on, each.kind, 1 if each.kind == "version" else 2, happened=each) for each in happened]


def _by_year(events: Iterable[Event]) -> list[tuple[int, Sequence[Event]]]:
    ordered = sorted(events, key=lambda each: (each.on, each.rank), reverse=True)
    return [(year, list(some)) for year, some in groupby(ordered, key=lambda each: each.on.year)]
