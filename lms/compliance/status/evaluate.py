"""The status of a person for a requirement in one organisation on a day: the first rule that matches.

The definitions are those of docs/handbook/status.md, "The six rules".
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date
from functools import cached_property
from typing import NamedTuple

from lms.certification.awards.rules import Window
from lms.compliance.status.award_end import Ending, Endings, effective_end
from lms.compliance.status.definitions import ExplainedStatus, StatusRule, TrainingStatus
from lms.compliance.status.facts import (
    DEFAULT_SETTINGS,
    AwardFact,
    Id,
    PersonFacts,
    RequirementFact,
    RequirementVersionFact,
    StatusSettings,
)
from lms.compliance.status.obligation import ObligationRun, ObligationSegment, obliged_from, runs_of, segments_of
from lms.compliance.status.reasons import Evaluation, explained
from lms.kernel.days import add_days


class PersonStatus(NamedTuple):
    """One row of the calculator's answer: a person's status in an organisation for a requirement."""

    organisation: Id
    requirement: Id
    explained: ExplainedStatus


class Obligation:
    """What one requirement demands of one person in one organisation over time, ready to be evaluated on any day.

    It is prepared once from known facts (`known`, `by_person`) and costs a few look-ups a day afterwards.
    """

    def __init__(
        self, person: PersonFacts, organisation: Id, requirement: RequirementFact, settings: StatusSettings
    ) -> None:
        """Prepares the intervals of days and the awards concerned."""
        self._requirement = requirement
        self._gap_days = settings.gap_days
        self._revoked_on = person.revoked_on
        self._awards = [award for award in person.awards if award.course == requirement.course]
        self._progress = [made for made in person.progress if made.course == requirement.course]
        self._segments = segments_of(
            requirement,
            [placement for placement in person.placements if placement.organisation == organisation],
            [
                exemption
                for exemption in person.exemptions
                if exemption.requirement == requirement.id and exemption.organisation in (None, organisation)
            ],
        )
        self._starts = [segment.from_on for segment in self._segments]
        self._runs: dict[Id | None, list[ObligationRun]] = {}
        self._windows: dict[Id, list[Window]] = {}
        self._endings: dict[int, list[Endings]] = {}

    def on(self, day: date) -> ExplainedStatus:
        """Returns the status on a day and why."""
        return explained(self.evaluate(day))

    def evaluate(self, day: date) -> Evaluation:
        """Returns the status on a day with what it rests on, not yet put into a reason."""
        segment = self._segments[bisect_right(self._starts, day) - 1]
        version, placement = segment.version, segment.placement
        if version is None or placement is None:
            return Evaluation(TrainingStatus.NOT_REQUIRED, _why_not(segment), segment)
        sector = placement.sector if self._requirement.per_sector else None
        last = self._last(version, sector, day)
        if last is not None and day <= last.ended_on:
            opened = self._opened(last.award, day)
            status_on = TrainingStatus.VALID if opened is None else TrainingStatus.EXPIRING
            return Evaluation(status_on, StatusRule.LIVE_AWARD, segment, sector, last, None, last.end, opened_on=opened)
        if segment.exemption is not None:
            return Evaluation(TrainingStatus.EXEMPT, StatusRule.EXEMPTION, segment, sector)
        started_on = obliged_from(self._runs_in(sector), day, None if last is None else last.ended_on)
        if last is None or last.ended_on < started_on:
            return self._due(last, started_on, segment, sector, day)
        if last.revoked:
            return Evaluation(TrainingStatus.REVOKED, StatusRule.REVOCATION, segment, sector, last, None, last.ended_on)
        in_grace = day <= add_days(last.end, version.grace_days)
        status_on = TrainingStatus.GRACE if in_grace else TrainingStatus.EXPIRED
        return Evaluation(status_on, StatusRule.ENDED, segment, sector, last, None, last.ended_on)

    def _last(self, version: RequirementVersionFact, sector: Id | None, day: date) -> Ending | None:
        """Returns the award that ends last of those earned by a day; if any is live, this one is."""
        last = None
        for award, revoked_on, whole, cut in self._under(version):
            if award.earned_on <= day and sector in (None, award.sector):
                here = whole if revoked_on is None or day < revoked_on else cut
                if last is None or here.order > last.order:
                    last = here
        return last

    def _under(self, version: RequirementVersionFact) -> list[Endings]:
        """Returns how each award ends under a version."""
        found = self._endings.get(id(version))
        if found is None:
            found = self._endings[id(version)] = [
                Endings.of(award, version, self._revoked_on.get(award.id)) for award in self._awards
            ]
        return found

    def _opened(self, award: AwardFact, day: date) -> date | None:
        """Returns the day on which a renewal window opened that is open on a day."""
        for window in self.windows(award):
            if window.is_open_on(day):
                return window.opens_on
        return None

    def windows(self, award: AwardFact) -> list[Window]:
        """Returns the renewal windows of an award that open for this person, in the order of their segments.

        One for each interval on which a version is in force, matches the person (for a per-sector course: in
        the award's main sector) and the window opens; each stays open to its end.
        """
        windows = self._windows.get(award.id)
        if windows is not None:
            return windows
        windows = self._windows[award.id] = []
        for segment in self._segments:
            version, placement = segment.version, segment.placement
            if version is None or placement is None:
                continue
            if self._requirement.per_sector and placement.sector != award.sector:
                continue
            window = Window.of(
                effective_end(award, version)[0],
                version.window_days,
                in_force_from=max(segment.from_on, award.earned_on),
                in_force_through=segment.through_on,
            )
            if window is not None:
                windows.append(window)
        return windows

    def change_days(self) -> list[date]:
        """Returns, sorted, every day on which the status or its reason can differ from the day before.

        Between two of them, and before the first, both are constant.
        """
        days = {segment.from_on for segment in self._segments}
        days.update(made.on for made in self._progress)
        for award in self._awards:
            days.add(award.earned_on)
            if award.id in self._revoked_on:
                days.add(self._revoked_on[award.id])
        in_force = [segment.version for segment in self._segments if segment.placement is not None]
        for version in {id(version): version for version in in_force if version is not None}.values():
            for endings in self._under(version):
                end = endings.whole.end
                days.update(
                    (add_days(end, -version.window_days), add_days(end, 1), add_days(end, version.grace_days + 1))
                )
        for sector in self._sectors:
            for run in self._runs_in(sector):
                days.add(add_days(run.from_on, self._due_days(run.from_on) + 1))
        return sorted(days - {date.min, date.max})

    @cached_property
    def _sectors(self) -> set[Id | None]:
        if not self._requirement.per_sector:
            return {None}
        return {segment.placement.sector for segment in self._segments if segment.placement is not None}

    def _runs_in(self, sector: Id | None) -> list[ObligationRun]:
        if sector not in self._runs:
            self._runs[sector] = runs_of(self._segments, sector, self._gap_days)
        return self._runs[sector]

    def _due_days(self, day: date) -> int:
        version = self._segments[bisect_right(self._starts, day) - 1].version
        return version.due_days if version is not None else 0

    def _due(
        self, last: Ending | None, started_on: date, segment: ObligationSegment, sector: Id | None, day: date
    ) -> Evaluation:
        due_on = add_days(started_on, self._due_days(started_on))
        since = date.min if last is None else last.award.earned_on
        made = max(
            (
                made.on
                for made in self._progress
                if since < made.on <= day and (sector is None or made.sector in (None, sector))
            ),
            default=None,
        )
        in_time = TrainingStatus.NOT_STARTED if made is None else TrainingStatus.IN_PROGRESS
        return Evaluation(
            in_time if day <= due_on else TrainingStatus.OVERDUE,
            StatusRule.NO_AWARD if last is None else StatusRule.ENDED_BEFORE_OBLIGATION,
            segment,
            sector,
            last,
            due_on,
            started_on=started_on,
            progress_on=made,
        )


def _why_not(segment: ObligationSegment) -> StatusRule:
    if not segment.has_placement:
        return StatusRule.NO_PLACEMENT
    return StatusRule.NOT_IN_FORCE if segment.version is None else StatusRule.NOT_MATCHED


def status_on(
    person: PersonFacts,
    organisation: Id,
    requirement: RequirementFact,
    day: date,
    settings: StatusSettings = DEFAULT_SETTINGS,
) -> ExplainedStatus:
    """Returns the status of a person in an organisation for a requirement on a day, and why."""
    return Obligation(person, organisation, requirement, settings).on(day)


def statuses_of_person(
    person: PersonFacts, requirements: Iterable[RequirementFact], day: date, settings: StatusSettings = DEFAULT_SETTINGS
) -> list[PersonStatus]:
    """Returns a person's statuses on a day in each of their organisations, for every requirement there.

    Organisations are those with a placement on any day; requirements that do not ask the person are included.
    """
    every = list(requirements)
    return [
        PersonStatus(organisation, each.id, status_on(person, organisation, each, day, settings))
        for organisation in dict.fromkeys(placement.organisation for placement in person.placements)
        for each in every
        if each.applies_in(organisation)
    ]


def change_days(
    person: PersonFacts, organisation: Id, requirement: RequirementFact, settings: StatusSettings = DEFAULT_SETTINGS
) -> list[date]:
    """Returns, sorted, the days on which a person's status for a requirement can change."""
    return Obligation(person, organisation, requirement, settings).change_days()
