"""Three years of random acts, in any order, undone or recorded late: the projection verifies clean at the end."""

from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from flask import Flask

from lms.catalogue.api import published_course
from lms.certification.awards import operations as certification
from lms.certification.awards.snapshot import EarnedAward, Issuer
from lms.certification.models import Award
from lms.compliance.projection.rebuild import compact_all, rebuild
from lms.compliance.projection.verify import verify
from lms.compliance.report.count_backends import IntervalCounts, SnapshotCounts
from lms.compliance.requirements import operations
from lms.compliance.requirements.models import Exemption, Requirement
from lms.compliance.requirements.operations import Terms
from lms.compliance.source_data.filters import Filters
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.population import posts_of
from lms.compliance.source_data.scope import Scope
from lms.kernel import clock
from lms.kernel.actor import SYSTEM
from lms.kernel.clock import FixedClock
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import Refusal
from lms.people import operations as people
from lms.people.models import Employment, Person, Placement
from tests.compliance.projection.test_sources_agree import counted
from tests.factories import people as factory
from tests.factories.compliance import ADMIN, hr_of
from tests.factories.population_counts import PopulationCounts
from tests.factories.stored_facts import course

FIRST = date(2024, 1, 1)
DAYS = 3 * 365
SECTORS = ("wash", "health", "education")
CONTRACTS = ("staff", "volunteer")


class SimulatedInstallation:
    """An organisation whose people join, move, leave, return, earn, lose and are excused, one act after the other."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.today = FIRST
        with unit_of_work():
            factory.sectors()
            self.organisations = [factory.organisation(slug).id for slug in ("rivers-relief", "hill-aid")]
            self.stations = [factory.station(slug).id for slug in ("north", "south")]
            self.courses = [course("first"), course("second"), course("third", per_sector=True)]

    def day(self, back: int = 200, ahead: int = 60) -> date:
        return self.today + timedelta(days=self.random.randrange(-back, ahead))

    def one(self, table: type) -> object:
        found = session.query(table).all()
        return self.random.choice(found) if found else None

    def work(self) -> people.AssignmentDetails:
        return people.AssignmentDetails(
            station_id=self.random.choice(self.stations),
            sector=self.random.choice(SECTORS),
            role="promoter",
            contract=self.random.choice(CONTRACTS),
            works_with_children=self.random.random() < 0.5,
            also_sectors=[self.random.choice(SECTORS)] if self.random.random() < 0.2 else [],
        )

    def join(self) -> None:
        who = factory.person(f"Person {self.random.randrange(10**6)}")
        number = f"S-{self.random.randrange(10**9)}"
        employment = people.record_employment(SYSTEM, who, self.random.choice(self.organisations), number)
        people.record_placement(SYSTEM, employment, self.work(), self.day())

    def second_post(self) -> None:
        employment = self.one(Employment)
        if isinstance(employment, Employment):
            number = f"T-{self.random.randrange(10**9)}"
            who = session.get_one(Person, employment.person_id)
            again = people.record_employment(SYSTEM, who, self.random.choice(self.organisations), number)
            people.record_placement(SYSTEM, again, self.work(), self.day())

    def place_again(self) -> None:
        employment = self.one(Employment)
        if isinstance(employment, Employment):
            first = self.day()
            through = first + timedelta(days=self.random.randrange(0, 90))
            people.record_placement(SYSTEM, employment, self.work(), first, through)

    def change_placement(self) -> None:
        placement = self.one(Placement)
        if not isinstance(placement, Placement) or placement.retracted_at is not None:
            return
        employment = session.get_one(Employment, placement.employment_id)
        act = self.random.randrange(3)
        if act == 0:
            people.end_placement(SYSTEM, placement, employment, self.day())
        elif act == 1:
            people.move_placement(SYSTEM, placement, employment, self.work(), self.day())
        else:
            people.withdraw_placement(SYSTEM, placement, employment, reason="Never was")

    def earn(self) -> None:
        employment = self.one(Employment)
        slug = self.random.choice(("first", "second", "third"))
        revision = published_course(slug, "en")
        assert revision is not None
        if isinstance(employment, Employment):
            sector = self.random.choice(SECTORS) if revision.per_sector else None
            earned = EarnedAward(
                employment.person_id, revision, sector, "import", clock.now(), earned_on=self.day(400, 1)
            )
            certification.issue(SYSTEM, earned, Issuer("Every Sector", "http://localhost", "UTC"))

    def spoil(self) -> None:
        award = self.one(Award)
        if isinstance(award, Award):
            if self.random.random() < 0.5:
                certification.revoke(SYSTEM, award, reason="A mistake", effective_on=self.day(100, 1))
            else:
                name = f"Name {self.random.randrange(10**6)}"
                certification.supersede(SYSTEM, award, name=name, reason="A mistake")

    def ask(self) -> None:
        organisation = self.random.choice((*self.organisations, None))
        operations.make_requirement(
            ADMIN if organisation is None else hr_of(organisation),
            organisation_id=organisation,
            course_id=self.random.choice(self.courses),
            effective_from=self.day(),
            terms=self.terms(),
            reason="Agreed",
            past_accepted=True,
        )

    def terms(self) -> Terms:
        edition = self.random.choice((None, None, 2))
        return Terms(
            due_days=self.random.choice((0, 14, 30)),
            window_days=self.random.choice((0, 60)),
            grace_days=self.random.choice((0, 14)),
            max_age=self.random.choice((None, None, "P6M")),
            min_edition=edition,
            renew_by=None if edition is None else self.day(),
            match={
                "sectors": self.random.choice(([], [], ["wash"])),
                "contracts": self.random.choice(([], [], ["staff"])),
                "works_with_children": self.random.choice((None, None, True)),
            },
        )

    def change_requirement(self) -> None:
        requirement = self.one(Requirement)
        if isinstance(requirement, Requirement):
            day = self.day(0, 90)
            if self.random.random() < 0.3:
                operations.end_requirement(ADMIN, requirement, effective_through=day, reason="No more")
            else:
                operations.add_version(ADMIN, requirement, effective_from=day, terms=self.terms(), reason="Another")

    def excuse(self) -> None:
        employment, requirement = self.one(Employment), self.one(Requirement)
        if isinstance(employment, Employment) and isinstance(requirement, Requirement):
            first = self.day()
            operations.exempt(
                hr_of(employment.organisation_id),
                person_id=employment.person_id,
                requirement_id=requirement.id,
                organisation_id=employment.organisation_id,
                from_on=first,
                until_on=self.random.choice((None, first + timedelta(days=self.random.randrange(100)))),
                kind="equivalence",
                reason="Taught elsewhere",
                evidence="File 1",
            )

    def excuse_no_more(self) -> None:
        exemption = self.one(Exemption)
        if isinstance(exemption, Exemption):
            operations.withdraw_exemption(ADMIN, exemption, reason="A mistake")

    def live(self, acts: int) -> int:
        kinds = [
            self.join, self.join, self.second_post, self.place_again, self.change_placement, self.change_placement,
            self.earn, self.earn, self.earn, self.earn, self.spoil, self.change_requirement, self.excuse,
            self.excuse_no_more,
        ]  # fmt: skip
        done = 0
        for number in range(acts):
            self.today = FIRST + timedelta(days=DAYS * number // acts)
            moment = datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=UTC)
            with clock.using(FixedClock(moment + timedelta(seconds=number))):
                act = self.ask if number in (3, 10, 30, acts // 2) else self.random.choice(kinds)
                try:
                    with unit_of_work():
                        act()
                    done += 1
                except Refusal:
                    # Much of what chance tries is not allowed; what is refused leaves nothing behind.
                    pass
                if self.random.random() < 0.05:
                    compact_all()
        return done


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_three_years_end_verified(app: Flask, seed: int) -> None:
    with app.app_context():
        simulated = SimulatedInstallation(Random(seed))
        assert simulated.live(250) > 120
        assert_all_agrees(simulated)
        compact_all()
        assert_all_agrees(simulated)
        rebuild()
        assert_all_agrees(simulated)


def assert_all_agrees(simulated: SimulatedInstallation) -> None:
    with reading():
        found = verify()
        assert found.rows > 100
        assert found.clean, found
    days = [FIRST + timedelta(days=simulated.random.randrange(-30, DAYS + 400)) for _ in range(4)]
    with reading():
        population = list(posts_of(load_facts(Scope(frozenset(simulated.organisations))).facts))
        exact = counted(PopulationCounts(population, Filters()), days)
        assert counted(SnapshotCounts(simulated.organisations, Filters(), simulated.courses), days) == exact
        assert counted(IntervalCounts(simulated.organisations, Filters()), days) == exact
