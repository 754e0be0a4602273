"""The status of a person for a requirement in one organisation on a day: the first rule that matches.

The definitions are those of docs/handbook/status.md, "The six rules".
"""

from bisect import bisect_right
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

from lms.certification.awards.rules import Window
from lms.compliance.status.award_end import Ending, effective_end, endings
from lms.compliance.status.definitions import Reason, StatusRule, TrainingStatus
from lms.compliance.status.facts import AwardFact, Id, PersonFacts, RequirementFact, RequirementVersionFact
from lms.compliance.status.obligation import (
    ObligationInterval,
    ObligationRun,
    ObligationSegment,
    obliged_from,
    runs_of,
    segments_of,
)
from lms.kernel.days import ONE_DAY, add_days


class ExplainedStatus(NamedTuple):
    """A status and what it rests on: the rule, the segment of days, and the award and days the rule looked at.

    `due_on` is set under rule 4; `award` and `valid_through` under rules 2 and 6 (its effective end) and 5
    (its last day).
    """

    status: TrainingStatus
    rule: StatusRule
    segment: ObligationSegment
    sector: Id | None = None
    last: Ending | None = None
    due_on: date | None = None
    valid_through: date | None = None
    opened_on: date | None = None
    started_on: date | None = None
    progress_on: date | None = None

    @property
    def award(self) -> Id | None:
        """Returns the award that explains, where one does."""
        return self.last.award.id if self.last is not None and self.due_on is None else None

    @property
    def reason(self) -> Reason:
        """Returns the reason; it is put together anew each time."""
        version, exemption, last = self.segment.version, self.segment.exemption, self.last
        concerned: dict[str, Any] = {"version_from": version and version.effective_from, "sector": self.sector}
        if last is not None:
            award = last.award
            concerned |= {"award": award.id, "earned_on": award.earned_on, "edition": award.edition}
            concerned |= {"effective_end": last.end, "limit": last.limit, "revoked_on": last.revoked_on}
            if self.rule is not StatusRule.LIVE_AWARD:
                concerned["ended_on"] = last.ended_on
            if self.rule is StatusRule.ENDED and version is not None and version.grace_days > 0:
                concerned["grace_through"] = add_days(last.end, version.grace_days)
        if self.rule is StatusRule.EXEMPTION and exemption is not None:
            concerned |= {"exempt_from": exemption.from_on, "exempt_until": exemption.until_on}
        if self.due_on is not None and self.started_on is not None:
            concerned |= {"obliged_from": self.started_on, "due_days": (self.due_on - self.started_on).days}
        return Reason(
            rule=self.rule,
            status=self.status,
            window_open_since=self.opened_on,
            due_on=self.due_on,
            progress_on=self.progress_on,
            **concerned,
        )


class Obligation:
    """What one requirement demands of one person in one organisation over time, ready to be evaluated on any day.

    It is prepared once from known facts (`known`, `by_person`) and costs a few look-ups a day afterwards.
    """

    def __init__(self, person: PersonFacts, organisation: Id, requirement: RequirementFact, gap_days: int) -> None:
        """Takes what the obligation follows from; its days are prepared when the first one is evaluated."""
        self.requirement = requirement
        self._person = person
        self._organisation = organisation
        self._gap_days = gap_days
        self._revoked_on = person.revoked_on
        self._awards = [award for award in person.awards if award.course == requirement.course]
        self._progress = [made for made in person.progress if made.course == requirement.course]
        self._runs: dict[Id | None, list[ObligationRun]] = {}
        self._windows: dict[Id, list[Window]] = {}
        self._endings: dict[int, list[tuple[Ending, Ending]]] = {}

    @cached_property
    def _segments(self) -> list[ObligationSegment]:
        return segments_of(
            self.requirement,
            [placement for placement in self._person.placements if placement.organisation == self._organisation],
            [
                exemption
                for exemption in self._person.exemptions
                if exemption.requirement in (None, self.requirement.id)
                and exemption.organisation in (None, self._organisation)
            ],
        )

    @cached_property
    def _starts(self) -> list[date]:
        return [segment.from_on for segment in self._segments]

    def on(self, day: date) -> ExplainedStatus:
        """Returns the status on a day and why."""
        segment = self._segments[bisect_right(self._starts, day) - 1]
        version, placement = segment.version, segment.placement
        if version is None or placement is None:
            rule = StatusRule.NOT_IN_FORCE if version is None else StatusRule.NOT_MATCHED
            return ExplainedStatus(
                TrainingStatus.NOT_REQUIRED, rule if segment.has_placement else StatusRule.NO_PLACEMENT, segment
            )
        sector = placement.sector if self.requirement.per_sector else None
        last = self._last(version, sector, day)
        if last is not None and day <= last.ended_on:
            opened = next((each.opens_on for each in self.windows(last.award) if each.is_open_on(day)), None)
            status = TrainingStatus.VALID if opened is None else TrainingStatus.EXPIRING
            return ExplainedStatus(status, StatusRule.LIVE_AWARD, segment, sector, last, None, last.end, opened)
        if segment.exemption is not None:
            return ExplainedStatus(TrainingStatus.EXEMPT, StatusRule.EXEMPTION, segment, sector)
        started_on = obliged_from(self._runs_in(sector), day, None if last is None else last.ended_on)
        if last is None or last.ended_on < started_on:
            return self._due(last, started_on, segment, sector, day)
        if last.revoked:
            status, rule = TrainingStatus.REVOKED, StatusRule.REVOCATION
        else:
            in_grace = day <= add_days(last.end, version.grace_days)
            status, rule = TrainingStatus.GRACE if in_grace else TrainingStatus.EXPIRED, StatusRule.ENDED
        return ExplainedStatus(status, rule, segment, sector, last, None, last.ended_on)

    def _last(self, version: RequirementVersionFact, sector: Id | None, day: date) -> Ending | None:
        """Returns the award that ends last of those earned by a day; if any is live, this one is."""
        last = None
        for whole, cut in self._under(version):
            if whole.award.earned_on <= day and sector in (None, whole.award.sector):
                here = whole if whole.revoked_on is None or day < whole.revoked_on else cut
                if last is None or here.order > last.order:
                    last = here
        return last

    def _under(self, version: RequirementVersionFact) -> list[tuple[Ending, Ending]]:
        """Returns how each award ends under a version."""
        found = self._endings.get(id(version))
        if found is None:
            found = self._endings[id(version)] = [
                endings(award, version, self._revoked_on.get(award.id)) for award in self._awards
            ]
        return found

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
            if self.requirement.per_sector and placement.sector != award.sector:
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
            for whole, _cut in self._under(version):
                for later in (-version.window_days, 1, version.grace_days + 1):
                    days.add(add_days(whole.end, later))
        for sector in self._sectors:
            for run in self._runs_in(sector):
                days.add(add_days(run.from_on, self._due_days(run.from_on) + 1))
        return sorted(days - {date.min, date.max})

    def intervals(self) -> list[ObligationInterval]:
        """Returns the intervals on which something is required, in order; adjacent ones always differ."""
        found: list[ObligationInterval] = []
        first, words = date.min, None
        for day in (date.min, *self.change_days()):
            one, before = self.on(day), words
            required = one.status is not TrainingStatus.NOT_REQUIRED
            words = (one.status, one.due_on, one.valid_through, one.award) if required else None
            if words != before:
                if before is not None:
                    found.append(ObligationInterval(first, day - ONE_DAY, *before))
                first = day
        if words is not None:
            found.append(ObligationInterval(first, date.max, *words))
        return found

    @cached_property
    def _sectors(self) -> set[Id | None]:
        if not self.requirement.per_sector:
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
    ) -> ExplainedStatus:
        due_on = add_days(started_on, self._due_days(started_on))
        since = date.min if last is None else last.award.earned_on
        made = [
            each.on
            for each in self._progress
            if since < each.on <= day and (sector is None or each.sector in (None, sector))
        ]
        in_time = TrainingStatus.IN_PROGRESS if made else TrainingStatus.NOT_STARTED
        return ExplainedStatus(
            in_time if day <= due_on else TrainingStatus.OVERDUE,
            StatusRule.NO_AWARD if last is None else StatusRule.ENDED_BEFORE_OBLIGATION,
            segment,
            sector,
            last,
            due_on,
            started_on=started_on,
            progress_on=max(made, default=None),
        )
