"""How a population stands on any day: known facts, prepared once and asked many times. Pure.

One page asks for a day, the day a month before, a forecast and twelve month ends. A standing is constant
between the days on which it can change, so each stretch is judged once, however many of the days fall in it.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date

from lms.compliance.status import api as rules
from lms.compliance.status.api import Explained, Facts, Id, Obligation, Placement, Standing

MOST_DAYS_KEPT = 64
"""How many days a requirement of one person remembers; a report asks for about sixteen."""


class Asked:
    """One requirement as it is asked of one person in one organisation, on any day."""

    def __init__(self, requirement: rules.Requirement, prepare: Callable[[], Obligation]) -> None:
        """Takes the requirement and what prepares the obligation, which is done when a day is first asked."""
        self.requirement = requirement
        self._prepare = prepare
        self._obligation: Obligation | None = None
        self._changes: list[date] | None = None
        self._by_day: dict[date, Explained] = {}
        self._by_stretch: dict[int, Explained] = {}

    def on(self, day: date) -> Explained:
        """Returns the standing on a day and why."""
        explained = self._by_day.get(day)
        if explained is None:
            explained = self._judge(day)
            if len(self._by_day) >= MOST_DAYS_KEPT:
                self._by_day = {}
            self._by_day[day] = explained
        return explained

    def stretches(self) -> list[rules.Stretch]:
        """Returns the standings over time."""
        if self._obligation is None:
            self._obligation = self._prepare()
        return rules.stretches_of(self._obligation)

    def _judge(self, day: date) -> Explained:
        # Where a single day is asked, looking for the days of change would cost more than it saves.
        if self._obligation is None:
            self._obligation = self._prepare()
            return self._obligation.on(day)
        if self._changes is None:
            self._changes = self._obligation.change_days()
            for known, explained in self._by_day.items():
                self._by_stretch[bisect_right(self._changes, known)] = explained
        stretch = bisect_right(self._changes, day)
        if stretch not in self._by_stretch:
            self._by_stretch[stretch] = self._obligation.on(day)
        return self._by_stretch[stretch]


@dataclass(frozen=True, slots=True)
class Post:
    """A person in an organisation: what a report counts. `asked` holds every requirement of that organisation."""

    person: Id
    organisation: Id
    placements: tuple[Placement, ...]
    asked: tuple[Asked, ...]

    def placement_on(self, day: date) -> Placement | None:
        """Returns the placement that the post counts under on a day, or None where there is none."""
        return rules.main_placement(self.placements, day)

    def required_on(self, day: date, courses: Collection[Id] | None = None) -> list[tuple[Asked, Explained]]:
        """Returns what is required on a day, of some courses or (None) of all, each with its standing."""
        found = []
        for asked in self.asked:
            if courses is None or asked.requirement.course in courses:
                explained = asked.on(day)
                if explained.standing is not Standing.NOT_REQUIRED:
                    found.append((asked, explained))
        return found

    def lapses_on(self, day: date) -> date | None:
        """Returns the first day on which a post that complies on `day` would not any more if nothing is done."""
        required = [(asked.requirement.course, asked.stretches()) for asked in self.asked]
        for stretch in rules.post_stretches(self.placements, required):
            if stretch.from_on <= day <= stretch.through_on:
                return stretch.lapses_on
        return None


class Population:
    """The posts that known facts tell of."""

    def __init__(self, facts: Facts, organisations: Collection[Id] | None = None) -> None:
        """Takes facts as `rules.known` gives them; with `organisations` only the posts there are made."""
        self.posts: list[Post] = []
        self.requirements = {each.id: each for each in facts.requirements}
        for person, known in rules.by_person(facts).items():
            placed: defaultdict[Id, list[Placement]] = defaultdict(list)
            for placement in known.placements:
                placed[placement.organisation].append(placement)
            for organisation, placements in placed.items():
                if organisations is None or organisation in organisations:
                    asked = self._asked(facts, known, organisation)
                    self.posts.append(Post(person, organisation, tuple(placements), tuple(asked)))

    @staticmethod
    def _asked(facts: Facts, known: rules.PersonFacts, organisation: Id) -> Iterable[Asked]:
        for requirement in facts.requirements:
            if requirement.applies_in(organisation):
                yield Asked(requirement, _prepared(known, organisation, requirement, facts.settings))


def _prepared(
    known: rules.PersonFacts, organisation: Id, requirement: rules.Requirement, settings: rules.Settings
) -> Callable[[], Obligation]:
    return lambda: Obligation(known, organisation, requirement, settings)
