"""The demonstration in a database: what it holds, what the report says of it, and that its personae can sign in."""

from collections import Counter, defaultdict
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, true

from lms.accounts.models import Account, RoleGrant
from lms.assessment.models import Attempt
from lms.audit.models import AuditEntry
from lms.catalogue.models import Course
from lms.certification.awards.rules import normalise_serial
from lms.certification.models import Award, Recognition, Revocation
from lms.compliance.requirements.models import RequirementVersion
from lms.compliance.source_data.load import load_facts
from lms.compliance.source_data.population import Post, posts_of, statuses_of
from lms.compliance.source_data.scope import Scope
from lms.compliance.status.definitions import TrainingStatus
from lms.demo.queries import is_demonstration
from lms.demo.sign_ins import NEW_HIRE, PASSWORD, sign_ins
from lms.kernel.db import session
from lms.learning.api import list_course_progress
from lms.learning.models import Completion
from lms.pathways.queries import find_current_pathway, list_stations
from lms.people.models import DutyStation, Employment, Organisation, Person, Sector
from tests.demo.conftest import ANCHOR, load
from tests.factories.people import actor_of, sign_in
from tools.demonstration.settings import COURSES, VOLUNTARY

GOOD = {TrainingStatus.EXEMPT, TrainingStatus.VALID, TrainingStatus.EXPIRING}


def count(table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


@pytest.fixture(scope="module")
def population(demonstration: Flask) -> list[Post]:
    with demonstration.app_context():
        return list(posts_of(load_facts(Scope()).facts))


def test_it_holds_what_was_promised(demonstration_context: Flask) -> None:
    assert (count(Person), count(Sector), count(Organisation)) == (600, 9, 3)
    stations = list_stations()
    assert len(stations) == 6
    assert len({station.country for station in stations}) == 2
    assert sum(station.number is None for station in stations) == 1
    assert sum(station.review_by is not None and station.review_by < ANCHOR for station in stations) == 1
    # One was changed lately: HR wrote it, and a coordinator confirmed it.
    (north_river,) = [station for station in session.scalars(select(DutyStation)) if station.slug == "north-river"]
    pathway = find_current_pathway(north_river.id)
    assert pathway is not None and pathway.state == "confirmed"
    shares = session.scalars(select(Organisation.shares_coverage)).all()
    assert sorted(shares) == [False, True, True]
    assert count(Account) == 600
    assert is_demonstration()


def test_every_kind_of_fact_is_there(demonstration_context: Flask) -> None:
    outcomes = Counter(session.scalars(select(Attempt.passed)))
    assert outcomes[True] > 1000
    assert outcomes[False] > 100
    assert outcomes[None] >= 1
    hows = Counter(session.scalars(select(Award.how)))
    assert set(hows) == {"quiz", "session", "prior", "import"}
    attended = select(func.count()).where(Recognition.session_id.is_not(None))
    assert session.scalar(attended) == hows["session"]
    assert session.scalar(select(func.count()).where(Award.supersedes_id.is_not(None))) == 2
    assert 2 <= count(Revocation) <= 4
    assert all(normalise_serial(serial) == serial for serial in session.scalars(select(Award.serial)))
    versions = session.scalars(select(RequirementVersion)).all()
    assert {version.due_days for version in versions} == {14, 30}
    assert {version.grace_days for version in versions} == {0, 14}
    posts = select(Employment.person_id).group_by(Employment.person_id).having(func.count() > 1)
    assert len(session.scalars(posts).all()) >= 1


def test_everybody_who_earned_a_brief_earned_it_for_a_sector(demonstration_context: Flask) -> None:
    per_sector = {"sector-briefs"}
    rows = session.execute(
        select(Course.slug, Award.sector, func.count())
        .join(Course, Course.id == Award.course_id)
        .group_by(Course.slug, Award.sector)
    ).all()
    assert {slug for slug, sector, _ in rows if sector} == per_sector
    assert {slug for slug, sector, _ in rows if not sector} == {*COURSES, *VOLUNTARY} - per_sector
    assert len({sector for slug, sector, _ in rows if slug in per_sector}) == 9
    assert sum(number for slug, _, number in rows if slug in per_sector) > 400
    twice = select(Award.person_id).where(Award.sector.is_not(None)).group_by(Award.person_id)
    assert session.scalars(twice.having(func.count(Award.sector.distinct()) > 1)).all(), "movers owe the new one"


def test_everything_was_recorded_when_it_happened(demonstration_context: Flask) -> None:
    # Today the tests themselves published the courses, and signed in.
    loaded = AuditEntry.action.not_in(("catalogue.published", "accounts.sign_in"))
    for table, condition in ((AuditEntry, loaded), (Completion, true()), (Award, true())):
        moment = table.recorded_at
        first, last = session.execute(select(func.min(moment), func.max(moment)).where(condition)).one()
        assert first.date() >= ANCHOR - timedelta(days=548)
        assert ANCHOR - timedelta(days=14) < last.date() < ANCHOR
    late = session.scalars(
        select(Award.id).join(Attempt, Attempt.id == Award.attempt_id).where(Award.recorded_at != Attempt.submitted_at)
    ).all()
    assert late == []


def test_sectors_develop_as_planned(population: list[Post]) -> None:
    rates = {day: by_sector(population, day) for day in (ANCHOR, ANCHOR - timedelta(days=365))}
    now, then = rates[ANCHOR], rates[ANCHOR - timedelta(days=365)]
    assert 0.75 <= now["all"] <= 0.85
    ranked = sorted((rate, sector) for sector, rate in now.items() if sector != "all")
    assert ranked[0][1] == "wash"
    assert ranked[-1][1] == "mhpss"
    assert ranked[1][0] - ranked[0][0] > 0.08, "WASH is clearly the lowest"
    assert now["education"] > then["education"] + 0.1
    assert now["health"] > then["health"] + 0.05
    assert now["food-security-livelihoods"] < then["food-security-livelihoods"] - 0.05
    assert now["wash"] < then["wash"] - 0.05


def by_sector(population: list[Post], day: object) -> dict[str, float]:
    statuses: defaultdict[str, list[bool]] = defaultdict(list)
    for post in population:
        placement = post.placement_on(day)
        required = post.required_on(day) if placement else []
        if placement and required:
            good = all(explained.status in GOOD for _, explained in required)
            statuses[str(placement.sector)].append(good)
            statuses["all"].append(good)
    return {sector: sum(good) / len(good) for sector, good in statuses.items()}


def test_every_status_occurs_where_it_can(demonstration_context: Flask, population: list[Post]) -> None:
    slugs = {row.id: row.slug for row in session.execute(select(Organisation.id, Organisation.slug))}
    seen: defaultdict[str, set[TrainingStatus]] = defaultdict(set)
    for post in population:
        if post.placement_on(ANCHOR):
            seen[slugs[int(post.organisation)]] |= {e.status for _, e in post.required_on(ANCHOR)}
    everywhere = set(TrainingStatus) - {TrainingStatus.NOT_REQUIRED, TrainingStatus.GRACE}
    # Only one organisation gives a time of grace.
    assert seen["common-well"] == everywhere | {TrainingStatus.GRACE}
    assert seen["rivers-relief"] == seen["lantern-aid"] == everywhere


def test_amina_has_work_to_do(demonstration_context: Flask) -> None:
    account = session.scalars(select(Account).where(Account.email == "amina@demo.example")).one()
    status = {row.course_slug: row.status for row in statuses_of(account.person_id, ANCHOR)}
    assert status == {
        "safe-identification": TrainingStatus.IN_PROGRESS,
        "child-safeguarding": TrainingStatus.OVERDUE,
        "safe-referral": TrainingStatus.VALID,
        "psychological-first-aid": TrainingStatus.NOT_STARTED,
        "sector-briefs": TrainingStatus.VALID,
        "child-friendly-communication": TrainingStatus.NOT_STARTED,
    }
    progress = {
        each.course.slug: (each.completed_count, len(each.modules)) for each in list_course_progress(actor_of(account))
    }
    assert progress["safe-identification"] == (3, 6)


def test_the_new_hire_has_done_nothing(demonstration_context: Flask) -> None:
    employment = session.scalars(select(Employment).where(Employment.staff_number == NEW_HIRE)).one()
    rows = statuses_of(employment.person_id, ANCHOR)
    assert {row.status for row in rows} == {TrainingStatus.NOT_STARTED}
    assert len(rows) == 6


def test_the_personae_have_their_roles(demonstration_context: Flask) -> None:
    rows = session.execute(
        select(Account.email, RoleGrant.role, Organisation.slug)
        .join(RoleGrant, RoleGrant.account_id == Account.id)
        .outerjoin(Organisation, Organisation.id == RoleGrant.organisation_id)
    )
    assert {
        ("tomas@demo.example", "trainer", None),
        ("hana@demo.example", "hr", "rivers-relief"),
        ("karim@demo.example", "coordinator", None),
        ("root@demo.example", "admin", None),
    } <= {tuple(row) for row in rows}


@pytest.mark.parametrize("who", ["amina", "tomas", "hana", "karim", "root"])
def test_the_personae_sign_in_by_e_mail(demonstration: Flask, who: str) -> None:
    client = demonstration.test_client()
    sign_in(client, f"{who}@demo.example", PASSWORD)
    assert client.get("/my").status_code == 200


def test_the_new_hire_signs_in_by_staff_number(demonstration: Flask) -> None:
    client = demonstration.test_client()
    sign_in(client, NEW_HIRE, PASSWORD)
    assert client.get("/my").status_code == 200


def test_loading_again_is_harmless(demonstration: Flask) -> None:
    assert load(demonstration) == ["The demonstration is there already."]


def test_sign_ins_name_everybody_and_the_password() -> None:
    printed = sign_ins()
    for word in ("amina@", "tomas@", "hana@", "karim@", "root@", NEW_HIRE, PASSWORD):
        assert word in printed
