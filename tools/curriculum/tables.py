"""The coverage of the curriculum as tables for a terminal."""

from collections.abc import Iterator, Sequence

from tools.curriculum.bank_statistics import QUESTION_TYPES
from tools.curriculum.coverage import CurriculumCoverage
from tools.curriculum.formulas import FORMULAS


def coverage_lines(coverage: CurriculumCoverage) -> Iterator[str]:
    """Writes the tables of the curriculum, one after the other."""
    for table_of in (
        _considerations,
        _courses,
        _sectors,
        _objectives,
        _red_lines,
        _banks,
        _answer_cues,
        _words_sets_and_ids,
        _formulas,
    ):
        yield from table_of(coverage)
        yield ""


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Writes a table: the first column to the left, the others to the right, each as wide as it needs."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    for row in cells:
        rest = "  ".join(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield f"  {row[0].ljust(widths[0])}  {rest}".rstrip()


def _considerations(coverage: CurriculumCoverage) -> Iterator[str]:
    yield "Considerations and the modules that serve them"
    for number, courses in coverage.considerations.items():
        count = sum(map(len, courses.values()))
        yield f"  {number}  {count:>3} modules: " + "; ".join(
            f"{course} ({', '.join(modules)})" if len(modules) < 3 else f"{course} ({len(modules)} modules)"
            for course, modules in courses.items()
        )


def _courses(coverage: CurriculumCoverage) -> Iterator[str]:
    yield "Courses (fewest and most of a module; sector groups and local rules: in how many modules; grade and words"
    yield "a sentence of the hardest module: Flesch-Kincaid, 1975, at most 6, which is about B1, and at most 14)"
    rows = [
        (
            it.course,
            it.modules,
            it.minutes,
            *(_range(pair) for pair in (it.minutes_each, it.words, it.scenarios, it.checks)),
            it.groups,
            it.local,
            it.pictures,
            f"{it.grade:.1f}",
            f"{it.sentence:.1f}",
        )
        for it in coverage.courses
    ]
    head = (
        "course", "modules", "minutes", "each", "words", "scenarios", "checks", "sector groups", "local rules",
        "pictures", "grade", "words a sentence",
    )  # fmt: skip
    yield from table(head, rows)


def _range(pair: tuple[int, int]) -> str:
    fewest, most = pair
    return str(fewest) if fewest == most else f"{fewest} to {most}"


def _sectors(coverage: CurriculumCoverage) -> Iterator[str]:
    yield "Sectors"
    rows = [
        (slug, count, coverage.questions[slug], len(coverage.briefs[slug])) for slug, count in coverage.groups.items()
    ]
    yield from table(("sector", "blocks in modules", "questions", "briefs"), rows)


def _objectives(coverage: CurriculumCoverage) -> Iterator[str]:
    yield "Objectives and their questions"
    for course, bank in coverage.banks.items():
        counts = ", ".join(f"{objective} {count}" for objective, count in bank.objectives.items())
        yield f"  {course}: {counts}"


def _red_lines(coverage: CurriculumCoverage) -> Iterator[str]:
    yield "Red lines and the red-line questions that state them"
    rows = [
        (rule, len(questions), len({question.partition("/")[0] for question in questions}))
        for rule, questions in coverage.red_lines.items()
    ]
    yield from table(("rule", "questions", "banks"), rows)


def _banks(coverage: CurriculumCoverage) -> Iterator[str]:
    yield "Banks (of: the fewest that are needed)"
    rows = [
        (
            course,
            f"{bank.questions} of {bank.goal}",
            bank.red_lines,
            bank.general_red_lines,
            *bank.types.values(),
            f"{min(bank.sectors.values(), default=0)} of {bank.sector_goal}",
        )
        for course, bank in coverage.banks.items()
    ]
    head = ("bank", "questions", "red lines", "for all sectors", *QUESTION_TYPES, "fewest for a sector")
    yield from table(head, rows)


def _answer_cues(coverage: CurriculumCoverage) -> Iterator[str]:
    yield "Answer cues of the banks (p: against an even spread; below 0.01 is a warning)"
    rows = [
        (
            course,
            bank.cues.choices,
            f"{bank.cues.longest:.0%} of {bank.cues.longest_expected:.0%}",
            f"{bank.cues.longest_p:.3f}",
            "/".join(map(str, bank.cues.positions)),
            f"{bank.cues.position_p:.3f}",
            f"{bank.cues.true:.0%} of {bank.cues.statements}",
            f"{bank.cues.true_p:.3f}",
        )
        for course, bank in coverage.banks.items()
    ]
    head = ("bank", "choices", "longest is right", "p", "right by place", "p", "true statements", "p")
    yield from table(head, rows)


def _words_sets_and_ids(coverage: CurriculumCoverage) -> Iterator[str]:
    yield "Words, sets of statements, feedback and ids of the banks"
    yield "(above chance: percentage points by which who knows only the words of the bank is right more often;"
    yield "named: options that name the focal point, a channel, a call or today)"
    rows = [
        (
            course,
            f"{it.above_chance:+.0f}",
            f"{it.named_right:.0f}%",
            f"{it.named_wrong:.0f}%",
            " ".join(f"{sets}x{true}" for true, sets in it.true.items()),
            it.verdicts_only,
            it.ids_in_order,
        )
        for course, it in coverage.banks.items()
    ]
    head = (
        "bank", "above chance", "right named", "wrong named", "sets x true",
        "feedback without reason", "ids in order",
    )  # fmt: skip
    yield from table(head, rows)


def _formulas(coverage: CurriculumCoverage) -> Iterator[str]:
    yield "Formulas (in brackets: the most that a course may have), and sentences that come back too often"
    head = ("course", *(f"{name} ({limit})" for name, (_pattern, limit) in FORMULAS.items()), "sentences")
    rows = [(course, *it.counts.values(), len(it.repeated)) for course, it in coverage.formulas.items()]
    yield from table(head, rows)
