"""Performs the acts of the demonstration in their order, each recorded at its moment.

Most kinds go through the operation that a person would use. What is learned is written in bulk (`learning`).
"""

from collections.abc import Iterable, Mapping
from itertools import groupby

from lms.catalogue.api import PublishedCourse
from lms.certification import api as certification
from lms.certification.api import Issuer
from lms.certification.models import Award
from lms.compliance import api as compliance
from lms.compliance.requirements.models import Requirement
from lms.demo import acts
from lms.demo.acts import Act, Recognise
from lms.demo.learning import DemoLearning
from lms.demo.staff import DemoStaff
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import FixedClock
from lms.kernel.db import session
from lms.pathways import api as pathways


class DemoLoader:
    """Performs acts within one transaction; ``clock`` is moved to the moment of each."""

    def __init__(self, clock: FixedClock, issuer: Issuer, courses: Mapping[str, PublishedCourse], hashed: str) -> None:
        self.clock = clock
        self.courses = courses
        self.staff = DemoStaff(hashed)
        self.learning = DemoLearning(self.staff, courses, issuer)
        self._requirements: dict[tuple[str | None, str], int] = {}

    def perform(self, every: Iterable[Act]) -> None:
        """Performs acts, the earliest first; those that are entered together are written together."""
        for _key, together in groupby(every, _entered_with):
            some = list(together)
            self.clock.move_to(some[0].at)
            if recognised := [act for act in some if isinstance(act, Recognise)]:
                self.learning.recognise(recognised)
            else:
                for act in some:
                    self._perform(act)
        self.learning.write()

    def _perform(self, act: Act) -> None:
        match act:
            case acts.AddStation():
                self.staff.add_station(act)
            case acts.AddOrganisation():
                self.staff.add_organisation(act)
            case acts.Join():
                self.staff.join(act)
            case acts.ChangeJob() | acts.Leave():
                self.learning.write_if_earned_by(self.staff.members[act.person].person_id)
                self.staff.leave(act) if isinstance(act, acts.Leave) else self.staff.change_job(act)
            case acts.Read():
                self.learning.complete(act, act.moments)
            case acts.TakeQuiz():
                self.learning.take_quiz(act)
            case acts.Require():
                self._require(act)
            case acts.Exempt():
                self._exempt(act)
            case acts.PublishPathway():
                self._publish_pathway(act)
            case acts.Revoke():
                certification.revoke(self.staff.hr_of(act), self._award(act), reason=act.reason)
            case acts.CorrectName():
                award = self._award(act)
                certification.supersede(self.staff.hr_of(act), award, name=act.name, reason=act.reason)
            case _:
                raise TypeError(f"{act!r} is no act of the demonstration")

    def _award(self, act: acts.Revoke | acts.CorrectName) -> Award:
        self.learning.write()
        person_id, course_id = self.staff.members[act.person].person_id, self.courses[act.course].course_id
        award = certification.find_last_award(person_id, course_id, None, act.at.date())
        if award is None:
            raise LookupError(f"person {act.person} of the demonstration has no award of {act.course}")
        return award

    def _exempt(self, act: acts.Exempt) -> None:
        member = self.staff.members[act.person]
        for course in act.courses:
            own = self._requirements.get((member.organisation, course))
            compliance.exempt(
                self.staff.hr_of(act),
                person_id=member.person_id,
                requirement_id=own or self._requirements[None, course],
                organisation_id=self.staff.organisations[member.organisation],
                from_on=act.from_on,
                until_on=act.until_on,
                kind=act.kind,
                reason=act.reason,
                evidence=act.evidence.format(day=act.from_on.isoformat()),
            )

    def _require(self, act: acts.Require) -> None:
        # What was earned before is judged by what was required then.
        self.learning.write()
        hr = SYSTEM if act.organisation is None else self.staff.hr[act.organisation]
        terms = compliance.Terms(
            due_days=act.due_days,
            grace_days=act.grace_days,
            match={"works_with_children": True if act.only_with_children else None},
        )
        key = act.organisation, act.course
        if act.changes:
            requirement = session.get_one(Requirement, self._requirements[key])
            compliance.add_version(hr, requirement, effective_from=act.effective_from, terms=terms, reason=act.reason)
            return
        self._requirements[key] = compliance.make_requirement(
            hr,
            organisation_id=None if act.organisation is None else self.staff.organisations[act.organisation],
            course_id=self.courses[act.course].course_id,
            effective_from=act.effective_from,
            terms=terms,
            reason=act.reason,
        ).id

    def _publish_pathway(self, act: acts.PublishPathway) -> None:
        station_id = self.staff.stations[act.station]
        current = pathways.find_current(station_id)
        version = pathways.write_version(
            SYSTEM if act.organisation is None else self.staff.hr[act.organisation],
            station_id,
            contacts=act.contacts,
            note=act.note,
            verified_on=act.verified_on,
            review_by=act.review_by,
            change=act.change,
            base_number=current.number if current else 0,
        )
        if act.organisation is not None:
            pathways.confirm_version(self.staff.coordinator, station_id, version.number)


def _entered_with(act: Act) -> tuple[object, ...]:
    """Returns what an act has in common with those that are entered together with it: the names on one list."""
    if isinstance(act, Recognise):
        return act.at, act.organisation, act.course, act.sector, act.how
    return (act.at,)
