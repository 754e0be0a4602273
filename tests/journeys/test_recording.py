"""A module with a recording: nothing of it is loaded before somebody plays it, with the keyboard and without script."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from lms.catalogue.operations import CACHE as PARSED
from tests.demo.conftest import published
from tests.factories.application import close_connections, make_settings
from tests.factories.recordings import opus
from tests.journeys.conftest import ROOT, Server, running_server, visitor
from tests.journeys.test_pages import COURSE
from tests.waiting import wait_until

pytestmark = pytest.mark.journey

MODULE = f"{COURSE}/the-first-ten-minutes"


@pytest.fixture(scope="module")
def recorded(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration, in which one module has a recording of eight minutes."""
    instance = tmp_path_factory.mktemp("recorded")
    shutil.copyfile(demonstration, instance / "every_sector.db")
    shutil.copytree(ROOT / "modules", instance / "modules")
    file = instance / f"modules/{COURSE.rpartition('/')[2]}/audio/{MODULE.rpartition('/')[2]}.opus"
    file.parent.mkdir()
    file.write_bytes(opus(480))
    shutil.copyfile(demonstration.with_name(PARSED), instance / PARSED)
    database = f"sqlite:///{instance / 'every_sector.db'}"
    close_connections(published(make_settings(instance, database, modules=instance / "modules")))
    with running_server(instance) as server:
        yield server


def test_nothing_is_loaded_before_it_is_played(browser: Browser, recorded: Server) -> None:
    amina = visitor(browser, recorded, script=False)
    page = amina.signs_in("amina@demo.example")
    loaded: list[str] = []
    page.on("request", lambda request: loaded.append(request.url))
    amina.goes(MODULE)
    page.get_by_text("Listen: 8 minutes, 109 kB").press("Enter")
    audio = page.locator("audio")
    assert audio.is_visible() and audio.evaluate("it => it.networkState") == 1
    assert len(loaded) > 1 and not [address for address in loaded if ".opus" in address]
    with page.expect_response(lambda response: ".opus" in response.url) as answer:
        audio.press("Space")
    assert answer.value.status == 206 and answer.value.headers["content-range"].startswith("bytes 0-")
    wait_until(lambda: audio.evaluate("it => it.currentTime > 0"), "the recording plays")
    assert round(audio.evaluate("it => it.duration")) == 480
    page.context.close()
