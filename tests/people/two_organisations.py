"""Two organisations that share a station, with people of all kinds; and a way to ask for their numbers."""

from dataclasses import dataclass
from datetime import date

from flask import Flask

from lms.accounts import operations as accounts
from lms.kernel.actor import SYSTEM, Role
from lms.kernel.db import unit_of_work
from tests.factories import people as make


@dataclass(frozen=True)
class Places:
    """Row numbers of what was made."""

    rivers: int
    hills: int
    north: int
    amina: int
    amina_placement: int
    amina_employment: int
    basma: int
    basma_placement: int
    basma_employment: int
    both: int
    both_in_hills: int


def make_two_organisations(app: Flask) -> Places:
    """Makes Rivers Relief (HR Hana) and Hill Health (HR Haile), Amina there, Basma here, and Bilal in both."""
    make.make_small_organisation(app)
    with app.app_context(), unit_of_work():
        rivers = make.people.queries.list_organisations()[0]
        north = make.people.queries.list_stations()[0]
        hills = make.organisation("hill-health")
        haile = make.person("Haile Tesfaye", "haile@demo.example")
        make.placed(make.employed(haile, hills, "H-1"), north, "health")
        make.account(haile, Role.HR, at=hills)
        basma = make.person("Basma Idris")
        basma_job = make.employed(basma, hills, "H-2")
        basma_at = make.placed(basma_job, north, "nutrition")
        accounts.open_account(SYSTEM, basma)
        bilal = make.person("Bilal Qasim")
        make.placed(make.employed(bilal, rivers, "W-20"), north, "education", from_on=date(2026, 2, 1))
        bilal_there = make.placed(make.employed(bilal, hills, "H-20"), north, "shelter-settlement")
        accounts.open_account(SYSTEM, bilal)
        amina_job = make.people.queries.find_employment_by_number(rivers.id, "W-1")
        assert amina_job is not None
        (amina_at,) = make.people.queries.list_placements_of([amina_job.id])
        return Places(
            rivers.id, hills.id, north.id, amina_job.person_id, amina_at.id, amina_job.id,
            basma.id, basma_at.id, basma_job.id, bilal.id, bilal_there.id,
        )  # fmt: skip
