"""The standing of a person for a requirement in one organisation on a day: the first rule that matches.

The definitions are those of docs/handbook/standing.md, "The six rules".
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from typing import NamedTuple

from lms.certification.rules import Window
from lms.compliance.rules.endings import Ending, effective_end, ending
from lms.compliance.rules.facts import (
    DEFAULTS,
    Award,
    Id,
    PersonFacts,
    Requirement,
    RequirementVersion,
    Settings,
)
from lms.compliance.rules.timeline import (
    Run,
    Segment,
    obliged_from,
    plus,
    runs_of,
    segment_on,
    segments_of,
)
from lms.compliance.rules.vocabulary import Because, Explained, Rule, Standing


class PersonStanding(NamedTuple):
    """One row of a report: how the person stands in an organisation for a requirement."""

    organisation: Id
    requirement: Id
    explained: Explained


class Obligation:
    """What one requirement asks of one person in one organisation over time, ready to be asked about any day.

    It is prepared once from known facts (`known`, `by_person`) and costs a few look-ups a day afterwards.
    """

    def __init__(
        self, person: PersonFacts, organisation: Id, requirement: Requirement, settings: Settings
    ) -> None:
        """Prepares the stretches of days and the awards concerned."""
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
        self._runs: dict[Id | None, list[Run]] = {}

    def on(self, day: date) -> Explained:
        """Returns the standing on a day and why."""
        segment = segment_on(self._segments, day)
        version, placement = segment.version, segment.placement
        if version is None or placement is None:
            return _not_required(segment)
        sector = placement.sector if self._requirement.per_sector else None
        held = [
            ending(award, version, day, self._revoked_on.get(award.id))
            for award in self._awards_of(sector)
            if award.earned_on <= day
        ]
        live = [each for each in held if day <= each.ended_on]
        if live:
            return self._live(max(live, key=lambda each: each.order), version, sector, day)
        if segment.exemption is not None:
            return Explained(
                Standing.EXEMPT,
                Because(
                    rule=Rule.EXEMPTION,
                    standing=Standing.EXEMPT,
                    version_from=version.effective_from,
                    sector=sector,
                    exempt_from=segment.exemption.from_on,
                    exempt_until=segment.exemption.until_on,
                ),
            )
        last = max(held, key=lambda each: each.order, default=None)
        started_on = obliged_from(self._runs_in(sector), day, None if last is None else last.ended_on)
        if last is None or last.ended_on < started_on:
            return self._due(last, started_on, version, sector, day)
        return _ended(last, version, sector, day)

    def windows(self, award: Award) -> list[Window]:
        """Returns the renewal windows of an award that open for this person, in the order of their segments.

        One for each stretch on which a version is in force, matches the person (for a per-sector course: in
        the award's main sector) and the window opens; each stays open to its end.
        """
        windows = []
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
        """Returns, sorted, every day on which the standing or its reason can differ from the day before.

        Between two of them, and before the first, both are constant.
        """
        days = {segment.from_on for segment in self._segments}
        days.update(made.on for made in self._progress)
        versions = {segment.version for segment in self._segments if segment.placement is not None}
        asked = [version for version in versions if version is not None]
        for award in self._awards:
            days.add(award.earned_on)
            if award.id in self._revoked_on:
                days.add(self._revoked_on[award.id])
            for version in asked:
                end = effective_end(award, version)[0]
                days.update(
                    (plus(end, -version.window_days), plus(end, 1), plus(end, version.grace_days + 1))
                )
        for sector in self._sectors:
            for run in self._runs_in(sector):
                days.add(plus(run.from_on, self._due_days(run.from_on) + 1))
        return sorted(days - {date.min, date.max})

    def _awards_of(self, sector: Id | None) -> Sequence[Award]:
        if not self._requirement.per_sector:
            return self._awards
        return [award for award in self._awards if award.sector == sector]

    @cached_property
    def _sectors(self) -> set[Id | None]:
        if not self._requirement.per_sector:
            return {None}
        return {segment.placement.sector for segment in self._segments if segment.placement is not None}

    def _runs_in(self, sector: Id | None) -> list[Run]:
        if sector not in self._runs:
            self._runs[sector] = runs_of(self._segments, sector, self._gap_days)
        return self._runs[sector]

    def _due_days(self, day: date) -> int:
        version = segment_on(self._segments, day).version
        return version.due_days if version is not None else 0

    def _live(self, last: Ending, version: RequirementVersion, sector: Id | None, day: date) -> Explained:
        opened = next((w.opens_on for w in self.windows(last.award) if w.is_open_on(day)), None)
        standing = Standing.VALID if opened is None else Standing.EXPIRING
        because = last.because(Rule.LIVE_AWARD, standing, version, sector)
        if opened is not None:
            because = replace(because, window_open_since=opened)
        return Explained(standing, because, valid_through=last.end, award=last.award.id)

    def _due(
        self,
        last: Ending | None,
        started_on: date,
        version: RequirementVersion,
        sector: Id | None,
        day: date,
    ) -> Explained:
        due_days = self._due_days(started_on)
        due_on = plus(started_on, due_days)
        since = date.min if last is None else last.award.earned_on
        made = max(
            (
                made.on
                for made in self._progress
                if since < made.on <= day and (sector is None or made.sector in (None, sector))
            ),
            default=None,
        )
        in_time = Standing.NOT_STARTED if made is None else Standing.IN_PROGRESS
        standing = in_time if day <= due_on else Standing.OVERDUE
        if last is None:
            because = Because(
                rule=Rule.NO_AWARD, standing=standing, version_from=version.effective_from, sector=sector
            )
        else:
            because = last.because(Rule.ENDED_BEFORE_OBLIGATION, standing, version, sector)
        because = replace(
            because,
            ended_on=None if last is None else last.ended_on,
            obliged_from=started_on,
            due_days=due_days,
            due_on=due_on,
            progress_on=made,
        )
        return Explained(standing, because, due_on=due_on)


def _not_required(segment: Segment) -> Explained:
    if not segment.placed:
        rule = Rule.NO_PLACEMENT
    else:
        rule = Rule.NOT_IN_FORCE if segment.version is None else Rule.NOT_MATCHED
    return Explained(
        Standing.NOT_REQUIRED,
        Because(
            rule=rule,
            standing=Standing.NOT_REQUIRED,
            version_from=None if segment.version is None else segment.version.effective_from,
        ),
    )


def _ended(last: Ending, version: RequirementVersion, sector: Id | None, day: date) -> Explained:
    if last.revoked:
        standing, rule = Standing.REVOKED, Rule.REVOCATION
    else:
        rule = Rule.ENDED
        standing = Standing.GRACE if day <= plus(last.end, version.grace_days) else Standing.EXPIRED
    graced = rule is Rule.ENDED and version.grace_days > 0
    because = replace(
        last.because(rule, standing, version, sector),
        ended_on=last.ended_on,
        grace_through=plus(last.end, version.grace_days) if graced else None,
    )
    return Explained(standing, because, valid_through=last.ended_on, award=last.award.id)


def standing(
    person: PersonFacts,
    organisation: Id,
    requirement: Requirement,
    day: date,
    settings: Settings = DEFAULTS,
) -> Explained:
    """Returns the standing of a person in an organisation for a requirement on a day, and why."""
    return Obligation(person, organisation, requirement, settings).on(day)


def standings_of_person(
    person: PersonFacts, requirements: Iterable[Requirement], day: date, settings: Settings = DEFAULTS
) -> list[PersonStanding]:
    """Returns how a person stands on a day in each organisation of theirs, for every requirement there.

    Organisations are those with a placement on any day; requirements that do not ask the person are included.
    """
    asked = list(requirements)
    return [
        PersonStanding(organisation, each.id, standing(person, organisation, each, day, settings))
        for organisation in dict.fromkeys(placement.organisation for placement in person.placements)
        for each in asked
        if each.applies_in(organisation)
    ]


def change_days(
    person: PersonFacts, organisation: Id, requirement: Requirement, settings: Settings = DEFAULTS
) -> list[date]:
    """Returns, sorted, the days on which a person's standing for a requirement can change."""
    return Obligation(person, organisation, requirement, settings).change_days()
