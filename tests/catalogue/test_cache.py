"""Publishing parses and renders only what has changed, finds the same problems, and publishes the same."""

import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from flask import Flask
from markdown.blockparser import BlockParser
from sqlalchemy import select

from lms.catalogue.models import (
    Course,
    CourseRevision,
    CourseRevisionModule,
    CourseRevisionQuestion,
    Module,
    ModuleRevision,
    Question,
    QuestionRevision,
)
from lms.catalogue.operations import CACHE
from lms.catalogue.source.checks.run import check_folders
from lms.catalogue.source.parsing.cache import ParseCache
from lms.catalogue.source.parsing.validation import parse_yaml
from lms.catalogue.source.schemas.banks import BankFile
from lms.catalogue.source.schemas.courses import CourseFile
from lms.kernel.config import ROOT, current_settings
from lms.kernel.db import db, reading, session
from tests.catalogue.course_files import BANK, COURSE, SVG, CourseFiles, png
from tests.catalogue.test_checks import EDITS
from tests.catalogue.test_schemas import FAULTS
from tests.factories.application import empty

pytestmark = pytest.mark.pages

QUAY_MD, BOARD_MD = "modules/boats/01-at-the-quay.md", "modules/boats/02-on-board.md"
QUAY_FR = "modules/boats/01-at-the-quay.fr.md"
COURSE_YML, BANK_YML, SECTORS_YML = "modules/boats/course.yml", "quizzes/boats.yml", "modules/sectors.yml"
SHIPS_MD, BOAT_PNG = "modules/ships/01-at-the-quay.md", "modules/boats/img/boat.png"

GLOSSARY = """\
terms:
  - slug: ward
    term: {en: ward}
    definition: {en: A room of a hospital.}
  - slug: tap
    term: {en: tap, fr: robinet}
    definition: {en: Where water comes from.}
"""


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many texts the libraries were given: ``yaml`` and ``markdown``."""
    counts: Counter[str] = Counter()
    compose, parse_document = yaml.compose, BlockParser.parseDocument

    def counted_compose(*args: Any, **options: Any) -> Any:
        counts["yaml"] += 1
        return compose(*args, **options)

    def counted_parse(parser: BlockParser, lines: Any) -> Any:
        counts["markdown"] += 1
        return parse_document(parser, lines)

    monkeypatch.setattr(yaml, "compose", counted_compose)
    monkeypatch.setattr(BlockParser, "parseDocument", counted_parse)
    return counts


@pytest.fixture
def two_courses(course_files: CourseFiles) -> CourseFiles:
    """Two courses with a glossary, one of them in two languages, the second with links to the first."""
    course_files.translate()
    course_files.write("modules/glossary.yml", GLOSSARY)
    course_files.write("modules/boats/img/quay.svg", SVG)
    course_files.add_course("ships")
    course_files.edit("modules/ships/course.yml", "languages: [en, fr]", "languages: [en]")
    course_files.edit(
        SHIPS_MD,
        "Text with",
        "See [boats](/courses/boats/on-board#who-sits-where), [boats](/courses/boats) and [taps](/glossary#tap).",
    )
    return course_files


def checked(course_files: CourseFiles, file: Path | None = None) -> list[str]:
    """Returns all problems, found with a cache where its file is named."""
    cache = ParseCache(file) if file else None
    _sources, problems = check_folders(course_files.modules, course_files.quizzes, cache)
    if cache:
        cache.save()
    return [str(problem) for problem in problems]


@pytest.mark.usefixtures("context_outside_transaction")
def test_of_our_courses_only_a_changed_module_is_parsed_and_rendered(tmp_path: Path, parsed: Counter[str]) -> None:
    for folder in ("modules", "quizzes"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    files = CourseFiles(tmp_path)
    files.publish()
    assert parsed["markdown"] == len([*files.modules.glob("*/[0-9]*.md")]) > 50
    path = str(min(files.modules.glob("safe-referral/*.md")).relative_to(tmp_path))
    parsed.clear()
    files.write(path, files.read(path) + "\nOne more sentence.\n")
    counts = files.publish().counts
    assert (counts["module"]["revised"], parsed) == (1, {"markdown": 1})
    parsed.clear()
    files.edit(path, "minutes: ", "minutes: 1")
    assert files.publish().counts["module"]["revised"] == 1
    # Its text is rendered to be stored with the other minutes.
    assert parsed == {"yaml": 1, "markdown": 1}
    parsed.clear()
    assert files.publish().publication_id is None
    assert parsed == {}


def test_a_changed_bank_is_the_only_file_that_is_parsed(
    two_courses: CourseFiles, tmp_path: Path, parsed: Counter[str]
) -> None:
    before = checked(two_courses, tmp_path / "cache")
    parsed.clear()
    two_courses.edit("quizzes/ships.yml", "Unsafe.", "Not safe.")
    assert checked(two_courses, tmp_path / "cache") == before
    assert parsed == {"yaml": 1}


# What is changed, and the file that has a problem afterwards though its own text is the same.
ACROSS_FILES: list[tuple[Callable[[CourseFiles], None], str]] = [
    (lambda files: files.edit(BOARD_MD, "## Who sits where", "## Who sits"), QUAY_MD),
    (lambda files: files.edit(BOARD_MD, "## Who sits where", "## Who sits"), SHIPS_MD),
    (lambda files: files.remove(BOARD_MD), SHIPS_MD),
    (lambda files: files.move("modules/boats", "elsewhere/boats"), SHIPS_MD),
    (lambda files: files.move(BOARD_MD, "modules/boats/02-afloat.md"), QUAY_MD),
    (lambda files: files.edit(QUAY_MD, "## Where you stand", "## Where"), BANK_YML),
    (lambda files: files.edit(QUAY_MD, "///\n\n/// check", "///\n\n/// note\nA\n///\n\n/// check"), QUAY_FR),
    (lambda files: files.edit(QUAY_MD, "Text with", "Words with"), QUAY_FR),
    (lambda files: files.edit(BANK_YML, "text: Leave.", "text: Go."), "quizzes/boats.fr.yml"),
    (lambda files: files.edit(COURSE_YML, "id: together", "id: apart"), QUAY_MD),
    (lambda files: files.edit(COURSE_YML, "id: together", "id: apart"), BANK_YML),
    (lambda files: files.edit(COURSE_YML, "languages: [en, fr]", "languages: [en]"), "quizzes/boats.fr.yml"),
    (lambda files: files.edit(COURSE_YML, "languages: [en, fr]", "languages: [fr, en]"), QUAY_FR),
    (lambda files: files.edit(COURSE_YML, "CP-BOAT", "CP-SHIP"), "modules/ships/course.yml"),
    (lambda files: files.edit(COURSE_YML, "title: Boats", "title: Boats\nper_sector: true"), BANK_YML),
    (lambda files: files.edit(SECTORS_YML, "core: false", "core: true"), QUAY_MD),
    (lambda files: files.edit(SECTORS_YML, "slug: wash", "slug: water"), BANK_YML),
    (lambda files: files.edit("modules/glossary.yml", "slug: tap", "slug: faucet"), SHIPS_MD),
    (lambda files: files.remove(BOAT_PNG), BOARD_MD),
]  # fmt: skip


@pytest.mark.parametrize(("change", "path"), ACROSS_FILES)
def test_a_changed_file_shows_the_problems_of_unchanged_ones(
    two_courses: CourseFiles, tmp_path: Path, change: Callable[[CourseFiles], None], path: str
) -> None:
    file = tmp_path / "cache"
    assert checked(two_courses, file) == checked(two_courses)
    change(two_courses)
    found = checked(two_courses, file)
    assert [problem for problem in found if problem.startswith(f"{path}:")]
    assert found == checked(two_courses)
    # Once more, as nothing may be found only the first time.
    assert checked(two_courses, file) == found


@pytest.mark.parametrize(("path", "old", "new"), [edit[:3] for edit in EDITS])
def test_every_problem_is_found_in_the_same_words(
    course_files: CourseFiles, tmp_path: Path, path: str, old: str, new: str
) -> None:
    file = tmp_path / "cache"
    assert checked(course_files, file) == []
    course_files.edit(path, old, new)
    found = checked(course_files)
    assert found
    assert [checked(course_files, file), checked(course_files, file)] == [found, found]


def test_a_file_with_a_problem_is_parsed_each_time(two_courses: CourseFiles, tmp_path: Path) -> None:
    for path, old, new in ((BOARD_MD, "Two seats.\n///", "Two seats."), (BANK_YML, "type: single", "type: one")):
        two_courses.edit(path, old, new)
    found = checked(two_courses, tmp_path / "cache")
    assert {problem.partition(":")[0] for problem in found} >= {BOARD_MD, BANK_YML}
    assert checked(two_courses, tmp_path / "cache") == found


@pytest.mark.parametrize(("schema", "old", "new"), [fault[:3] for fault in FAULTS])
def test_no_invalid_text_is_stored(tmp_path: Path, schema: Any, old: str, new: str) -> None:
    text = {CourseFile: COURSE, BankFile: BANK}[schema].replace(old, new, 1)
    cache = ParseCache(tmp_path / "cache")
    first = parse_yaml(schema, "x.yml", text, cache=cache).problems
    cache.save()
    assert parse_yaml(schema, "x.yml", text, cache=ParseCache(tmp_path / "cache")).problems == first
    assert first


def rename_section(files: CourseFiles) -> None:
    """Renames a section, whose id is also that of the translation, which stays as it is."""
    files.edit(QUAY_MD, "## Where you stand", "## Where to stand")
    files.edit(BANK_YML, "where-you-stand", "where-to-stand")


CHANGES: list[Callable[[CourseFiles], None]] = [
    lambda files: files.edit(BOARD_MD, "See [above]", "Look [above]"),
    lambda files: files.edit(BANK_YML, "text: Leave.", "text: Go away."),
    rename_section,
    lambda files: files.edit(QUAY_MD, "minutes: 10", "minutes: 11"),
    lambda files: files.edit(COURSE_YML, "Keep families", "Bring families"),
    lambda files: files.edit("modules/glossary.yml", "term: {en: ward}", "term: {en: ward}\n    forms: [text]"),
    lambda files: files.edit("modules/glossary.yml", "slug: tap\n", "slug: tap\n    linked: false\n"),
    lambda files: files.write(BOAT_PNG, png(4, 4)),
    lambda files: files.edit(SECTORS_YML, "Promote hygiene.", "Promote washing."),
    lambda _files: None,
]  # fmt: skip


def published_rows() -> list[list[dict[str, Any]]]:
    """Returns all columns of what is published now but ids and moments, in order."""
    current = Course.current_revision_id == CourseRevision.id
    module = (CourseRevisionModule, CourseRevisionModule.course_revision_id == CourseRevision.id)
    question = (CourseRevisionQuestion, CourseRevisionQuestion.course_revision_id == CourseRevision.id)
    queries = [
        select(Course.slug, CourseRevision).join(CourseRevision, current).order_by(Course.slug),
        select(Module.slug, CourseRevisionModule.position, ModuleRevision)
        .join_from(Course, CourseRevision, current)
        .join(*module)
        .join(ModuleRevision, ModuleRevision.id == CourseRevisionModule.module_revision_id)
        .join(Module, Module.id == ModuleRevision.module_id)
        .order_by(Course.slug, CourseRevisionModule.position, ModuleRevision.language),
        select(Question.slug, CourseRevisionQuestion.position, QuestionRevision)
        .join_from(Course, CourseRevision, current)
        .join(*question)
        .join(QuestionRevision, QuestionRevision.id == CourseRevisionQuestion.question_revision_id)
        .join(Question, Question.id == QuestionRevision.question_id)
        .order_by(Course.slug, CourseRevisionQuestion.position, QuestionRevision.language),
    ]
    with reading():
        return [[_values(row) for row in session.execute(query)] for query in queries]


def _values(row: Any) -> dict[str, Any]:
    *others, revision = row
    names = {column.name for column in revision.__table__.columns if not column.name.endswith(("id", "_at"))}
    return {"row": others, **{name: getattr(revision, name) for name in names}}


def start_over(url: str, template: Path) -> None:
    """Empties the database."""
    session.remove()
    db.engine.dispose()
    if url.startswith("sqlite"):
        shutil.copyfile(template, str(db.engine.url.database))
        for end in ("-wal", "-shm"):
            Path(f"{db.engine.url.database}{end}").unlink(missing_ok=True)
    else:
        empty(url)


@pytest.mark.parametrize("change", CHANGES)
def test_what_is_published_is_the_same_as_by_parsing_everything(
    two_courses: CourseFiles,
    context_outside_transaction: Flask,
    database_url: str,
    sqlite_template: Path,
    change: Callable[[CourseFiles], None],
) -> None:
    cache = current_settings().instance / CACHE
    two_courses.publish()
    change(two_courses)
    assert not two_courses.publish().refused
    step_by_step = published_rows()
    assert cache.exists()
    # In an empty database, where nothing is known, and where everything is but has to be rendered to be written.
    for known in (False, True):
        start_over(database_url, sqlite_template)
        if not known:
            cache.unlink()
        assert two_courses.publish().publication_id == 1
        assert published_rows() == step_by_step
    assert [len(rows) for rows in step_by_step] == [2, 6, 13]


@pytest.mark.usefixtures("context_outside_transaction")
def test_another_version_of_the_renderer_writes_every_module_anew(
    two_courses: CourseFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    two_courses.publish()
    before = published_rows()[1]
    monkeypatch.setattr("lms.catalogue.source.target_state.RENDERER", "next")
    assert two_courses.publish().counts["module"]["revised"] == 6
    after = published_rows()[1]
    assert [row["segments"] for row in after] == [row["segments"] for row in before]
    assert not {row["digest"] for row in after} & {row["digest"] for row in before}


def test_another_program_parses_everything(
    two_courses: CourseFiles, tmp_path: Path, parsed: Counter[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "cache"
    checked(two_courses, file)
    everything = Counter(parsed)
    parsed.clear()
    code = tmp_path / "code"
    code.mkdir()
    (code / "rendering.py").write_text("changed")
    with monkeypatch.context() as changed:
        changed.setattr("lms.catalogue.source.read._CODE", (code,))
        checked(two_courses, file)
    assert parsed == everything
    parsed.clear()
    monkeypatch.setattr("lms.catalogue.source.parsing.cache._VERSIONS", ("another library",))
    checked(two_courses, file)
    assert parsed == everything
    parsed.clear()
    checked(two_courses, file)
    assert parsed == {}


DAMAGES: list[Callable[[bytes], bytes]] = [
    lambda data: data[:0],
    lambda data: data[:-40],
    lambda data: data.replace(b"who-sits", b"who-site"),
    lambda data: data[-1:] * 9,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_cache_is_not_used(
    two_courses: CourseFiles, tmp_path: Path, parsed: Counter[str], damage: Callable[[bytes], bytes]
) -> None:
    file = tmp_path / "cache"
    found = checked(two_courses, file)
    everything = Counter(parsed)
    parsed.clear()
    file.write_bytes(damage(file.read_bytes()))
    assert checked(two_courses, file) == found
    assert parsed == everything


def test_what_no_file_needs_any_more_is_removed(two_courses: CourseFiles, tmp_path: Path) -> None:
    file = tmp_path / "cache"
    checked(two_courses, file)
    size = file.stat().st_size
    shutil.rmtree(two_courses.modules / "ships")
    checked(two_courses, file)
    assert file.stat().st_size < size


def test_a_cache_that_cannot_be_written_stops_nothing(two_courses: CourseFiles, tmp_path: Path) -> None:
    assert checked(two_courses, tmp_path / "nowhere" / "cache") == checked(two_courses)
