"""Lists of people at size: ``python -m bench.lists [PEOPLE ...] [--database sqlite|postgresql]``.

Records a session of 500 lines, withdraws it, and exempts 200 people, each as its page does: the transaction of the
request, which on SQLite keeps everybody else from saving, and its job, while somebody else saves something every tenth
of a second. Half of the people had the course before, so that their award renews one.
"""

from pathlib import Path

from sqlalchemy import select

from bench.compliance import application_on, look_at_tables, measure_databases
from bench.people import sweep_all
from bench.population import create_population
from bench.requirements import beside_saves
from lms.catalogue.api import published_course
from lms.certification.awards.snapshot import Issuer
from lms.certification.models import TrainingSession
from lms.certification.training import operations as training
from lms.certification.training.check import TrainingDetails, check_list
from lms.certification.training.parser import MOST_LINES, TrainingLine
from lms.compliance.api import rebuild
from lms.compliance.requirements.operations import exempt_people
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.config import current_settings
from lms.kernel.db import reading, session, unit_of_work
from lms.people.models import Employment

MOST_EXEMPT = 200


def run(database: str, size: int, folder: Path) -> None:
    """Measures one database."""
    with application_on(database, folder) as app:
        print(f"\n{size} people on {database}", flush=True)
        population = create_population(app.extensions["settings"], size, lambda _done: None, 1)
        rebuild()
        look_at_tables(database)
        here, today = population.organisations[0], clock.today("UTC")
        hr = Actor(scopes={Role.HR: frozenset({here})})
        with reading():
            course = published_course("safe-referral", "en")
            staff = select(Employment.staff_number).where(Employment.organisation_id == here)
            numbers = session.scalars(staff.order_by(Employment.id).limit(MOST_LINES)).all()
        if course is None:
            raise SystemExit("the course is not published")
        details = TrainingDetails(here, course, None, "session", True, "Bench", 24)
        lines = [TrainingLine(place, number, today, "Bench") for place, number in enumerate(numbers, 1)]
        with reading():
            checksum = check_list(hr, details, lines).checksum

        def record() -> None:
            with app.test_request_context(), unit_of_work():
                training.record_session(
                    hr, details, lines, held_on=today, station_id=population.stations[0], evidence="Bench",
                    token="bench", checksum=checksum, issuer=Issuer.of(current_settings()),
                )  # fmt: skip

        def withdraw() -> None:
            with app.test_request_context(), unit_of_work():
                training.withdraw_session(hr, session.scalars(select(TrainingSession)).one(), reason="Bench")

        def exempt() -> None:
            with app.test_request_context(), unit_of_work():
                exempt_people(
                    hr, numbers[:MOST_EXEMPT], organisation_id=here, requirement_id=None, from_on=today,
                    until_on=None, kind="parental", reason="Bench",
                )  # fmt: skip

        for name, act in ((f"{len(lines)} lines", record), ("the withdrawal", withdraw), ("200 exempt", exempt)):
            beside_saves(app, here, f"{name}: the request", act)
            beside_saves(app, here, f"{name}: the job", sweep_all)


def main() -> None:
    """Measures the databases that are named."""
    measure_databases(__doc__, [MOST_LINES], run)


if __name__ == "__main__":
    main()
