"""Loading: refusals, changed courses, the command, the banner, and the same facts on both databases."""

import json
import re
import shutil
from datetime import date, timedelta
from itertools import compress, islice
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from lms.app import create_app
from lms.assessment.models import Attempt
from lms.catalogue.api import published_course
from lms.certification.api import Issuer
from lms.certification.models import Award, AwardName
from lms.compliance.projection.verify import verify
from lms.demo import operations as demo
from lms.demo.acts import DATA_FILE
from lms.demo.banner import DemonstrationBanner
from lms.demo.errors import CourseUnfit
from lms.demo.queries import is_demonstration
from lms.kernel import db as database
from lms.kernel.config import Settings
from lms.kernel.db import reading, session, unit_of_work
from lms.kernel.errors import Refusal
from lms.learning.subscribers import all_modules_completed
from lms.people.api import count_people
from tests.demo.conftest import copy_parsed, copy_published, load, published
from tests.factories import people as factory
from tests.factories.application import close_connections, empty, make_settings
from tests.factories.people import sign_in

sqlite = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)


def facts() -> list[tuple[object, ...]]:
    rows = session.execute(
        select(Award.serial, AwardName.name, Award.earned_on, Award.valid_until, Award.recorded_at)
        .join(AwardName, AwardName.award_id == Award.id)
        .order_by(Award.id)
    )
    return [tuple(row) for row in rows]


@pytest.fixture(scope="module")
def some_people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The part of the data file that is about every fifth person, whoever has a role, and whom rare acts are about."""
    lines = DATA_FILE.read_text().splitlines(keepends=True)
    acts = [json.loads(line) for line in lines]
    kept = {
        act["person"] for kind, act in acts if kind in ("Revoke", "CorrectName") or act.get("identity", {}).get("roles")
    }
    file = tmp_path_factory.mktemp("some-people") / "demonstration.jsonl"
    chosen = (act.get("person", 0) % 5 == 0 or act["person"] in kept for _kind, act in acts)
    file.write_text("".join(compress(lines, chosen)))
    return file


def test_it_loads_on_postgresql_with_the_same_facts(
    postgresql_database: str, some_people: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    file = copy_published(tmp_path_factory, tmp_path, "demo.db")
    on_sqlite = create_app(make_settings(tmp_path, f"sqlite:///{file}"))
    empty(postgresql_database)
    on_postgresql = published(make_settings(tmp_path, postgresql_database))
    found = []
    for app in (on_sqlite, on_postgresql):
        assert re.search(r"^1\d\d people", load(app, data_file=some_people)[-1])
        with app.app_context(), reading():
            assert verify().clean
            found.append(facts())
        close_connections(app)
    assert len(found[0]) > 500
    assert found[0] == found[1]


@sqlite
def test_it_refuses_a_database_with_real_people(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            factory.person("Somebody Real")
        with pytest.raises(Refusal, match="1 people who are not invented"):
            demo.load(print, Issuer.of(app.extensions["settings"]))
        with reading():
            assert count_people() == 1
    result = app.test_cli_runner().invoke(args=["demo", "load"])
    assert result.exit_code == 1
    assert "not invented" in result.output
    assert "LMS_INSTANCE" in result.output


@sqlite
def test_it_asks_for_the_courses_first(app: Flask) -> None:
    with app.app_context(), pytest.raises(Refusal, match="flask content publish"):
        demo.load(print, Issuer.of(app.extensions["settings"]))


def copy_courses(settings: Settings, folder: Path, *, slug: str, changes: dict[str, str]) -> Settings:
    """Returns settings with the course files copied to a folder, and texts replaced in one course."""
    for name in ("modules", "quizzes"):
        shutil.copytree(getattr(settings, name), folder / name)
    course = folder / "modules" / slug / "course.yml"
    text = course.read_text()
    for before, after in changes.items():
        assert before in text
        text = text.replace(before, after)
    course.write_text(text)
    return settings.model_copy(update={"modules": folder / "modules", "quizzes": folder / "quizzes"})


@sqlite
def test_it_follows_courses_that_have_changed_since_the_file_was_written(
    app: Flask, some_people: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    changes = {"mark: 80": "mark: 95", "validity: P2Y": "validity: P18M"}
    settings = copy_courses(app.extensions["settings"], tmp_path, slug="safe-referral", changes=changes)
    first = tmp_path / "modules" / "safe-referral" / "01-your-local-pathway.md"
    added = first.read_text().replace("title: Your local pathway", "title: One more pathway")
    first.with_name("07-one-more.md").write_text(added)
    copy_parsed(tmp_path_factory, settings.instance)
    changed = published(settings)
    assert "quizzes" in load(changed, date(2028, 2, 29), some_people)[-1]
    with changed.app_context(), reading():
        assert verify().clean
        course = published_course("safe-referral", "en")
        assert course is not None and len(course.modules) == 7
        passed = session.scalars(select(Attempt).where(Attempt.course_id == course.course_id, Attempt.passed))
        some = list(passed)[-20:]
        assert all(each.score is not None and each.score >= 95 for each in some)
        assert some and all(all_modules_completed(each) for each in some)
        dates = select(Award.earned_on, Award.valid_until).where(Award.course_id == course.course_id)
        assert min(until - earned for earned, until in session.execute(dates)) < timedelta(days=550)


def test_it_says_which_course_it_does_not_fit(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path / "demonstration.jsonl"
    act = {"at": "-1 06:00:00", "person": 0, "course": "sector-briefs", "moments": ["-1 06:00:00"]}
    file.write_text(json.dumps(["Read", act]))
    database = copy_published(tmp_path_factory, tmp_path, "published.db")
    app = create_app(make_settings(tmp_path, f"sqlite:///{database}"))
    with app.app_context(), pytest.raises(CourseUnfit, match="sector-briefs"):
        demo.load(print, Issuer.of(app.extensions["settings"]), data_file=file)


@sqlite
def test_a_failure_half_way_leaves_nothing(app: Flask, tmp_path: Path) -> None:
    class Interrupted(Exception):
        pass

    def say(sentence: str) -> None:
        if "people" in sentence:
            raise Interrupted

    file = tmp_path / "beginning.jsonl"
    with DATA_FILE.open() as lines:
        file.write_text("".join(islice(lines, 300)))
    with app.app_context():
        with unit_of_work():
            factory.sectors()
        with pytest.raises(Interrupted):
            demo.load(say, Issuer.of(app.extensions["settings"]), data_file=file)
        with reading():
            assert count_people() == 0
            assert not is_demonstration()


def test_the_command_says_that_it_is_there_already(demonstration: Flask) -> None:
    result = demonstration.test_cli_runner().invoke(args=["demo", "load", "--anchor", "2026-11-22"])
    assert result.exit_code == 0, result.output
    assert "there already" in result.output


@pytest.fixture
def copied(demonstration: Flask, tmp_path: Path) -> Flask:
    """An installation of its own with the demonstration."""
    folder = Path(demonstration.extensions["settings"].instance)
    with demonstration.app_context():
        database.db.engine.dispose()
    shutil.copyfile(folder / "demo.db", tmp_path / "copy.db")
    app = create_app(make_settings(tmp_path, f"sqlite:///{tmp_path / 'copy.db'}"))
    app.config.update(WTF_CSRF_ENABLED=False)
    with app.app_context():
        assert app.config["DEMONSTRATION"].refresh()
    return app


def test_the_banner_is_on_every_page_of_a_demonstration(copied: Flask) -> None:
    words = "Every person, place and figure is invented"
    client = copied.test_client()
    assert words in client.get("/").get_data(as_text=True)
    assert words in client.get("/help-now").get_data(as_text=True)
    assert words in client.get("/no-such-page").get_data(as_text=True)


def test_a_real_administrator_closes_the_accounts_whose_password_everybody_knows(copied: Flask) -> None:
    hana, stranger, owner = (copied.test_client() for _ in range(3))
    assert demo.PASSWORD in stranger.get("/").text
    sign_in(hana, "hana@demo.example", demo.PASSWORD)
    words = ["--name=Noor Rahman", "--email=noor@example.org", "--password=rivers run slowly"]
    made = copied.test_cli_runner().invoke(args=["people", "create-admin", *words])
    assert made.exit_code == 0, made.output
    assert hana.get("/people").headers["Location"].startswith("/login")
    stranger.post("/login", data={"email": "root@demo.example", "password": demo.PASSWORD})
    assert stranger.get("/my").headers["Location"].startswith("/login")
    first_page = stranger.get("/").text
    assert demo.PASSWORD not in first_page
    assert "is invented" in first_page
    sign_in(owner, "noor@example.org", "rivers run slowly")
    assert "closed all accounts but" in owner.get("/admin/audit").text


@sqlite
def test_there_is_no_banner_in_a_real_installation(app: Flask) -> None:
    with app.app_context():
        assert not app.config["DEMONSTRATION"].refresh()
    assert "is invented" not in app.test_client().get("/").get_data(as_text=True)


def test_a_demonstration_stays_one_once_it_was_found() -> None:
    reads: list[int] = []

    def read() -> bool:
        reads.append(1)
        return len(reads) >= 2

    banner = DemonstrationBanner(read, every=0)
    assert [bool(banner) for _ in range(4)] == [False, True, True, True]
    assert len(reads) == 2


def test_the_database_is_not_read_at_once() -> None:
    reads: list[int] = []
    banner = DemonstrationBanner(lambda: bool(reads.append(1)) or True, every=3600)
    assert not banner
    assert reads == []
    assert banner.refresh()
    assert banner


def test_a_database_that_is_away_does_not_stop_the_banner() -> None:
    def read() -> bool:
        raise OperationalError("SELECT 1", {}, Exception("away"))

    assert not DemonstrationBanner(read, every=0)
