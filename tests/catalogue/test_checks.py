"""Rules across files: each broken by itself, each found at its place."""

# ruff: noqa: E501 - a problem is one row of its table

from collections.abc import Callable

import pytest

from lms.catalogue.source.checks.run import check_folders
from tests.catalogue.course_files import BANK, BOARD, COURSE, QUAY, SECTORS, CourseFiles

QUAY_MD, BOARD_MD = "modules/boats/01-at-the-quay.md", "modules/boats/02-on-board.md"
COURSE_YML, BANK_YML = "modules/boats/course.yml", "quizzes/boats.yml"


def test_valid_course_files_have_no_problems(course_files: CourseFiles) -> None:
    assert course_files.check() == []


def test_valid_translations_only_warn_of_what_is_not_translated(course_files: CourseFiles) -> None:
    course_files.translate()
    found = course_files.check()
    assert len(found) == 5
    assert all("warning: the question" in line and "is not translated yet" in line for line in found)


def line_of(text: str, words: str) -> int:
    assert words in text, words
    return text[: text.index(words)].count("\n") + 1


# A problem is made by replacing text of a file; ``at`` is a part of the line it is reported at.
Edit = tuple[str, str, str, str, str]


EDITS: list[Edit] = [
    # Unknown keys and missing fields, broken references.
    (COURSE_YML, "edition: 1", "edition: 1\nfoo: 1", "foo: 1", "unknown key “foo”"),
    (QUAY_MD, "minutes: 10", "minute: 10", "minute: 10", "unknown key “minute”"),
    (QUAY_MD, "minutes: 10\n", "", "title:", "“minutes” is missing"),
    (QUAY_MD, "objectives: [together]", "objectives: [apart]", "objectives:", "no objective “apart”"),
    (QUAY_MD, "summary: Who", "sector: wash\nsummary: Who", "sector: wash", "only modules of courses with per_sector"),
    (BANK_YML, "objective: together", "objective: apart", "objective: apart", "no objective “apart”"),
    (BANK_YML, "module: at-the-quay", "module: nowhere", "refresh:", "this course has no module “nowhere”"),
    (BANK_YML, "section: where-you-stand", "section: gone", "refresh:", "“at-the-quay” has no section “gone”"),
    (COURSE_YML, "edition: 1", "edition: 1\nchanges:\n  - {edition: 2, modules: [on-board]}", "  - {edition: 2", "has no edition 2 yet"),
    (COURSE_YML, "edition: 1", "edition: 2\nchanges:\n  - {edition: 2, modules: [ashore]}", "  - {edition: 2", "this course has no module “ashore”"),
    (COURSE_YML, "edition: 1", "edition: 2\nchanges:\n  - {edition: 2, modules: [on-board]}\n  - {edition: 2, modules: [on-board]}", "  - {edition: 2, modules: [on-board]}\nvalidity", "“2” appears twice in changes"),
    (BANK_YML, "sectors: [wash]", "sectors: [wash, farms]", "sectors:", "there is no sector “farms”"),
    (BANK_YML, "course: boats", "course: ships", "course: ships", "“course” must be boats"),
    # Answers.
    (BANK_YML, "correct: true, feedback: Safe.", "feedback: Safe.", "    options:", "no option is right"),
    (BANK_YML, "text: Leave.,", "text: Leave., correct: true,", "    options:", "2 options are right"),
    (BANK_YML, "text: Three.,", "text: Three., correct: true,", "options:\n      - {id: a, text: One", "every option is right"),
    (BANK_YML, "{id: b, text: Two., correct: true,", "{id: b, text: Two.,", "options:\n      - {id: a, text: One", "could be of type single"),
    (BANK_YML, "{id: b, text: Wait.", "{id: a, text: Wait.", "text: Wait.", "“a” appears twice in this question"),
    (BANK_YML, "{id: b, text: Second., true", "{id: a, text: Second., true", "text: Second., true", "“a” appears twice"),
    (BANK_YML, "{id: c, text: Third.}", "{id: b, text: Third.}", "text: Third.", "“b” appears twice"),
    (BANK_YML, "right: Four", "right: Two", "right: Two, feedback: Yes.}\n  - id: boat-story", "“Two” appears twice"),
    (BANK_YML, "next: later", "next: never", "next: never", "there is no node “never”"),
    (BANK_YML, ", next: later", "", "later:", "nothing leads to the node “later”"),
    (BANK_YML, "start:", "begin:", "nodes:", "begins at the node “start”"),
    (BANK_YML, "text: Go., correct: true, feedback: Yes.}", "text: Go., feedback: Yes.}", "later:", "no option of the node “later”"),
    (BANK_YML, "text: Stay., feedback: No.}\n", "text: Stay., feedback: No., next: start}\n", "start:", "leads back to itself"),
    (BANK_YML, "id: boat-many", "id: boat-full", "id: boat-full\n    objective: together\n    type: multiple", "“boat-full” is used in line 3"),
    (BANK_YML, "stem: In which order?", "red_line: true\n    stem: In which order?", "text: First.}", "a red-line question gives feedback"),
    (BANK_YML, "correct: true, feedback: Safe.", "correct: true", "text: Wait.", "“feedback” is missing"),
    (BANK_YML, "red_line: true", "red_line: false", "questions:", "at least 2 red-line questions; there are 1"),
    (COURSE_YML, "draw: 3", "draw: 9", "draw: 9", "an attempt has 9 questions, but the bank has 6"),
    (COURSE_YML, "draw: 3", "draw: 1", "draw: 1", "at least 2, for the red-line questions"),
    # Course.
    (COURSE_YML, "considerations: [1]", "considerations: [1, 1]", "considerations", "“1” appears twice"),
    (COURSE_YML, "together}", "together}\n  - {id: together, text: Again}", "text: Again", "“together” appears twice"),
    (COURSE_YML, "together}", "together}\n  - {id: other, text: Again}", "text: Again", "no module serves the objective “other”"),
    (COURSE_YML, "together}", "together}\n  - {id: other, text: Again}", "text: Again", "“other” has 0 questions"),
    (COURSE_YML, "languages: [en]", "languages: [en, fr]", "languages", "“at-the-quay” is not translated into fr yet"),
    ("modules/sectors.yml", "slug: health", "slug: wash", "slug: wash\n    names: {en: Health}", "the sector “wash” appears twice"),
    ("modules/sectors.yml", "{en: Health}", "{fr: Santé}", "{fr: Santé}", "“names” must have a text for en"),
    # Text of a template, also with a mark left over.
    (COURSE_YML, "summary: Keep", "summary: ⟦Keep", "summary: ⟦", "this is still the text of a template: “⟦Keep families together.”; write your own words in its place, without ⟦ and ⟧"),
    (COURSE_YML, "Keep families together.", "⟦One sentence.⟧ Of ours.", "summary: ⟦", "of a template: “⟦One sentence.⟧”"),
    (QUAY_MD, "summary: Who goes first.", "summary: Who goes first.⟧", "summary: Who", "of a template: “⟧”"),
    (QUAY_MD, "At the tap.", "⟦Write what to do.⟧", "⟦Write what", "of a template: “⟦Write what to do.⟧”"),
    (QUAY_MD, "[x] Stop", "[x] ⟦Stop", "[x] ⟦Stop", "of a template: “⟦Stop"),
    (BANK_YML, "stem: In which order?", "stem: ⟦In which order?⟧", "stem: ⟦In", "of a template: “⟦In which order?⟧”"),
    (BANK_YML, "text: Wait.", 'text: "⟦Wait.⟧"', "⟦Wait", "of a template: “⟦Wait.⟧”"),
    ("modules/sectors.yml", "{en: Health}", '{en: "⟦Health⟧"}', "⟦Health", "of a template: “⟦Health⟧”"),
    # Module texts.
    (QUAY_MD, "/// sector | health", "/// sector | wealth", "/// sector | wealth", "there is no sector “wealth”"),
    (QUAY_MD, "/// sector | health", "/// sector | wealth", "/// sector | wash", "has no block for health"),
    (QUAY_MD, "/// sector | health", "/// sector | wash", "/// sector | wash\nIn the", "two blocks for “wash”"),
    (QUAY_MD, "At the tap.\n///", "At the tap.\n///\n\nText between.", "/// sector | wash", "has no block for health"),
    (QUAY_MD, "/// sector | wash", "/// sectro | wash", "/// sectro", "there is no block “sectro”"),
    (QUAY_MD, "- [ ] Go on. | No.\n///", "- [ ] Go on. | No.", "/// check", "the block “check” is never closed"),
    (QUAY_MD, "[x] Stop", "[ ] Stop", "/// check", "no answer of this check is right"),
    (QUAY_MD, "(/help-now)", "(/help-me)", "/help-me", "dead link /help-me"),
    (QUAY_MD, "/courses/boats/on-board#", "/courses/ships/on-board#", "/courses/ships", "there is no course “ships”"),
    (QUAY_MD, "/on-board#who", "/on-bord#who", "/on-bord", "“boats” has no module “on-bord”"),
    (QUAY_MD, "#who-sits-where", "#who-stands", "#who-stands", "“on-board” has no section “who-stands”"),
    (BOARD_MD, "(#who-sits-where)", "(#nowhere)", "#nowhere", "this module has no section “nowhere”"),
    (BOARD_MD, "(#who-sits-where)", "(javascript:x)", "javascript:", "a link cannot lead to"),
    (BOARD_MD, "(#who-sits-where)", "(/courses/boats/quiz/x)", "quiz/x", "there is no page /courses/boats/quiz/x"),
    (BOARD_MD, "![A boat with two seats]", "![]", "![]", "no alternative text"),
    (BOARD_MD, "img/boat.png", "img/ship.png", "ship.png", "there is no picture modules/boats/img/ship.png"),
    (BOARD_MD, "See [above]", "<script>alert(1)</script> [above]", "<script>", "HTML is not allowed"),
    (BOARD_MD, "## Who sits where\n\nSee [above](#who-sits-where).", "Text.", "---", "a module has at least one section"),
    (BOARD_MD, "---\ntitle", "title", "title", "begins with its front matter"),
    (BOARD_MD, "See ", ("It is. " * 300 + "\n\n") * 2, "---", "running words on the page"),
    (BOARD_MD, "See ", "x" * 5_000, "xxxxx", "this paragraph is longer than 4000 characters"),
]  # fmt: skip


@pytest.mark.parametrize("edit", EDITS, ids=[edit[4][:60] for edit in EDITS])
def test_a_problem_is_reported_at_its_line(course_files: CourseFiles, edit: Edit) -> None:
    path, old, new, at, words = edit
    if words.startswith("no option of the node"):
        # Both nodes have the same text; the last is meant.
        head, _, tail = course_files.read(path).rpartition(old)
        course_files.write(path, head + new + tail)
    else:
        course_files.edit(path, old, new)
    start = f"{path}:{line_of(course_files.read(path), at)}: "
    found = course_files.check()
    assert [line for line in found if line.startswith(start) and words in line], (start, found)


@pytest.mark.parametrize("own", [
    "Write what is right.", "One sentence on what this course is for.", "Say [when] and [[where]].", "[[1]](/glossary)",
    "A {name} and a {{gap}}.", "【重要】", "« Arrêtez »", "a ⟨b⟩ c", "「止まれ」", "TODO is a word.", "/ / /", "(⟶)",
])  # fmt: skip
def test_authors_own_words_and_brackets_are_no_template(course_files: CourseFiles, own: str) -> None:
    course_files.edit(QUAY_MD, "At the tap.", own)
    course_files.edit(COURSE_YML, "summary: Keep families together.", f'summary: "{own}"')
    assert course_files.check() == []


def test_warnings_are_marked(course_files: CourseFiles) -> None:
    course_files.edit(COURSE_YML, "together}", "together}\n  - {id: other, text: Again}")
    assert all(": warning: " in line for line in course_files.check())


Break = Callable[[CourseFiles], None]

MOVES: list[tuple[str, Break, str]] = [
    ("no bank", lambda s: s.remove(BANK_YML), f"{COURSE_YML}:1: there is no question bank quizzes/boats.yml"),
    ("bank of nothing", lambda s: s.write("quizzes/ships.yml", BANK), "quizzes/ships.yml:1: warning: there is no course “ships”"),
    ("no course.yml", lambda s: s.remove(COURSE_YML), f"{COURSE_YML}:1: this file is missing or cannot be read"),
    ("no sectors", lambda s: s.remove("modules/sectors.yml"), "modules/sectors.yml:1: this file is missing"),
    ("no modules", lambda s: [s.remove(path) for path in (QUAY_MD, BOARD_MD)] and None, f"{COURSE_YML}:1: this course has no module"),
    ("reserved module", lambda s: s.move(BOARD_MD, "modules/boats/02-quiz.md"), "modules/boats/02-quiz.md:1: a module cannot be named “quiz”"),
    ("reserved module", lambda s: s.move(BOARD_MD, "modules/boats/02-complete.md"), "modules/boats/02-complete.md:1: a module cannot"),
    ("reserved course", lambda s: s.write("modules/about/course.yml", COURSE), "modules/about:1: a course cannot be named “about”"),
    ("name of a course", lambda s: s.write("modules/Big Boats/course.yml", COURSE), "modules/Big Boats:1: a course's folder"),
    ("same code", lambda s: s.write("modules/ships/course.yml", COURSE), "modules/ships/course.yml:3: the code CP-BOAT is already that of boats"),
    ("twice", lambda s: s.write("modules/boats/03-on-board.md", BOARD), "modules/boats/03-on-board.md:1: the module “on-board” appears twice"),
    ("same number", lambda s: s.write("modules/boats/02-other.md", BOARD), "modules/boats/02-other.md:1: number 02 is already that of 02-on-board.md"),
    ("no number", lambda s: s.move(BOARD_MD, "modules/boats/on-board.md"), "modules/boats/on-board.md:1: a module's file is named"),
    ("stray file", lambda s: s.write("modules/boats/notes.txt", "x"), "modules/boats/notes.txt:1: warning: only course.yml"),
    ("stray picture", lambda s: s.write("modules/boats/img/a.exe", "x"), "modules/boats/img/a.exe:1: warning: a picture's name"),
    ("encoding", lambda s: s.write(QUAY_MD, QUAY.replace("Text", "Té\nT").encode("latin-1")), f"{QUAY_MD}:9: this file is not UTF-8"),
    ("zero byte", lambda s: s.write(QUAY_MD, QUAY.replace("Text", "T\x00")), f"{QUAY_MD}:9: this file contains a zero byte"),
    ("five megabytes", lambda s: s.write(QUAY_MD, QUAY + "word " * 1_000_000), f"{QUAY_MD}:1: this file is larger than 200 kB"),
    ("glossary", lambda s: s.write("modules/glossary.yml", "terms:\n- {slug: a, term: {en: A}, definition: {en: b}}\n- {slug: a, term: {en: B}, definition: {en: b}}\n"), "modules/glossary.yml:3: the term “a” appears twice"),
    ("bad yaml", lambda s: s.write(BANK_YML, "course: boats\nquestions: [\n"), f"{BANK_YML}:2: the bracket `[` is never closed"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "act", "start"), MOVES, ids=[f"{name} {number}" for number, (name, _a, _s) in enumerate(MOVES)]
)
def test_a_problem_of_the_folders_is_reported(course_files: CourseFiles, name: str, act: Break, start: str) -> None:
    act(course_files)
    found = course_files.check()
    assert [line for line in found if line.startswith(start)], found


PER_SECTOR = COURSE.replace("languages:", "per_sector: true\nlanguages:").replace("draw: 3", "draw: 2")


def test_a_course_per_sector_needs_sectors_in_modules_and_questions(course_files: CourseFiles) -> None:
    course_files.write(COURSE_YML, PER_SECTOR)
    found = course_files.check()
    assert f"{QUAY_MD}:1: in a course with per_sector: true every module names its sector" in found
    assert f"{BANK_YML}:3: in a course with per_sector: true every question names its sectors" in found


def test_a_course_per_sector_needs_enough_questions_for_each_sector(course_files: CourseFiles) -> None:
    course_files.write(COURSE_YML, PER_SECTOR)
    course_files.edit(QUAY_MD, "summary:", "sector: wash\nsummary:")
    course_files.edit(BOARD_MD, "summary:", "sector: health\nsummary:")
    both = BANK.replace("    type:", "    sectors: [wash, health]\n    type:").replace("    sectors: [wash]\n", "")
    course_files.write(BANK_YML, both)
    assert course_files.check() == []
    course_files.write(BANK_YML, both.replace("sectors: [wash, health]", "sectors: [wash]"))
    line = line_of(PER_SECTOR, "pass:")
    assert course_files.check() == [
        f"{COURSE_YML}:{line}: draw: an attempt has 2 questions, but the bank has 0 for the sector “health”",
        f"{BANK_YML}:2: an attempt has at least 2 red-line questions; there are 0 for the sector “health”",
    ]
    course_files.edit(BOARD_MD, "sector: health", "sector: farms")
    assert f"{BOARD_MD}:5: there is no sector “farms”" in course_files.check()


FR_MD, FR_YML = "modules/boats/01-at-the-quay.fr.md", "quizzes/boats.fr.yml"

TRANSLATIONS: list[Edit] = [
    (
        FR_MD,
        "/// sector | health",
        "/// note",
        "/// note",
        "the original has the block “sector health” here, not “note”",
    ),
    (FR_MD, "- [x] Stop", "- [ ] Stop", "/// check", "no answer of this check is right"),
    (FR_MD, "- [ ] Go", "- [x] Go", "/// check", "the original has the block “check x-” here, not “check xx”"),
    (FR_MD, "/// check", "/// note\nx\n///\n\n/// check", "/// note", "the original has the block “check x-” here"),
    (FR_MD, "## Where", "### Where", "---", "the original has 1 sections (##), this translation 0"),
    (FR_MD, "(/help-now)", "(/help-me)", "/help-me", "dead link /help-me"),
    (FR_MD, "title: Titre", "minutes: 3\ntitle: Titre", "minutes", "unknown key “minutes”"),
    (FR_YML, "id: boat-full", "id: boat-empty", "boat-empty", "the bank has no question “boat-empty”"),
    (FR_YML, "{id: b, text: Attendre.", "{id: c, text: Attendre.", "options", "the original's options are a, b"),
    (FR_YML, "    stem:", "    correct: a\n    stem:", "correct", "unknown key “correct”"),
    (
        COURSE_YML,
        "languages: [en, fr]",
        "languages: [en, ar]",
        "languages",
        "“at-the-quay” is not translated into ar yet",
    ),
]


@pytest.mark.parametrize("edit", TRANSLATIONS, ids=[edit[4][:60] for edit in TRANSLATIONS])
def test_a_problem_of_a_translation_is_reported(course_files: CourseFiles, edit: Edit) -> None:
    path, old, new, at, words = edit
    course_files.translate()
    course_files.edit(path, old, new)
    start = f"{path}:{line_of(course_files.read(path), at)}: "
    found = course_files.check()
    assert [line for line in found if line.startswith(start) and words in line], (start, found)


def test_an_outdated_translation_is_a_warning_with_the_new_reference(course_files: CourseFiles) -> None:
    course_files.translate()
    course_files.edit(QUAY_MD, "Text with", "New text with")
    course_files.edit(BANK_YML, "text: Leave.", "text: Go away.")
    found = course_files.check()
    start = f"{FR_MD}:4: warning: older than its original, which is now {course_files.reference(QUAY_MD)}"
    assert [line for line in found if line.startswith(start)], found
    start = f"{FR_YML}:4: warning: older than its original, which is now {course_files.question_reference('boat-full')}"
    assert [line for line in found if line.startswith(start)], found


def test_translations_without_original_or_declared_language_are_reported(course_files: CourseFiles) -> None:
    course_files.translate()
    course_files.move(FR_MD, "modules/boats/01-at-the-key.fr.md")
    course_files.write("modules/boats/02-on-board.en.md", course_files.read("modules/boats/02-on-board.fr.md"))
    course_files.write("modules/boats/02-on-board.ar.md", course_files.read("modules/boats/02-on-board.fr.md"))
    course_files.write("modules/boats/03-on-board.fr.md", course_files.read("modules/boats/02-on-board.fr.md"))
    found = course_files.check()
    for line in (
        "modules/boats/01-at-the-key.fr.md:1: there is no original for “at-the-key”",
        "modules/boats/02-on-board.en.md:1: en is the language of the original; its file has no language in its name",
        "modules/boats/02-on-board.ar.md:1: course.yml does not list the language ar",
        "modules/boats/03-on-board.fr.md:1: this translation appears twice, also as 02-on-board.fr.md",
        "modules/boats/03-on-board.fr.md:1: the original has the number 02, this file 03",
    ):
        assert line in found, (line, found)


def test_an_invalid_file_does_not_hide_problems_of_others(course_files: CourseFiles) -> None:
    """Everything at once: the unknown key in course.yml does not keep the rest from being checked."""
    course_files.edit(COURSE_YML, "edition: 1", "edition: 1\nfoo: 1")
    course_files.edit(QUAY_MD, "objectives: [together]", "objectives: [apart]")
    course_files.edit(BOARD_MD, "#who-sits-where", "#nowhere")
    course_files.edit(BANK_YML, "correct: true, feedback: Safe.", "feedback: Safe.")
    course_files.edit(BANK_YML, "text: Second., true: no", "text: Second., true: maybe")
    course_files.write("modules/sectors.yml", SECTORS.replace("core: true", "core: certainly"))
    starts = [f"{COURSE_YML}:5", f"{QUAY_MD}:4", f"{BOARD_MD}:9", f"{BANK_YML}:8", f"{BANK_YML}:28"]
    found = course_files.check()
    for start in [*starts, "modules/sectors.yml:14"]:
        assert [line for line in found if line.startswith(start)], (start, found)


def test_problems_are_sorted_and_unique(course_files: CourseFiles) -> None:
    course_files.edit(QUAY_MD, "(/help-now)", "(/help-me)")
    course_files.edit(BOARD_MD, "(#who-sits-where)", "(#nowhere)")
    problems = check_folders(course_files.modules, course_files.quizzes)[1]
    assert problems == sorted(set(problems))
    assert len(problems) == 2


def test_missing_folders_are_reported_and_nothing_else(course_files: CourseFiles) -> None:
    found = check_folders(course_files.root / "nowhere", course_files.root / "nothing")[1]
    assert {problem.path for problem in found} == {"modules", "modules/sectors.yml", "quizzes"}


def test_shared_files_are_checked(course_files: CourseFiles) -> None:
    course_files.write(
        "modules/glossary.yml",
        "terms:\n"
        "  - {slug: ferry, term: {en: ferry, fr: bac}, definition: {en: A boat.}}\n"
        "  - {slug: boat, term: {en: Ferry}, forms: [quay], definition: {en: A boat.}, certainty: V}\n"
        "  - {slug: quay, term: {en: quay}, definition: {en: A wall.}, certainty: X}\n",
    )
    assert any("glossary.yml:4: “certainty”" in line or "glossary.yml:4: " in line for line in course_files.check())
    course_files.edit("modules/glossary.yml", ", certainty: X", "")
    found = [line for line in course_files.check() if "glossary" in line]
    assert found == [
        "modules/glossary.yml:3: the form “quay” appears twice",
        "modules/glossary.yml:2: warning: the certainty (V, G or C) of “ferry” is missing for fr",
        "modules/glossary.yml:3: warning: the en word “ferry” appears twice",
    ]
    course_files.edit("modules/boats/01-at-the-quay.md", "(/help-now)", "(/glossary#mast)")
    assert any("dead link /glossary#mast: the glossary has no term “mast”" in line for line in course_files.check())
