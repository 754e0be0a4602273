"""The coverage of the curriculum as lines of text for a terminal."""

from collections.abc import Iterator, Sequence

from lms.catalogue.source.coverage import BankFigures, Coverage


def coverage_lines(coverage: Coverage) -> Iterator[str]:
    """Writes the tables of the curriculum, one after the other."""
    yield from _considerations(coverage)
    yield from _courses(coverage)
    yield from _sectors(coverage)
    yield from _objectives(coverage)
    yield from _red_lines(coverage)
    yield from _banks(coverage)
    yield from _tells(coverage)
    yield ""
    if coverage.missing:
        yield f"Missing ({len(coverage.missing)}):"
        yield from (f"  {problem}" for problem in coverage.missing)
    else:
        yield "complete"


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    """Writes a table: the first column to the left, the others to the right, each as wide as it needs."""
    cells = [[str(cell) for cell in row] for row in (head, *rows)]
    widths = [max(len(row[at]) for row in cells) for at in range(len(head))]
    for row in cells:
        rest = "  ".join(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield f"  {row[0].ljust(widths[0])}  {rest}".rstrip()


def _considerations(coverage: Coverage) -> Iterator[str]:
    yield "Considerations and the modules that serve them"
    for number, courses in coverage.considerations.items():
        count = sum(map(len, courses.values()))
        yield f"  {number}  {count:>3} modules: " + "; ".join(
            f"{course} ({', '.join(modules)})" if len(modules) < 3 else f"{course} ({len(modules)} modules)"
            for course, modules in courses.items()
        )


def _courses(coverage: Coverage) -> Iterator[str]:
    yield ""
    yield "Courses (fewest and most of a module; groups, local rules: in how many modules; grade and words a sentence"
    yield "of the hardest module: Flesch-Kincaid, 1975, at most 6, which is about B1, and at most 14)"
    rows = [
        (
            it.course,
            it.modules,
            it.minutes,
            *(_span(pair) for pair in (it.minutes_each, it.words, it.scenarios, it.checks)),
            it.groups,
            it.local,
            it.pictures,
            f"{it.grade:.1f}",
            f"{it.sentence:.1f}",
        )
        for it in coverage.portions
    ]
    head = (
        "course", "modules", "minutes", "each", "words", "scenarios", "checks", "sector groups", "local rules",
        "pictures", "grade", "words a sentence",
    )  # fmt: skip
    yield from table(head, rows)


def _span(pair: tuple[int, int]) -> str:
    fewest, most = pair
    return str(fewest) if fewest == most else f"{fewest} to {most}"


def _sectors(coverage: Coverage) -> Iterator[str]:
    yield ""
    yield "Sectors"
    rows = [
        (slug, count, coverage.questions[slug], len(coverage.briefs[slug]))
        for slug, count in coverage.groups.items()
    ]
    yield from table(("sector", "blocks in modules", "questions", "briefs"), rows)


def _objectives(coverage: Coverage) -> Iterator[str]:
    yield ""
    yield "Objectives and their questions"
    for bank in coverage.banks:
        counts = ", ".join(f"{objective} {count}" for objective, count in bank.objectives.items())
        yield f"  {bank.course}: {counts}"


def _red_lines(coverage: Coverage) -> Iterator[str]:
    yield ""
    yield "Red lines and the red-line questions that state them"
    rows = []
    for rule, questions in coverage.red_lines.items():
        courses = sorted({question.partition("/")[0] for question in questions})
        rows.append((rule, len(questions), len(courses)))
    yield from table(("rule", "questions", "banks"), rows)


def _banks(coverage: Coverage) -> Iterator[str]:
    yield ""
    yield "Banks"
    kinds = list(coverage.banks[0].kinds) if coverage.banks else []
    rows = [
        (bank.course, bank.questions, bank.red_lines, *bank.kinds.values(), _fewest(bank))
        for bank in coverage.banks
    ]
    yield from table(("bank", "questions", "red lines", *kinds, "fewest for a sector"), rows)


def _fewest(bank: BankFigures) -> str:
    return str(min(bank.sectors.values(), default=0))


def _tells(coverage: Coverage) -> Iterator[str]:
    yield ""
    yield "What the banks give away (p: how often chance alone leans so far; below 0.01 is a warning)"
    rows = []
    for bank in coverage.banks:
        it = bank.tells
        places = "/".join(map(str, it.positions))
        rows.append(
            (
                bank.course,
                it.choices,
                f"{it.longest:.0%} of {it.longest_hoped:.0%}",
                f"{it.longest_p:.3f}",
                places,
                f"{it.position_p:.3f}",
                f"{it.true:.0%} of {it.statements}",
                f"{it.true_p:.3f}",
            )
        )
    head = ("bank", "choices", "longest is right", "p", "right by place", "p", "true statements", "p")
    yield from table(head, rows)
