"""Makes the story true: every act goes through the operation that a real one would go through, at its moment."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby

from lms.accounts import operations as accounts, queries as account_queries
from lms.assessment import operations as assessment
from lms.catalogue.api import PublishedCourse, PublishedModule
from lms.certification import api as certification
from lms.certification.api import Issuer
from lms.certification.models import Award
from lms.compliance import api as compliance
from lms.compliance.requirements.models import Requirement
from lms.demo.acts import (
    Act,
    Correct,
    Demand,
    Exempt,
    Job,
    Join,
    Leave,
    Move,
    Outcome,
    Quiz,
    Read,
    Recognise,
    Return,
    Revoke,
    Signpost,
    list_of,
)
from lms.demo.answers import answers
from lms.demo.places import EMPLOYERS, PLACES, WINDOW_DAYS
from lms.kernel import db
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.clock import FixedClock
from lms.learning import operations as learning, queries as learning_queries
from lms.learning.course_progress import Study, learner, study_of
from lms.pathways import operations as pathways, queries as pathway_queries
from lms.people.api import (
    AssignmentDetails,
    end_placement,
    find_employment,
    find_person,
    list_placements,
    move_placement,
    record_employment,
    record_organisation,
    record_person,
    record_placement,
    record_station,
)
from lms.people.models import Employment, Person

LANGUAGE = "en"


@dataclass(slots=True)
class Counts:
    """What has come of the story so far."""

    people: int = 0
    attempts: int = 0
    awards: int = 0


class Teller:
    """Performs acts one after another, within one transaction."""

    def __init__(
        self, clock: FixedClock, issuer: Issuer, courses: Mapping[str, PublishedCourse], hashed: str
    ) -> None:
        self.clock = clock
        self.courses = courses
        self.issuer = issuer
        self.hashed = hashed
        self.counts = Counts()
        self.actors: dict[int, Actor] = {}
        self.offices: dict[str, Actor] = {}
        self.organisations: dict[str, int] = {}
        self.stations: dict[str, int] = {}
        self.employments: dict[str, int] = {}
        self.requirements: dict[tuple[str | None, str], int] = {}
        self.employers: dict[int, str] = {}

    def open_the_house(self) -> None:
        """Records the organisations and the stations."""
        for place in PLACES:
            self.stations[place.slug] = record_station(
                SYSTEM, slug=place.slug, name=place.name, country=place.country, time_zone=place.time_zone
            ).id
        for employer in EMPLOYERS:
            self.organisations[employer.slug] = record_organisation(
                SYSTEM,
                slug=employer.slug,
                name=employer.name,
                initials=employer.initials,
                time_zone=employer.time_zone,
                shares_coverage=employer.shares_coverage,
            ).id

    def tell(self, acts: Iterable[Act | Demand | Signpost]) -> Iterator[Act | Demand | Signpost]:
        """Performs acts in their order, lists at once, and yields the last one of each step."""
        for key, same in groupby(acts, list_of):
            together = list(same)
            recognised = [act for act in together if isinstance(act, Recognise)]
            if key is not None and recognised:
                self.recognise(recognised)
                yield recognised[-1]
                continue
            for act in together:
                self.perform(act)
                yield act

    def perform(self, act: Act | Demand | Signpost) -> None:
        """Performs an act at its moment."""
        self.clock.move_to(act.at)
        match act:
            case Demand():
                self._demand(act)
            case Signpost():
                self._signpost(act)
            case Join() | Return() | Move() | Leave():
                self._employs(act)
            case Read():
                self._read(act)
            case Quiz():
                self._quiz(act)
            case Recognise():
                self.recognise([act])
            case Exempt():
                self._exempt(act)
            case Revoke():
                certification.revoke(self._office_of(act), self._award(act, act.course), reason=act.reason)
            case Correct():
                award = self._award(act, act.course)
                certification.supersede(self._office_of(act), award, name=act.name, reason=act.reason)
            case _:
                raise TypeError(f"nobody knows how to do {act!r}")

    def _employs(self, act: Join | Return | Move | Leave) -> None:
        match act:
            case Join():
                self._join(act)
            case Return():
                self._return(act)
            case Move():
                self._move(act)
            case Leave():
                self._leave(act)

    def _office_of(self, act: Act) -> Actor:
        """Returns the HR officer who looks after a person."""
        return self.offices[self.employers[act.person]]

    def _join(self, act: Join) -> None:
        office = self.offices.get(act.organisation, SYSTEM)
        if act.identity is None:
            person = self._person(act.person)
        else:
            person = record_person(office, name=act.identity.name, email=act.identity.email)
            self.counts.people += 1
        organisation_id = self.organisations[act.organisation]
        employment = record_employment(office, person, organisation_id, act.staff_number)
        record_placement(office, employment, self._work(act.job), act.from_on, act.through_on)
        self.employments[act.staff_number] = employment.id
        if act.identity is not None:
            self.employers[act.person] = act.organisation
            self._open_account(act, person)
        self._works_as(act.person, act.job, organisation_id)

    def _open_account(self, act: Join, person: Person) -> None:
        if act.identity is None:
            return
        account = accounts.open_account(SYSTEM, person, email=act.identity.email, hashed=self.hashed)
        for word in act.identity.roles:
            role = Role(word)
            scope = self.organisations[act.organisation] if role is Role.HR else None
            accounts.grant_role(SYSTEM, account, role, scope)
            if role is Role.HR:
                db.session.expire(account)
                known = account_queries.find_account(account.id)
                if known is None:
                    raise LookupError("the account that was just opened is gone")
                self.offices[act.organisation] = account_queries.load_actor(known, act.at.date())
        self.actors[act.person] = Actor(
            account_id=account.id, person_id=person.id, name=person.name, language=LANGUAGE
        )

    def _works_as(self, number: int, job: Job, organisation_id: int | None = None) -> None:
        actor = self.actors[number]
        self.actors[number] = replace(
            actor,
            sector=job.sector,
            station_id=self.stations[job.station],
            organisation_id=organisation_id or actor.organisation_id,
            time_zone=next(place.time_zone for place in PLACES if place.slug == job.station),
        )

    def _person(self, number: int) -> Person:
        person = find_person(self._person_id(number))
        if person is None:
            raise LookupError("a person of the story is gone")
        return person

    def _person_id(self, number: int) -> int:
        person_id = self.actors[number].person_id
        if person_id is None:
            raise LookupError("a person of the story has no number")
        return person_id

    def _work(self, job: Job) -> AssignmentDetails:
        return AssignmentDetails(
            station_id=self.stations[job.station],
            sector=job.sector,
            role=job.role,
            contract=job.contract,
            works_with_children=job.works_with_children,
            also_sectors=tuple(job.also_sectors),
        )

    def _return(self, act: Return) -> None:
        employment = self._employment(act.staff_number)
        record_placement(self._office_of(act), employment, self._work(act.job), act.from_on)
        self._works_as(act.person, act.job)

    def _move(self, act: Move) -> None:
        employment = self._employment(act.staff_number)
        running = list_placements(employment.id)[-1]
        move_placement(self._office_of(act), running, employment, self._work(act.job), act.from_on)
        self._works_as(act.person, act.job)

    def _leave(self, act: Leave) -> None:
        employment = self._employment(act.staff_number)
        running = list_placements(employment.id)[-1]
        end_placement(self._office_of(act), running, employment, act.through_on)

    def _employment(self, staff_number: str) -> Employment:
        employment = find_employment(self.employments[staff_number])
        if employment is None:
            raise LookupError("an employment of the story is gone")
        return employment

    def _study(self, actor: Actor, act: Read | Quiz) -> Study:
        course = self.courses[act.course]
        record = learning_queries.record_of(learner(actor), course.course_id)
        return study_of(actor, course, record, act.sector or actor.sector, LANGUAGE)

    def _read(self, act: Read) -> None:
        study = self._study(self.actors[act.person], act)

        def one_after_the_other() -> Iterator[PublishedModule]:
            for module, moment in zip(study.missing, act.moments, strict=False):
                self.clock.move_to(moment)
                yield module

        learning.complete_many(study, one_after_the_other())

    def _quiz(self, act: Quiz) -> None:
        actor = self.actors[act.person]
        attempt = learning.start_quiz(actor, self._study(actor, act), LANGUAGE)
        self.counts.attempts += 1
        if act.outcome is Outcome.LEFT_OPEN:
            return
        given = answers(attempt.draw, assessment.questions_of(attempt), act.outcome, act.slips)
        self.clock.move_to(act.at + timedelta(minutes=act.minutes))
        assessment.submit(actor, attempt, given)
        self.counts.awards += act.outcome is Outcome.PASSED

    def recognise(self, acts: Sequence[Recognise]) -> None:
        """Records a list of people who earned a course in the same way, entered by one office at one moment."""
        first = acts[0]
        self.clock.move_to(first.at)
        self.counts.awards += len(acts)
        if first.how == "session":
            for proof in dict.fromkeys(act.evidence for act in acts):
                self._hold([act for act in acts if act.evidence == proof])
        else:
            office = self.offices[first.organisation]
            certification.issue_list(
                office,
                course_revision=self.courses[first.course],
                how=first.how,
                issuer=self.issuer,
                earned=self._earned(acts, office.name),
                sector=first.sector or None,
                organisation_id=self.organisations[first.organisation] if first.how == "prior" else None,
            )

    def _hold(self, acts: Sequence[Recognise]) -> None:
        """Records the session of one station, as its attendance list names it."""
        first = acts[0]
        office, course = self.offices[first.organisation], self.courses[first.course]
        station = next(
            (self.stations[word] for word in first.evidence.split() if word in self.stations), None
        )
        told = (
            self.organisations[first.organisation],
            course.course_id,
            first.earned_on,
            station,
            first.sector,
        )
        certification.record_session(
            office,
            certification.TrainingDetails(
                organisation_id=self.organisations[first.organisation],
                course=course,
                sector=first.sector or None,
                how="session",
                renew=True,
                oldest_months=24,
            ),
            self._earned(acts, office.name),
            held_on=first.earned_on,
            station_id=station or self.stations[PLACES[0].slug],
            checked_by=office.name,
            evidence=first.evidence,
            token="-".join(str(part) for part in told)[:40],
            issuer=self.issuer,
        )

    def _earned(self, acts: Sequence[Recognise], checked_by: str) -> list[certification.NewAward]:
        return [
            certification.NewAward(self._person_id(act.person), act.earned_on, act.evidence, checked_by)
            for act in acts
        ]

    def _award(self, act: Act, course: str) -> Award:
        person_id, course_id = self._person_id(act.person), self.courses[course].course_id
        award = certification.find_last_award(person_id, course_id, None, act.at.date())
        if award is None:
            raise LookupError(f"person {act.person} holds no award of {course}")
        return award

    def _exempt(self, act: Exempt) -> None:
        employer = self.employers[act.person]
        for course in act.courses:
            compliance.exempt(
                self._office_of(act),
                person_id=self._person_id(act.person),
                requirement_id=self._requirement(employer, course),
                organisation_id=self.organisations[employer],
                from_on=act.from_on,
                until_on=act.until_on,
                kind=act.kind,
                reason=act.reason,
                evidence=act.evidence,
            )

    def _requirement(self, employer: str, course: str) -> int:
        own = self.requirements.get((employer, course))
        return self.requirements[None, course] if own is None else own

    def _demand(self, act: Demand) -> None:
        actor = SYSTEM if act.organisation is None else self.offices[act.organisation]
        terms = compliance.Terms(
            due_days=act.due_days,
            window_days=WINDOW_DAYS,
            grace_days=act.grace_days,
            match={"works_with_children": True if act.only_with_children else None},
        )
        if act.changes:
            requirement = db.session.get_one(Requirement, self.requirements[act.organisation, act.course])
            compliance.add_version(
                actor, requirement, effective_from=act.effective_from, terms=terms, reason=act.reason
            )
            return
        self.requirements[act.organisation, act.course] = compliance.make_requirement(
            actor,
            organisation_id=None if act.organisation is None else self.organisations[act.organisation],
            course_id=self.courses[act.course].course_id,
            effective_from=act.effective_from,
            terms=terms,
            reason=act.reason,
        ).id

    def _signpost(self, act: Signpost) -> None:
        station_id = self.stations[act.station]
        current = pathway_queries.find_current(station_id)
        pathways.publish_pathway(
            SYSTEM,
            station_id,
            contacts=act.contacts,
            note=act.note,
            verified_on=act.verified_on,
            review_by=act.review_by,
            change=act.change,
            base_number=current.number if current else 0,
        )


def month_of(moment: datetime) -> date:
    """Returns the first day of a moment's month."""
    return moment.date().replace(day=1)
