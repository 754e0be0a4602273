"""What people learn, when, and what they let slip: how sectors come to differ. Pure.

Each person has a ``care`` from 0 to 1, spread evenly in each sector, and each sector a share of people who keep up,
which drifts from what it was a year ago to what it is now. Who keeps up learns in time and renews in the window;
who does not misses one course at least. A sector that gets better catches up; one that gets worse lets lapse.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from lms.certification.awards.rules import Period, Window, award_dates
from lms.demo.acts import Act, Learning, Outcome, Quiz, Read, Recognise
from lms.demo.days import Calendar
from lms.demo.lives import FIELD_OF, Life, Spell
from lms.demo.places import (
    ADDED_SINCE,
    BRIEFS,
    COURSES,
    DUE_DAYS,
    IDENTIFICATION,
    PLACES,
    SAFEGUARDING,
    SHORTER_AT,
    SHORTER_DUE_DAYS,
    WINDOW_DAYS,
    WITH_CHILDREN,
)

GAP_DAYS = 30
SHORTER_SINCE = 180
"""Rivers Relief shortened a due period so many days before the anchor day."""

IN_PERSON, INDUCTED, REFRESHED, EARLIER, FAILING = 0.7, 0.4, 0.5, 0.16, 0.16
ADDED_IN_PERSON, ADDED_INDUCTED = 0.9, 0.8
"""The courses that came later are mostly taught in sessions."""

WEAK = (19, 19, 48, 8, 4, 2)
"""How likely each course is to be the one that somebody lets slip."""

SESSION_DAYS = (6, 9, 13, 16, 20, 23)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the story must know of a course: how many modules, and how long an award lasts."""

    modules: int
    validity: Period


@dataclass(frozen=True, slots=True)
class Run:
    """An unbroken time in which somebody must hold a course."""

    from_on: date
    through_on: date


class Learner:
    """One person's way through the courses that are asked of them."""

    def __init__(self, chance: Random, calendar: Calendar, shapes: Mapping[str, Shape], life: Life) -> None:
        self.chance = chance
        self.calendar = calendar
        self.shapes = shapes
        self.life = life
        self.unread = {course: shape.modules for course, shape in shapes.items()}
        self.weak = chance.choices(COURSES, WEAK)[0]
        if self.weak in WITH_CHILDREN and not runs(life, calendar, self.weak):
            self.weak = SAFEGUARDING

    def acts(self) -> Iterator[Act]:
        """Yields everything the person learns, course by course."""
        if self.life.has_just_begun:
            (run,) = runs(self.life, self.calendar, IDENTIFICATION)
            half = self.shapes[IDENTIFICATION].modules // 2
            yield from self._reads(IDENTIFICATION, run, self.calendar.anchor - timedelta(days=2), half)
            return
        for course in COURSES:
            if course == BRIEFS and course not in self.life.exempt_from:
                yield from self._briefs()
            elif course not in self.life.exempt_from:
                yield from self._course(course)

    def _briefs(self) -> Iterator[Learning]:
        """Yields one brief for each sector that the person has worked in: every one is learned by itself."""
        for sector in dict.fromkeys(spell.job.sector for spell in self.life.post.spells):
            self.unread[BRIEFS] = self.shapes[BRIEFS].modules
            for act in self._course(BRIEFS, sector):
                yield replace(act, sector=sector)

    def _course(self, course: str, sector: str | None = None) -> Iterator[Learning]:
        ends = None
        earlier = self._earlier_training(course)
        if earlier is not None:
            yield earlier
            ends = self._end(course, earlier.earned_on, None)
        for run in runs(self.life, self.calendar, course, sector):
            if ends is None or ends < run.from_on:
                day = self._first_time(course, run)
                if day is None or day > run.through_on:
                    yield from self._half_done(course, run)
                    continue
                session = self._session_day(course, run, day) if ends is None else None
                yield from self._earns(course, run, session or day, in_person=session is not None)
                ends = self._end(course, session or day, None)
            while ends <= min(run.through_on, self.calendar.anchor + timedelta(days=WINDOW_DAYS)):
                renewed = self._renewal(course, ends)
                if renewed is None or not run.from_on <= renewed <= run.through_on:
                    break
                refresher = course == SAFEGUARDING and self.chance.random() < REFRESHED
                yield from self._earns(course, run, renewed, in_person=refresher)
                ends = self._end(course, renewed, ends)

    def _keeps_up(self, day: date) -> bool:
        spell = next((s for s in self.life.post.spells if s.covers(day)), self.life.post.spells[-1])
        field = FIELD_OF[spell.job.sector]
        passed = min(max((self.calendar.anchor - day).days / 365, 0.0), 1.0)
        return self.life.care < field.now + (field.then - field.now) * passed

    def _wakes_up(self, after: date) -> date | None:
        """Returns a day from which somebody who fell behind keeps up again."""
        day = after
        while day < self.calendar.anchor:
            if self._keeps_up(day):
                return day + timedelta(days=self.chance.randint(2, 25))
            day += timedelta(days=15)
        return None

    def _first_time(self, course: str, run: Run) -> date | None:
        if course == SAFEGUARDING and self.life.lapses_on:
            return self.life.lapses_on - timedelta(days=364)
        due = self._due_days(course, run.from_on)
        in_time = run.from_on + timedelta(days=self.chance.randint(1, due))
        if self._keeps_up(run.from_on):
            return in_time
        if course == self.weak:
            return self._wakes_up(run.from_on + timedelta(days=due))
        if self.chance.random() < 0.6:
            return in_time
        return run.from_on + timedelta(days=due + self.chance.randint(1, 90))

    def _renewal(self, course: str, ends: date) -> date | None:
        if course == SAFEGUARDING and self.life.lapses_on:
            return None
        keeps_up = self._keeps_up(ends - timedelta(days=20))
        if keeps_up or (course != self.weak and self.chance.random() < 0.4):
            return ends - timedelta(days=self.chance.randint(1, WINDOW_DAYS - 4))
        return self._wakes_up(ends + timedelta(days=1))

    def _due_days(self, course: str, day: date) -> int:
        shorter = (
            course == SAFEGUARDING
            and self.life.post.employer.slug == SHORTER_AT
            and day >= self.calendar.anchor - timedelta(days=SHORTER_SINCE)
        )
        return SHORTER_DUE_DAYS if shorter else DUE_DAYS[course]

    def _end(self, course: str, earned_on: date, old_until: date | None) -> date:
        window = Window.of(old_until, WINDOW_DAYS) if old_until else None
        return award_dates(
            earned_on, self.shapes[course].validity, old_until=old_until, windows=[window] if window else ()
        ).valid_until

    def _earlier_training(self, course: str) -> Recognise | None:
        """Returns the training that somebody brought along when the house opened."""
        begun = self.life.post.spells[0].from_on
        unheard_of = course == SAFEGUARDING or course in ADDED_SINCE
        if unheard_of or begun > self.calendar.begins_on or self.chance.random() > EARLIER:
            return None
        earned = self.calendar.required_on - timedelta(days=self.chance.randint(60, 300))
        if earned < begun or not runs(self.life, self.calendar, course):
            return None
        at = self.calendar.evening(self.calendar.required_on - timedelta(days=7))
        how = self.chance.choice(("import", "prior"))
        proof = f"Training register {earned.year}, line {self.chance.randint(2, 400)}"
        return Recognise(at, self.life.number, self.life.post.employer.slug, course, how, earned, proof)

    def _session_day(self, course: str, run: Run, day: date) -> date | None:
        """Returns the day of an in-person session, for those who came to one instead of taking the quiz.

        In the first weeks every station has its own; later there is one for newcomers each Thursday.
        """
        first_weeks = run.from_on == self.calendar.required_since(course)
        if course in ADDED_SINCE:
            share = ADDED_IN_PERSON if first_weeks else ADDED_INDUCTED
        else:
            share = IN_PERSON if first_weeks else INDUCTED
        if self.chance.random() > share:
            return None
        if not first_weeks:
            thursday = day + timedelta(days=(3 - day.weekday()) % 7)
            return thursday if thursday <= run.through_on else None
        if day > run.from_on + timedelta(days=30):
            return None
        job = self.life.post.job_on(run.from_on)
        station = [place.slug for place in PLACES].index(job.station) if job else 0
        session = SESSION_DAYS[(station + 2 * COURSES.index(course)) % len(SESSION_DAYS)]
        return run.from_on + timedelta(days=session)

    def _earns(self, course: str, run: Run, day: date, *, in_person: bool) -> Iterator[Learning]:
        if in_person:
            job = self.life.post.job_on(day)
            proof = f"Attendance list {job.station if job else ''} {day.isoformat()}"
            # The office enters the whole list at the end of the day.
            yield Recognise(
                self.calendar.evening(day),
                self.life.number,
                self.life.post.employer.slug,
                course,
                "session",
                day,
                proof,
            )
            return
        tries = self._failed_days(run, day)
        yield from self._reads(course, run, [*tries, day][0], self.unread[course])
        for failed_on in tries:
            yield self._failed(course, failed_on)
        at = self.calendar.afternoon(day, self.chance)
        slips = self.chance.choice((0, 0, 1, 1, 2))
        yield Quiz(at, self.life.number, course, Outcome.PASSED, self.chance.randint(6, 24), slips)

    def _reads(self, course: str, run: Run, day: date, modules: int) -> Iterator[Read]:
        """Yields the reading of so many modules, one to three at a sitting, the last ones on the day itself."""
        self.unread[course] -= modules
        read_on = day
        moments: list[datetime] = []
        while len(moments) < modules:
            sitting = self.calendar.morning(read_on, self.chance)
            size = min(modules - len(moments), self.chance.randint(1, 3))
            moments += [sitting + timedelta(minutes=11 * index) for index in range(size)]
            read_on = max(read_on - timedelta(days=self.chance.randint(0, 3)), run.from_on)
        told = sorted(moment for moment in moments if moment <= self.calendar.last_at)
        if told:
            yield Read(told[-1], self.life.number, course, tuple(told))

    def _failed_days(self, run: Run, day: date) -> list[date]:
        if self.chance.random() > FAILING:
            return []
        # After two failed tries comes a pause of a day.
        days = [day - timedelta(days=back) for back in self.chance.choice(((1,), (1,), (2,), (3, 2)))]
        return days if days[0] > run.from_on else []

    def _failed(self, course: str, day: date) -> Quiz:
        outcome = self.chance.choice((Outcome.FAILED, Outcome.FAILED, Outcome.RED_LINE))
        at = self.calendar.afternoon(day, self.chance)
        return Quiz(
            at, self.life.number, course, outcome, self.chance.randint(5, 20), self.chance.randint(3, 4)
        )

    def _half_done(self, course: str, run: Run) -> Iterator[Learning]:
        """Yields how far somebody came who never earned it: nowhere, half through, or up to a quiz."""
        far = self.chance.random()
        day = run.from_on + timedelta(days=self.chance.randint(3, 60))
        modules = self.unread[course]
        if not modules or far < 0.45 or day > run.through_on:
            return
        if far < 0.8:
            yield from self._reads(course, run, day, self.chance.randint(1, max(modules - 1, 1)))
            return
        yield from self._reads(course, run, day, modules)
        if far < 0.94:
            yield self._failed(course, day)
        else:
            at = self.calendar.afternoon(day, self.chance)
            yield Quiz(at, self.life.number, course, Outcome.LEFT_OPEN)


def asked(course: str, spell: Spell) -> bool:
    """Says whether a course is asked of who works so."""
    return course not in WITH_CHILDREN or spell.job.works_with_children


def runs(life: Life, calendar: Calendar, course: str, sector: str | None = None) -> list[Run]:
    """Returns the times in which a course is asked of somebody; gaps of up to thirty days do not break one.

    With a sector only the work in that one counts.
    """
    found: list[Run] = []
    for spell in life.post.spells:
        first = max(spell.from_on, calendar.required_since(course))
        last = spell.through_on or date.max
        if not asked(course, spell) or last < first or sector not in (None, spell.job.sector):
            continue
        if found and (first - found[-1].through_on).days <= GAP_DAYS + 1:
            found[-1] = Run(found[-1].from_on, last)
        else:
            found.append(Run(first, last))
    return found
