"""Rules for question banks."""

from collections.abc import Callable, Iterator, Sequence

from lms.catalogue.source.check_modules import sector_slugs
from lms.catalogue.source.problems import Problem, error, warning
from lms.catalogue.source.questions import (
    Branching,
    Matching,
    Multiple,
    Ordering,
    Question,
    Single,
    Statements,
)
from lms.catalogue.source.texts import BankText, Catalogue, CourseText

FEWEST_RED_LINES = 2
"""Red-line questions in every draw."""

FEWEST_QUESTIONS = 3
"""Questions for each objective, below which a draw repeats itself."""

Line = Callable[..., int]


def check_bank(course: CourseText, catalogue: Catalogue) -> Iterator[Problem]:
    """Checks the bank of a course in its original language."""
    text = course.bank
    if text is None:
        yield error(course.course_path, 1, f"there is no question bank quizzes/{course.slug}.yml")
        return
    seen: dict[str, int] = {}
    for number, question in text.questions:
        place = ("questions", number)
        line = text.yaml.line(*place, "id")
        if question.id in seen:
            yield error(text.file.path, line, f"the id “{question.id}” is taken by line {seen[question.id]}")
        seen.setdefault(question.id, line)
        yield from _references(question, number, text, course, catalogue)
        yield from _answers(question, number, text)
    if text.is_whole:
        yield from _enough(text, course)


def _references(
    question: Question, number: int, text: BankText, course: CourseText, catalogue: Catalogue
) -> Iterator[Problem]:
    """Checks that objective, sectors and the place to read again are there."""
    path, place = text.file.path, ("questions", number)
    if course.objectives is not None and question.objective not in course.objectives:
        line = text.yaml.line(*place, "objective")
        yield error(path, line, f"course.yml has no objective “{question.objective}”")
    known = sector_slugs(catalogue)
    for position, sector in enumerate(question.sectors):
        if known and sector not in known:
            line = text.yaml.line(*place, "sectors", position)
            yield error(path, line, f"there is no sector “{sector}”")
    if course.form and course.form.per_sector and not question.sectors:
        line = text.yaml.line(*place, "id")
        yield error(path, line, "in a course with per_sector: true every question names its sectors")
    refresh = question.refresh
    if refresh is None:
        return
    module = course.module(refresh.module)
    if module is None:
        line = text.yaml.line(*place, "refresh", "module")
        yield error(path, line, f"refresh: this course has no module “{refresh.module}”")
    elif refresh.section and module.rendered.sections:
        ids = [section["id"] for section in module.rendered.sections]
        if refresh.section not in ids:
            line = text.yaml.line(*place, "refresh", "section")
            yield error(path, line, f"refresh: “{refresh.module}” has no section “{refresh.section}”")


def _answers(question: Question, number: int, text: BankText) -> Iterator[Problem]:
    """Checks the answers of a question by its kind."""
    path = text.file.path

    def line(*rest: str | int) -> int:
        return text.yaml.line("questions", number, *rest)

    match question:
        case Single() | Multiple():
            yield from _once([option.id for option in question.options], path, "options", line)
            yield from _right(question, path, line)
        case Ordering():
            yield from _once([step.id for step in question.options], path, "options", line)
        case Statements():
            yield from _once([item.id for item in question.statements], path, "statements", line)
        case Matching():
            ids = [pair.id or str(position) for position, pair in enumerate(question.pairs, start=1)]
            yield from _once(ids, path, "pairs", line)
            yield from _once([pair.left for pair in question.pairs], path, "pairs", line)
            yield from _once([pair.right for pair in question.pairs], path, "pairs", line)
        case Branching():
            yield from _story(question, path, line)
    if question.red_line and isinstance(question, Ordering | Matching):
        part = "options" if isinstance(question, Ordering) else "pairs"
        items = question.options if isinstance(question, Ordering) else question.pairs
        for position, feedback in enumerate([item.feedback for item in items]):
            if not feedback:
                yield error(path, line(part, position), "a red-line question gives feedback for every part")


def _once(names: Sequence[str], path: str, part: str, line: Line) -> Iterator[Problem]:
    """Checks that nothing is there twice."""
    seen: set[str] = set()
    for position, name in enumerate(names):
        if name in seen:
            yield error(path, line(part, position), f"“{name}” is there twice in this question")
        seen.add(name)


def _right(question: Single | Multiple, path: str, line: Line) -> Iterator[Problem]:
    """Checks how many options are right."""
    right = sum(option.correct for option in question.options)
    if right == 0:
        yield error(path, line("options"), "no option is right; mark one with correct: true")
    elif isinstance(question, Single) and right > 1:
        yield error(path, line("options"), f"{right} options are right; a question of type single has one")
    elif isinstance(question, Multiple) and right == len(question.options):
        yield error(path, line("options"), "every option is right; a question needs a wrong one")
    elif isinstance(question, Multiple) and right == 1:
        yield warning(path, line("options"), "only one option is right; this could be of type single")


def _story(question: Branching, path: str, line: Line) -> Iterator[Problem]:
    """Checks that a story begins, leads only to what is there, ends, and has a right choice at every moment."""
    nodes = question.nodes
    if "start" not in nodes:
        yield error(path, line("nodes"), "a story begins at the node “start”")
    for name, node in nodes.items():
        seen: set[str] = set()
        for position, option in enumerate(node.options):
            place = line("nodes", name, "options", position)
            if option.next and option.next not in nodes:
                yield error(path, place, f"there is no node “{option.next}”")
            if option.id in seen:
                yield error(path, place, f"“{option.id}” is there twice in this node")
            seen.add(option.id)
        if not any(option.correct for option in node.options):
            yield error(path, line("nodes", name), f"no option of the node “{name}” is right")
    reached: set[str] = set()
    waiting = ["start"]
    while waiting:
        name = waiting.pop()
        if name in nodes and name not in reached:
            reached.add(name)
            waiting += [option.next for option in nodes[name].options if option.next]
    for name in nodes:
        if "start" in nodes and name not in reached:
            yield error(path, line("nodes", name), f"nothing leads to the node “{name}”")
        elif _returns(name, question):
            yield error(
                path, line("nodes", name), f"the node “{name}” leads back to itself; a story must end"
            )


def _returns(name: str, question: Branching) -> bool:
    """Says whether a node can be reached from itself."""
    seen: set[str] = set()
    waiting = [option.next for option in question.nodes[name].options if option.next]
    while waiting:
        step = waiting.pop()
        if step == name:
            return True
        if step in question.nodes and step not in seen:
            seen.add(step)
            waiting += [option.next for option in question.nodes[step].options if option.next]
    return False


def _enough(text: BankText, course: CourseText) -> Iterator[Problem]:
    """Checks that a draw can be made: enough questions, enough red lines, enough for each objective."""
    if course.form is None:
        return
    draw_line, path = course.yaml.line("pass", "draw"), course.course_path
    draw, questions = course.form.passing.draw, [question for _number, question in text.questions]
    groups: list[tuple[str, list[Question]]] = [("", questions)]
    if course.form.per_sector:
        sectors = sorted(
            {module.front.sector for module in course.modules if module.front and module.front.sector}
        )
        groups = [
            (
                f" for the sector “{sector}”",
                [question for question in questions if sector in question.sectors],
            )
            for sector in sectors
        ]
    for whom, group in groups:
        if draw > len(group):
            sentence = f"draw: {draw} questions are drawn, but the bank has {len(group)}{whom}"
            yield error(path, draw_line, sentence)
        red_lines = sum(question.red_line for question in group)
        if red_lines < FEWEST_RED_LINES:
            sentence = (
                f"a draw holds at least {FEWEST_RED_LINES} red-line questions; there are {red_lines}{whom}"
            )
            yield error(text.file.path, text.yaml.line("questions"), sentence)
    if draw < FEWEST_RED_LINES:
        yield error(path, draw_line, f"draw: at least {FEWEST_RED_LINES}, for the red-line questions")
    for number, objective in enumerate(course.form.objectives):
        count = sum(question.objective == objective.id for question in questions)
        if count < FEWEST_QUESTIONS:
            line = course.yaml.line("objectives", number)
            sentence = (
                f"the objective “{objective.id}” has {count} questions; {FEWEST_QUESTIONS} or more are better"
            )
            yield warning(path, line, sentence)
