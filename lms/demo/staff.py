"""Records the stations, the organisations and the staff of the demonstration."""

from dataclasses import asdict, dataclass, replace

from lms.accounts import api as accounts
from lms.demo.acts import AddOrganisation, AddStation, ChangeJob, Identity, Job, Join, Leave, PersonAct
from lms.kernel.actor import SYSTEM, Actor, Role
from lms.kernel.db import session
from lms.people import api as people
from lms.people.models import Employment, Person

LANGUAGE = "en"


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody as far as later acts need them: their numbers, name, first employer and present sector."""

    person_id: int
    account_id: int
    name: str
    organisation: str
    sector: str


class DemoStaff:
    """Stations, organisations, HR officers, a coordinator and everybody else; ``hashed`` is everybody's password."""

    def __init__(self, hashed: str) -> None:
        self.hashed = hashed
        self.stations: dict[str, int] = {}
        self.organisations: dict[str, int] = {}
        self.hr: dict[str, Actor] = {}
        self.coordinator = SYSTEM
        self.members: dict[int, StaffMember] = {}
        self._zones: dict[str, str] = {}
        self._employments: dict[str, Employment] = {}

    def hr_of(self, act: PersonAct) -> Actor:
        """Returns the HR officer of a person's first employer."""
        return self.hr[self.members[act.person].organisation]

    def add_station(self, act: AddStation) -> None:
        """Records a duty station."""
        self._zones[act.slug] = act.time_zone
        self.stations[act.slug] = people.record_station(
            SYSTEM, slug=act.slug, name=act.name, country=act.country, time_zone=act.time_zone
        ).id

    def add_organisation(self, act: AddOrganisation) -> None:
        """Records an organisation."""
        details = asdict(act)
        del details["at"]
        self.organisations[act.slug] = people.record_organisation(SYSTEM, **details).id

    def join(self, act: Join) -> None:
        """Records that somebody begins to work; somebody new gets an account and their roles."""
        hr, organisation_id = self.hr.get(act.organisation, SYSTEM), self.organisations[act.organisation]
        if act.identity is not None:
            person = people.record_person(hr, name=act.identity.name, email=act.identity.email)
        else:
            person = session.get_one(Person, self.members[act.person].person_id)
        employment = people.record_employment(hr, person, organisation_id, act.staff_number)
        people.record_placement(hr, employment, self._work(act.job), act.from_on)
        self._employments[act.staff_number] = employment
        if act.identity is not None:
            self._open_account(act, person, act.identity)
        self.members[act.person] = replace(self.members[act.person], sector=act.job.sector)

    def _open_account(self, act: Join, person: Person, identity: Identity) -> None:
        account = accounts.open_account(SYSTEM, person, email=identity.email, hashed=self.hashed)
        self.members[act.person] = StaffMember(person.id, account.id, person.name, act.organisation, act.job.sector)
        organisation_id = self.organisations[act.organisation]
        for word in identity.roles:
            role = Role(word)
            accounts.grant_role(SYSTEM, account, role, organisation_id if role is Role.HR else None)
            actor = Actor(
                account_id=account.id,
                person_id=person.id,
                name=person.name,
                organisation_id=organisation_id,
                time_zone=self._zones[act.job.station],
                scopes={role: frozenset({organisation_id}) if role is Role.HR else None},
            )
            if role is Role.HR:
                self.hr[act.organisation] = actor
            elif role is Role.COORDINATOR:
                self.coordinator = actor

    def change_job(self, act: ChangeJob) -> None:
        """Records that somebody goes on with another job, or begins again after their last day."""
        hr, employment, work = self.hr_of(act), self._employments[act.staff_number], self._work(act.job)
        latest = people.list_placements_of([employment.id])[0]
        if latest.through_on is None:
            people.move_placement(hr, latest, employment, work, act.from_on)
        else:
            people.record_placement(hr, employment, work, act.from_on)
        self.members[act.person] = replace(self.members[act.person], sector=act.job.sector)

    def leave(self, act: Leave) -> None:
        """Records the last day of somebody."""
        employment = self._employments[act.staff_number]
        latest = people.list_placements_of([employment.id])[0]
        people.end_placement(self.hr_of(act), latest, employment, act.through_on)

    def _work(self, job: Job) -> people.AssignmentDetails:
        details = asdict(job)
        return people.AssignmentDetails(station_id=self.stations[details.pop("station")], **details)
