"""What people learn, when, and what they let slip: how sectors come to differ. Pure.

Each person has a ``laxity`` from 0 to 1, spread evenly in each sector, and each sector a share of people who keep up,
which drifts from what it was a year ago to what it is now. Who keeps up learns in time and renews in the window;
who does not misses one course at least. A sector that gets better catches up; one that gets worse lets lapse.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from lms.certification.awards.rules import Period, Window, award_dates
from lms.demo.acts import Act, Learn, Outcome, Read, Recognise, TakeQuiz
from tools.demonstration.days import Calendar
from tools.demonstration.people import SECTOR_PLANS, Assignment, PlannedPerson
from tools.demonstration.settings import (
    ADDED_SINCE,
    BRIEFS,
    COURSES,
    DUE_DAYS,
    IDENTIFICATION,
    SAFEGUARDING,
    SHORTER_AT,
    SHORTER_DUE_DAYS,
    STATIONS,
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
class CourseFacts:
    """What the acts depend on: how many modules somebody takes, and how long an award lasts."""

    modules: int
    validity: Period


@dataclass(frozen=True, slots=True)
class RequiredTime:
    """An unbroken time in which somebody must hold a course."""

    from_on: date
    through_on: date


class TrainingPlan:
    """One person's way through the courses that are required of them."""

    def __init__(
        self, rng: Random, calendar: Calendar, courses: Mapping[str, CourseFacts], person: PlannedPerson
    ) -> None:
        self.rng = rng
        self.calendar = calendar
        self.courses = courses
        self.person = person
        self.unread = {course: facts.modules for course, facts in courses.items()}
        self.weak = rng.choices(COURSES, WEAK)[0]
        if self.weak in WITH_CHILDREN and not required_times(person, calendar, self.weak):
            self.weak = SAFEGUARDING

    def acts(self) -> Iterator[Act]:
        """Yields everything the person learns, course by course."""
        if self.person.has_just_begun:
            (time,) = required_times(self.person, self.calendar, IDENTIFICATION)
            half = self.courses[IDENTIFICATION].modules // 2
            yield from self._reads(IDENTIFICATION, time, self.calendar.anchor - timedelta(days=2), half)
            return
        for course in COURSES:
            if course == BRIEFS and course not in self.person.exempt_from:
                yield from self._briefs()
            elif course not in self.person.exempt_from:
                yield from self._course(course)

    def _briefs(self) -> Iterator[Learn]:
        """Yields one brief for each sector that the person has worked in: every one is learned by itself."""
        for sector in dict.fromkeys(assignment.job.sector for assignment in self.person.employment.assignments):
            self.unread[BRIEFS] = self.courses[BRIEFS].modules
            for act in self._course(BRIEFS, sector):
                yield replace(act, sector=sector)

    def _course(self, course: str, sector: str | None = None) -> Iterator[Learn]:
        ends = None
        earlier = self._earlier_training(course)
        if earlier is not None:
            yield earlier
            ends = self._end(course, earlier.earned_on, None)
        for time in required_times(self.person, self.calendar, course, sector):
            if ends is None or ends < time.from_on:
                day = self._first_time(course, time)
                if day is None or day > time.through_on:
                    yield from self._half_done(course, time)
                    continue
                session = self._session_day(course, time, day) if ends is None else None
                yield from self._earns(course, time, session or day, in_person=session is not None)
                ends = self._end(course, session or day, None)
            while ends <= min(time.through_on, self.calendar.anchor + timedelta(days=WINDOW_DAYS)):
                renewed = self._renewal(course, ends)
                if renewed is None or not time.from_on <= renewed <= time.through_on:
                    break
                refresher = course == SAFEGUARDING and self.rng.random() < REFRESHED
                yield from self._earns(course, time, renewed, in_person=refresher)
                ends = self._end(course, renewed, ends)

    def _keeps_up(self, day: date) -> bool:
        assignment = next(
            (s for s in self.person.employment.assignments if s.covers(day)), self.person.employment.assignments[-1]
        )
        field = SECTOR_PLANS[assignment.job.sector]
        passed = min(max((self.calendar.anchor - day).days / 365, 0.0), 1.0)
        return self.person.laxity < field.now + (field.then - field.now) * passed

    def _resumes_on(self, after: date) -> date | None:
        """Returns a day from which somebody who fell behind keeps up again."""
        day = after
        while day < self.calendar.anchor:
            if self._keeps_up(day):
                return day + timedelta(days=self.rng.randint(2, 25))
            day += timedelta(days=15)
        return None

    def _first_time(self, course: str, time: RequiredTime) -> date | None:
        if course == SAFEGUARDING and self.person.lapses_on:
            return self.person.lapses_on - timedelta(days=364)
        due = self._due_days(course, time.from_on)
        in_time = time.from_on + timedelta(days=self.rng.randint(1, due))
        if self._keeps_up(time.from_on):
            return in_time
        if course == self.weak:
            return self._resumes_on(time.from_on + timedelta(days=due))
        if self.rng.random() < 0.6:
            return in_time
        return time.from_on + timedelta(days=due + self.rng.randint(1, 90))

    def _renewal(self, course: str, ends: date) -> date | None:
        if course == SAFEGUARDING and self.person.lapses_on:
            return None
        keeps_up = self._keeps_up(ends - timedelta(days=20))
        if keeps_up or (course != self.weak and self.rng.random() < 0.4):
            return ends - timedelta(days=self.rng.randint(1, WINDOW_DAYS - 4))
        return self._resumes_on(ends + timedelta(days=1))

    def _due_days(self, course: str, day: date) -> int:
        shorter = (
            course == SAFEGUARDING
            and self.person.employment.employer.slug == SHORTER_AT
            and day >= self.calendar.anchor - timedelta(days=SHORTER_SINCE)
        )
        return SHORTER_DUE_DAYS if shorter else DUE_DAYS[course]

    def _end(self, course: str, earned_on: date, old_until: date | None) -> date:
        window = Window.of(old_until, WINDOW_DAYS) if old_until else None
        return award_dates(
            earned_on, self.courses[course].validity, old_until=old_until, windows=[window] if window else ()
        ).valid_until

    def _earlier_training(self, course: str) -> Recognise | None:
        """Returns the training that somebody brought along at the beginning."""
        begun = self.person.employment.assignments[0].from_on
        not_known = course == SAFEGUARDING or course in ADDED_SINCE
        if not_known or begun > self.calendar.begins_on or self.rng.random() > EARLIER:
            return None
        earned = self.calendar.required_on - timedelta(days=self.rng.randint(60, 300))
        if earned < begun or not required_times(self.person, self.calendar, course):
            return None
        at = self.calendar.evening(self.calendar.required_on - timedelta(days=7))
        how = self.rng.choice(("import", "prior"))
        line = self.rng.randint(2, 400)
        return Recognise(
            at, self.person.number, course, self.person.employment.employer.slug, how, earned,
            evidence=f"Training register {{year}}, line {line}",
        )  # fmt: skip

    def _session_day(self, course: str, time: RequiredTime, day: date) -> date | None:
        """Returns the day of an in-person session, for those who came to one instead of taking the quiz.

        In the first weeks every station has its own; later there is one for new staff each Thursday.
        """
        first_weeks = time.from_on == self.calendar.required_since(course)
        if course in ADDED_SINCE:
            share = ADDED_IN_PERSON if first_weeks else ADDED_INDUCTED
        else:
            share = IN_PERSON if first_weeks else INDUCTED
        if self.rng.random() > share:
            return None
        if not first_weeks:
            thursday = day + timedelta(days=(3 - day.weekday()) % 7)
            return thursday if thursday <= time.through_on else None
        if day > time.from_on + timedelta(days=30):
            return None
        job = self.person.employment.job_on(time.from_on)
        station = [place.slug for place in STATIONS].index(job.station) if job else 0
        session = SESSION_DAYS[(station + 2 * COURSES.index(course)) % len(SESSION_DAYS)]
        return time.from_on + timedelta(days=session)

    def _earns(self, course: str, time: RequiredTime, day: date, *, in_person: bool) -> Iterator[Learn]:
        if in_person:
            employment = self.person.employment
            job = employment.job_on(day) or employment.assignments[0].job
            # HR enters the whole list at the end of the day.
            yield Recognise(
                self.calendar.evening(day), self.person.number, course, employment.employer.slug, "session", day,
                job.station,
            )  # fmt: skip
            return
        tries = self._failed_days(time, day)
        yield from self._reads(course, time, [*tries, day][0], self.unread[course])
        for failed_on in tries:
            yield self._failed(course, failed_on)
        at = self.calendar.afternoon(day, self.rng)
        slips = self.rng.choice((0, 0, 1, 1, 2))
        yield TakeQuiz(at, self.person.number, course, Outcome.PASSED, self.rng.randint(6, 24), slips)

    def _reads(self, course: str, time: RequiredTime, day: date, modules: int) -> Iterator[Read]:
        """Yields the reading of so many modules, one to three at a sitting, the last ones on the day itself."""
        self.unread[course] -= modules
        read_on = day
        moments: list[datetime] = []
        while len(moments) < modules:
            sitting = self.calendar.morning(read_on, self.rng)
            size = min(modules - len(moments), self.rng.randint(1, 3))
            moments += [sitting + timedelta(minutes=11 * index) for index in range(size)]
            read_on = max(read_on - timedelta(days=self.rng.randint(0, 3)), time.from_on)
        until_last = sorted(moment for moment in moments if moment <= self.calendar.last_at)
        if until_last:
            yield Read(until_last[-1], self.person.number, course, tuple(until_last))

    def _failed_days(self, time: RequiredTime, day: date) -> list[date]:
        if self.rng.random() > FAILING:
            return []
        # After two failed tries comes a pause of a day.
        days = [day - timedelta(days=back) for back in self.rng.choice(((1,), (1,), (2,), (3, 2)))]
        return days if days[0] > time.from_on else []

    def _failed(self, course: str, day: date) -> TakeQuiz:
        outcome = self.rng.choice((Outcome.FAILED, Outcome.FAILED, Outcome.RED_LINE))
        at = self.calendar.afternoon(day, self.rng)
        return TakeQuiz(at, self.person.number, course, outcome, self.rng.randint(5, 20), self.rng.randint(3, 4))

    def _half_done(self, course: str, time: RequiredTime) -> Iterator[Learn]:
        """Yields how far somebody came who never earned it: nowhere, half through, or up to a quiz."""
        far = self.rng.random()
        day = time.from_on + timedelta(days=self.rng.randint(3, 60))
        modules = self.unread[course]
        if not modules or far < 0.45 or day > time.through_on:
            return
        if far < 0.8:
            yield from self._reads(course, time, day, self.rng.randint(1, max(modules - 1, 1)))
            return
        yield from self._reads(course, time, day, modules)
        if far < 0.94:
            yield self._failed(course, day)
        else:
            at = self.calendar.afternoon(day, self.rng)
            yield TakeQuiz(at, self.person.number, course, Outcome.LEFT_OPEN)


def is_required_of(course: str, assignment: Assignment) -> bool:
    """Says whether a course is required of somebody with this job."""
    return course not in WITH_CHILDREN or assignment.job.works_with_children


def required_times(
    person: PlannedPerson, calendar: Calendar, course: str, sector: str | None = None
) -> list[RequiredTime]:
    """Returns the times in which a course is required of somebody; gaps of up to thirty days do not break one.

    With a sector only the work in that one counts.
    """
    found: list[RequiredTime] = []
    for assignment in person.employment.assignments:
        first = max(assignment.from_on, calendar.required_since(course))
        last = assignment.through_on or date.max
        if not is_required_of(course, assignment) or last < first or sector not in (None, assignment.job.sector):
            continue
        if found and (first - found[-1].through_on).days <= GAP_DAYS + 1:
            found[-1] = RequiredTime(found[-1].from_on, last)
        else:
            found.append(RequiredTime(first, last))
    return found
