"""One person's record over time, as the HR of an organisation of theirs may see it."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby

from lms.audit.api import list_reasons
from lms.compliance.person.queries import (
    HistoryEvent,
    NamedPlacement,
    list_learning_events,
    list_named_placements,
    list_version_events,
)
from lms.compliance.person.timeline import RequirementTimeline, TimelineRange, requirement_timelines, timeline_range
from lms.compliance.source_data.filters import CourseTitle
from lms.compliance.source_data.load import LoadedFacts, load_facts
from lms.compliance.source_data.population import StatusRow, rows_on
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import TrainingStatus
from lms.kernel.actor import Actor, Role
from lms.people.api import (
    ListedCorrectionRequest,
    RecordedPlacement,
    list_correction_requests_about,
    list_employments_of,
    list_merges_of,
    list_recorded_placements,
    load_surviving_person_for,
    sector_names,
)
from lms.people.models import Employment, Person, PersonMerge

DAY_ORDER = {"placement_start": 0, "placement_end": 0, "merge": 1, "merge_undone": 1, "version": 1, "status": 3}
"""The order of kinds within a day, 2 for the others: a status follows from the facts of its day."""


@dataclass(frozen=True, slots=True)
class PersonPage:
    """A person's statuses on a day (None where the day could not be read), and everything over time.

    `persons` are the ids of all merged records. Somebody who has left is shown up to `left_on`, their last day in
    the actor's organisations, without what others recorded later: `hidden` are the serials of such certificates.
    `recorded` says by placement how it was recorded.
    """

    person: Person
    persons: frozenset[int]
    employments: Sequence[Employment]
    placements: Sequence[NamedPlacement]
    current: NamedPlacement | None
    day: date | None
    statuses: Sequence[StatusRow]
    organisations: Mapping[int, str]
    sectors: Mapping[str, str]
    courses: Mapping[int, CourseTitle]
    shown: TimelineRange
    timelines: Sequence[RequirementTimeline]
    years: Sequence[tuple[int, Sequence[HistoryEvent]]]
    merges: Sequence[PersonMerge]
    reasons_of_undoing: Mapping[int, str]
    recorded: Mapping[int, RecordedPlacement]
    correction_requests: Sequence[ListedCorrectionRequest]
    left_on: date | None
    hidden: Set[str]

    def facts(self) -> Iterable[object]:
        """Yields the rows of which the page says when and by whom they were recorded."""
        for _year, events in self.years:
            yield from (each.fact for each in events)
        yield from self.merges
        for each in self.recorded.values():
            yield from (each.placement, each.first.placement)


def load_person_page(actor: Actor, person_id: int, day: date | None, today: date, language: str) -> PersonPage:
    """Loads a person's record; raises NotThere where they are unknown or employed elsewhere only."""
    person, persons = load_surviving_person_for(actor, person_id)
    employments = list_employments_of(actor, persons)
    sectors = sector_names(language)
    placements = list_named_placements(employments, sectors)
    organisations = {each.organisation_id: each.organisation.name for each in employments}
    begun = (each for each in placements if each.placement.from_on <= today)
    last_day = max((each.placement.through_on or date.max for each in placements), default=date.max)
    left_on = last_day if last_day < today else None
    loaded = _without_later_revocations(load_facts(Scope(frozenset(organisations), persons)), left_on)
    shown = timeline_range(loaded.facts.placements, day or today, today, left_on)
    timelines = requirement_timelines(loaded.facts, shown)
    merges = [each for each in list_merges_of(person.id) if actor.covers(Role.HR, each.organisation_id)]
    versions = list_version_events({int(each.requirement) for each in timelines})
    events = [
        *_computed_events(placements, merges, timelines, loaded.courses, organisations),
        *list_learning_events(persons, organisations),
        *(each for each in versions if shown.first <= each.on <= shown.last),
    ]
    known = [each for each in events if left_on is None or _is_known_by(each, left_on)]
    return PersonPage(
        person=person,
        persons=persons,
        employments=employments,
        placements=placements,
        current=next((each for each in begun if (each.placement.through_on or today) >= today), None),
        day=day,
        statuses=[] if day is None else rows_on(loaded, day),
        organisations=organisations,
        sectors=sectors,
        courses=loaded.courses,
        shown=shown,
        timelines=timelines,
        years=_by_year(known),
        merges=merges,
        reasons_of_undoing=list_reasons("people.undo_merge", "person_merge", [each.id for each in merges]),
        recorded={each.placement.id: each for each in list_recorded_placements([each.id for each in employments])},
        correction_requests=list_correction_requests_about(actor, persons),
        left_on=left_on,
        hidden={each.detail for each in events if each.kind == "award"} - {each.detail for each in known},
    )


def _is_known_by(event: HistoryEvent, left_on: date) -> bool:
    """Says whether an event was there by somebody's last day; what is the actor's own stays to be seen."""
    return event.on <= left_on and (event.is_own or event.recorded_at.date() <= left_on)


def _without_later_revocations(loaded: LoadedFacts, left_on: date | None) -> LoadedFacts:
    """Leaves out what was revoked after somebody had left."""
    if left_on is None:
        return loaded
    revocations = [each for each in loaded.facts.revocations if each.effective_on <= left_on]
    return replace(loaded, facts=replace(loaded.facts, revocations=revocations))


def _computed_events(
    placements: Sequence[NamedPlacement],
    merges: Sequence[PersonMerge],
    timelines: Sequence[RequirementTimeline],
    courses: Mapping[int, CourseTitle],
    organisations: Mapping[int, str],
) -> Iterable[HistoryEvent]:
    """Yields what begins or ends; that a requirement does not apply at first is no change."""
    for each in placements:
        yield HistoryEvent("placement_start", each.placement.from_on, placement=each)
        if each.placement.through_on is not None:
            yield HistoryEvent("placement_end", each.placement.through_on, placement=each)
    for merged in merges:
        yield HistoryEvent("merge", merged.recorded_at.date(), merge=merged)
        if merged.retracted_at is not None:
            yield HistoryEvent("merge_undone", merged.retracted_at.date(), merge=merged)
    for timeline in timelines:
        course, organisation = courses[int(timeline.course)].title, organisations.get(int(timeline.organisation), "")
        for number, period in enumerate(timeline.periods):
            if number > 0 or period.status is not TrainingStatus.NOT_REQUIRED:
                yield HistoryEvent("status", period.from_on, course=course, organisation=organisation, period=period)


def _by_year(events: Iterable[HistoryEvent]) -> list[tuple[int, Sequence[HistoryEvent]]]:
    """Groups events by year, the latest first."""
    ordered = sorted(events, key=lambda each: (each.on, DAY_ORDER.get(each.kind, 2), each.recorded_at), reverse=True)
    return [(year, list(some)) for year, some in groupby(ordered, key=lambda each: each.on.year)]
