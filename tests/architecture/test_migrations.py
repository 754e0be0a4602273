"""Migrations: one head, numbered, up and down and up again, and equal to the models."""

import re
from datetime import date
from pathlib import Path

import flask_migrate
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from sqlalchemy import inspect, text

from lms.compliance.projection.inputs import is_current
from lms.compliance.projection.rebuild import compact_all, maintain, rebuild
from lms.compliance.projection.verify import verify
from lms.compliance.report.export.models import ExportJob, SavedView
from lms.compliance.requirements.operations import exempt
from lms.kernel import clock, db as database
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.outbox import sweep
from lms.people.importing.models import PeopleImport, PeopleImportRow
from lms.people.models import CorrectionRequest, Person
from lms.rest.models import DirectoryGroup, DirectoryGroupMember
from tests.factories import people
from tests.factories.compliance import a_course, hr_of, required_course
from tests.factories.people import make_small_organisation

VERSIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"


def test_they_are_numbered_and_have_one_head() -> None:
    names = sorted(path.name for path in VERSIONS.glob("*.py"))
    assert [int(name[:4]) for name in names] == list(range(1, len(names) + 1))
    assert all(re.fullmatch(r"\d{4}_[a-z0-9_]+\.py", name) for name in names)
    assert len(ScriptDirectory(str(VERSIONS.parent)).get_heads()) == 1


def test_they_go_down_and_up_and_equal_the_models(app_context: Flask) -> None:
    database.session.remove()
    flask_migrate.downgrade(revision="base")
    left = set(inspect(database.db.engine).get_table_names())
    assert left == {"alembic_version"}
    flask_migrate.upgrade()
    with database.db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, database.Model.metadata) == []


def test_status_data_of_the_last_release_are_computed_again(app: Flask) -> None:
    """Status data that an earlier version computed are not read by a later one that stores them in another way."""
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            required_course(None, a_course())
        rebuild()
        flask_migrate.downgrade(revision="0009")
        flask_migrate.upgrade()
        with reading():
            assert not is_current()
        maintain()
        sweep()
        compact_all()
        with reading():
            assert is_current()
            found = verify()
        assert found.clean
        assert found.rows


def test_prepared_statuses_survive_the_new_names(app: Flask) -> None:
    """A database of the names before is upgraded without preparing anybody anew, and agrees with the facts."""
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            required_course(None, a_course())
        rebuild()
        compact_all()
        with reading():
            before = verify()
        assert before.clean
        assert before.rows
        flask_migrate.downgrade(revision="0012")
        names = set(inspect(database.db.engine).get_table_names())
        assert {"standing_interval", "ledger_checkpoint"} <= names
        flask_migrate.upgrade()
        with reading():
            assert is_current()
            assert verify() == before


def test_imports_and_correction_requests_survive_the_new_names(app: Flask) -> None:
    """What people sent and what came of their lists is the same after the way down and up again."""
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            here = people.people.queries.list_organisations()[0].id
            amina = session.query(Person).filter_by(name="Amina Yusuf").one()
            session.add(
                CorrectionRequest(
                    person_id=amina.id, organisation_id=here, kind="name", text="Yusuf", recorded_at=clock.now()
                )
            )
            sent = PeopleImport(
                organisation_id=here, recorded_at=clock.now(), file_name="staff.csv", shape={}, header=[],
                samples=[], counts={"rejected": 1, "skipped": 2, "added": 3},
            )  # fmt: skip
            session.add(sent)
            session.flush()
            session.add(
                PeopleImportRow(
                    import_id=sent.id, number=2, key="w-1", cells={}, outcome="rejected", notes=[], skipped=True
                )
            )
        flask_migrate.downgrade(revision="0012")
        with reading():
            assert session.scalar(text("SELECT said FROM record_query")) == "Yusuf"
            assert session.execute(text("SELECT outcome, kept FROM people_import_row")).one() == ("refused", True)
        flask_migrate.upgrade()
        with reading():
            assert session.query(CorrectionRequest).one().text == "Yusuf"
            row = session.query(PeopleImportRow).one()
            assert (row.outcome, row.skipped) == ("rejected", True)
            counts = session.query(PeopleImport).one().counts
            assert counts == {"rejected": 1, "skipped": 2, "added": 3}


def test_groups_of_directories_keep_their_members(app: Flask) -> None:
    """Groups that are sectors survive the way down and up again with who is in them; those that are roles go."""
    make_small_organisation(app)
    of_group = {"organisation_id": 1, "recorded_at": clock.now(), "changed_at": clock.now()}
    with app.app_context():
        with unit_of_work():
            sector = DirectoryGroup(name="WASH", sector="wash", **of_group)
            session.add_all([sector, DirectoryGroup(name="HR", role="hr", **of_group)])
            session.flush()
            session.add(DirectoryGroupMember(group_id=sector.id, employment_id=1))
        flask_migrate.downgrade(revision="0052")
        flask_migrate.upgrade()
        with reading():
            assert [(each.name, each.sector) for each in session.query(DirectoryGroup)] == [("WASH", "wash")]
            assert session.query(DirectoryGroupMember).one().employment_id == 1


def test_a_leave_from_everything_is_one_of_each_requirement_before(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            course = a_course()
            requirements = {required_course(organisation_id, course).id for organisation_id in (None, 1)}
            exempt(
                hr_of(1), person_id=1, requirement_id=None, organisation_id=1, from_on=date(2026, 3, 1),
                until_on=date(2026, 6, 30), kind="parental", reason="Maternity leave",
            )  # fmt: skip
        flask_migrate.downgrade(revision="0018")
        written = text("SELECT requirement_id, person_id, from_on, until_on, kind, reason FROM exemption")
        with reading():
            rows = session.execute(written).all()
        assert {row.requirement_id for row in rows} == requirements
        assert {tuple(map(str, row[1:])) for row in rows} == {
            ("1", "2026-03-01", "2026-06-30", "parental", "Maternity leave")
        }
        flask_migrate.upgrade()
        with reading():
            assert len(session.execute(written).all()) == len(requirements)


def test_without_people_by_course_its_views_open_the_list_and_its_files_are_gone(app: Flask) -> None:
    make_small_organisation(app)
    with app.app_context():
        with unit_of_work():
            for page in ("report", "matrix"):
                session.add(SavedView(account_id=1, name=page, page=page, choices={}, recorded_at=clock.now()))
            for kind in ("people", "matrix"):
                session.add(
                    ExportJob(
                        account_id=1, kind=kind, format="csv", choices={}, language="en", recorded_at=clock.now()
                    )
                )  # fmt: skip
        flask_migrate.downgrade(revision="0020")
        with reading():
            assert session.scalars(text("SELECT page FROM saved_view ORDER BY id")).all() == ["report", "people"]
            assert session.scalars(text("SELECT kind FROM export_job")).all() == ["people"]
        flask_migrate.upgrade()
        with reading():
            assert session.scalars(text("SELECT page FROM saved_view ORDER BY id")).all() == ["report", "people"]
        with unit_of_work():
            session.add(SavedView(account_id=1, name="Again", page="matrix", choices={}, recorded_at=clock.now()))
