"""One person's time line: how each requirement stood over time, as spans of days with their reason. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from lms.compliance.status import api as rules
from lms.kernel.days import ONE_DAY, add_days

AHEAD_DAYS = 180
"""How far ahead the time line goes: what will be without further training."""

KINDS = {
    rules.TrainingStatus.VALID: "valid",
    rules.TrainingStatus.EXEMPT: "valid",
    rules.TrainingStatus.EXPIRING: "renew",
    rules.TrainingStatus.IN_PROGRESS: "wait",
    rules.TrainingStatus.NOT_STARTED: "wait",
    rules.TrainingStatus.GRACE: "wait",
    rules.TrainingStatus.OVERDUE: "late",
    rules.TrainingStatus.EXPIRED: "late",
    rules.TrainingStatus.REVOKED: "late",
}
"""How each status is drawn; what is not required is left blank."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days a time line shows, both inclusive."""

    first: date
    last: date

    def share(self, day: date) -> float:
        """Returns where a day begins, in per cent of the window, held within it."""
        whole = (self.last - self.first).days + 1
        return round(100 * min(max((day - self.first).days, 0), whole) / whole, 2)

    def shares(self, from_on: date, through_on: date | None) -> tuple[float, float]:
        """Returns where a interval of days begins and ends, in per cent of the window."""
        end = self.last if through_on is None else min(through_on, self.last)
        return self.share(from_on), self.share(add_days(end, 1))

    def shows(self, from_on: date, through_on: date | None) -> bool:
        """Says whether any day of a interval lies in the window."""
        return from_on <= self.last and (through_on is None or through_on >= self.first)


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which a requirement stands so, with the sentence that says why on the first of them."""

    from_on: date
    through_on: date
    explained: rules.ExplainedStatus

    @property
    def status(self) -> rules.TrainingStatus:
        """Returns the status."""
        return self.explained.status

    @property
    def sentence(self) -> str:
        """Returns the reason in words."""
        return rules.sentence(self.explained.reason)


@dataclass(frozen=True, slots=True)
class Lane:
    """One requirement in one organisation, over the window."""

    requirement: rules.Id
    course: rules.Id
    organisation: rules.Id
    spans: tuple[Span, ...]

    def on(self, day: date) -> Span | None:
        """Returns the span that holds a day."""
        return next((span for span in self.spans if span.from_on <= day <= span.through_on), None)

    def drawn(self, window: Window) -> list[tuple[float, float, str]]:
        """Returns the pieces to draw: where they begin and end in per cent, and their kind."""
        return [
            (*window.shares(span.from_on, span.through_on), KINDS[span.status])
            for span in self.spans
            if span.status in KINDS
        ]


def window_of(
    placements: Iterable[rules.PlacementFact],
    earliest: date | None,
    day: date,
    today: date,
    last: date | None,
) -> Window:
    """Returns the days to show: from the first placement or fact through half a year ahead.

    `last` is the last day of somebody who has left: nothing later is shown. The day asked about is within.
    """
    begins = [each.from_on for each in placements]
    first = min([*begins, *([] if earliest is None else [earliest]), today])
    end = add_days(today, AHEAD_DAYS) if last is None else last
    if last is None:
        end = max(end, *begins, min(day, add_days(today, 3 * 365)))
    return Window(min(first, end), end)


def lanes_of(facts: rules.Facts, window: Window) -> list[Lane]:
    """Returns a lane for each requirement that asks anything of the one person whom facts tell of in the window.

    `facts` are those of `rules.known`. Neighbouring days with the same status and the same reason are one span.
    """
    lanes = []
    for known in rules.by_person(facts).values():
        for organisation in dict.fromkeys(each.organisation for each in known.placements):
            for requirement in facts.requirements:
                if requirement.applies_in(organisation):
                    obligation = rules.Obligation(known, organisation, requirement, facts.settings)
                    spans = _spans(obligation, window)
                    if any(span.status is not rules.TrainingStatus.NOT_REQUIRED for span in spans):
                        lanes.append(Lane(requirement.id, requirement.course, organisation, tuple(spans)))
    return lanes


def _spans(obligation: rules.Obligation, window: Window) -> list[Span]:
    inside = [day for day in obligation.change_days() if window.first < day <= window.last]
    starts = [window.first, *inside]
    spans: list[Span] = []
    for place, start in enumerate(starts):
        end = starts[place + 1] - ONE_DAY if place + 1 < len(starts) else window.last
        explained = obligation.on(start)
        before = spans[-1] if spans else None
        if before is not None and _same(before.explained, explained):
            spans[-1] = Span(before.from_on, end, before.explained)
        else:
            spans.append(Span(start, end, explained))
    return spans


def _same(one: rules.ExplainedStatus, other: rules.ExplainedStatus) -> bool:
    return one.status is other.status and rules.sentence(one.reason) == rules.sentence(other.reason)


def ticks(window: Window) -> list[date]:
    """Returns days written below the lanes: the first, the last, and two between them at equal distances."""
    whole = (window.last - window.first).days
    parts = 3 if whole >= 90 else 1
    return [add_days(window.first, whole * place // parts) for place in range(parts + 1)]
