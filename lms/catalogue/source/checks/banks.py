"""Checks of question banks."""

from collections.abc import Callable, Iterator, Sequence

from lms.catalogue.source.checks.repeated import repeated
from lms.catalogue.source.parsing.parsed import ParsedBank, ParsedCourse, ParsedSources
from lms.catalogue.source.problems import Problem, error, warning
from lms.catalogue.source.schemas.banks import (
    AnyQuestion,
    MatchingQuestion,
    MultipleChoice,
    OrderingQuestion,
    SingleChoice,
    StatementsQuestion,
    StoryQuestion,
)
from lms.kernel.i18n import gettext as _

MIN_RED_LINES = 2
"""Red-line questions in every attempt."""

MIN_QUESTIONS = 3
"""Questions for each objective, below which attempts repeat themselves."""

LineOf = Callable[..., int]


def check_bank(course: ParsedCourse, sources: ParsedSources) -> Iterator[Problem]:
    """Checks the bank of a course in its original language."""
    bank = course.bank
    if bank is None:
        yield error(course.course_path, 1, _("there is no question bank quizzes/%(course)s.yml", course=course.slug))
        return
    path = bank.file.path
    seen: dict[str, int] = {}
    for number, question in bank.questions.items():

        def line(*rest: str | int, number: int = number) -> int:
            return bank.yaml.line("questions", number, *rest)

        first = seen.setdefault(question.id, number)
        if first != number:
            used = bank.yaml.line("questions", first, "id")
            yield error(path, line("id"), _("the id “%(id)s” is used in line %(line)s", id=question.id, line=used))
        yield from _references(question, path, line, course, sources)
        yield from _answers(question, path, line)
    if bank.is_whole and course.manifest:
        yield from _enough(bank, course)


def _references(
    question: AnyQuestion, path: str, line: LineOf, course: ParsedCourse, sources: ParsedSources
) -> Iterator[Problem]:
    """Checks that objective, sectors and the place to read again exist."""
    if course.objectives is not None and question.objective not in course.objectives:
        message = _("course.yml has no objective “%(objective)s”", objective=question.objective)
        yield error(path, line("objective"), message)
    known = sources.sector_slugs
    for position, sector in enumerate(question.sectors):
        if known and sector not in known:
            yield error(path, line("sectors", position), _("there is no sector “%(sector)s”", sector=sector))
    if course.manifest and course.manifest.per_sector and not question.sectors:
        yield error(path, line("id"), _("in a course with per_sector: true every question names its sectors"))
    refresh = question.refresh
    if refresh is None:
        return
    module = course.module(refresh.module)
    if module is None:
        message = _("refresh: this course has no module “%(module)s”", module=refresh.module)
        yield error(path, line("refresh", "module"), message)
        return
    sections = [section["id"] for section in module.rendered.sections]
    if refresh.section and sections and refresh.section not in sections:
        message = _(
            "refresh: “%(module)s” has no section “%(section)s”", module=refresh.module, section=refresh.section
        )
        yield error(path, line("refresh", "section"), message)


def _answers(question: AnyQuestion, path: str, line: LineOf) -> Iterator[Problem]:
    match question:
        case SingleChoice() | MultipleChoice():
            yield from _twice([option.id for option in question.options], path, "options", line)
            yield from _right_options(question, path, line)
        case OrderingQuestion():
            yield from _twice([item.id for item in question.options], path, "options", line)
            yield from _red_line_feedback(question, [it.feedback for it in question.options], path, "options", line)
        case StatementsQuestion():
            yield from _twice([item.id for item in question.statements], path, "statements", line)
        case MatchingQuestion():
            ids = [pair.id or str(position) for position, pair in enumerate(question.pairs, start=1)]
            for names in (ids, [pair.left for pair in question.pairs], [pair.right for pair in question.pairs]):
                yield from _twice(names, path, "pairs", line)
            yield from _red_line_feedback(question, [it.feedback for it in question.pairs], path, "pairs", line)
        case StoryQuestion():
            yield from _story(question, path, line)


def _red_line_feedback(
    question: AnyQuestion, feedback: Sequence[str | None], path: str, part: str, line: LineOf
) -> Iterator[Problem]:
    for position, text in enumerate(feedback):
        if question.red_line and not text:
            yield error(path, line(part, position), _("a red-line question gives feedback for every part"))


def _twice(names: Sequence[str], path: str, part: str, line: LineOf) -> Iterator[Problem]:
    for position, name in repeated(names):
        yield error(path, line(part, position), _("“%(name)s” appears twice in this question", name=name))


def _right_options(question: SingleChoice | MultipleChoice, path: str, line: LineOf) -> Iterator[Problem]:
    right = sum(option.correct for option in question.options)
    if right == 0:
        yield error(path, line("options"), _("no option is right"), _("mark one with correct: true"))
    elif isinstance(question, SingleChoice) and right > 1:
        message = _("%(count)s options are right; a question of type single has one", count=right)
        yield error(path, line("options"), message)
    elif isinstance(question, MultipleChoice) and right == len(question.options):
        yield error(path, line("options"), _("every option is right; a question needs a wrong one"))
    elif isinstance(question, MultipleChoice) and right == 1:
        yield warning(path, line("options"), _("only one option is right; this could be of type single"))


def _story(question: StoryQuestion, path: str, line: LineOf) -> Iterator[Problem]:
    """Checks that a story begins, ends, leads only to its nodes, and has a right choice at every node."""
    nodes = question.nodes
    if "start" not in nodes:
        yield error(path, line("nodes"), _("a story begins at the node “start”"))
    for name, node in nodes.items():
        ids = [option.id for option in node.options]
        for position, option in enumerate(node.options):
            place = ("nodes", name, "options", position)
            if option.next and option.next not in nodes:
                yield error(path, line(*place), _("there is no node “%(node)s”", node=option.next))
            if option.id in ids[:position]:
                yield error(path, line(*place), _("“%(option)s” appears twice in this node", option=option.id))
        if not any(option.correct for option in node.options):
            yield error(path, line("nodes", name), _("no option of the node “%(node)s” is right", node=name))
        if "start" in nodes and name != "start" and name not in _reachable("start", question):
            yield error(path, line("nodes", name), _("nothing leads to the node “%(node)s”", node=name))
        elif name in _reachable(name, question):
            message = _("the node “%(node)s” leads back to itself; a story must end", node=name)
            yield error(path, line("nodes", name), message)


def _reachable(name: str, question: StoryQuestion) -> set[str]:
    found: set[str] = set()
    pending = [name]
    while pending:
        node = question.nodes.get(pending.pop())
        following = {option.next for option in node.options if option.next} if node else set()
        pending += following - found
        found |= following
    return found


def _enough(bank: ParsedBank, course: ParsedCourse) -> Iterator[Problem]:
    """Checks that there are enough questions for an attempt: in all, red lines, for each objective."""
    manifest = course.manifest
    assert manifest is not None  # noqa: S101 - checked by the caller
    draw_line, path, draw = course.yaml.line("pass", "draw"), course.course_path, manifest.passing.draw
    questions = list(bank.questions.values())
    groups = {"": questions}
    if manifest.per_sector:
        sectors = {module.front.sector for module in course.modules if module.front and module.front.sector}
        groups = {
            _(" for the sector “%(sector)s”", sector=sector): [
                question for question in questions if sector in question.sectors
            ]
            for sector in sorted(sectors)
        }
    for sector, group in groups.items():
        if draw > len(group):
            message = _(
                "draw: an attempt has %(draw)s questions, but the bank has %(count)s%(sector)s",
                draw=draw,
                count=len(group),
                sector=sector,
            )
            yield error(path, draw_line, message)
        red_lines = sum(question.red_line for question in group)
        if red_lines < MIN_RED_LINES:
            message = _(
                "an attempt has at least %(min)s red-line questions; there are %(count)s%(sector)s",
                min=MIN_RED_LINES,
                count=red_lines,
                sector=sector,
            )
            yield error(bank.file.path, bank.yaml.line("questions"), message)
    if draw < MIN_RED_LINES:
        yield error(path, draw_line, _("draw: at least %(min)s, for the red-line questions", min=MIN_RED_LINES))
    for number, objective in enumerate(manifest.objectives):
        count = sum(question.objective == objective.id for question in questions)
        if count < MIN_QUESTIONS:
            message = _(
                "the objective “%(objective)s” has %(count)s questions; %(min)s or more are better",
                objective=objective.id,
                count=count,
                min=MIN_QUESTIONS,
            )
            yield warning(path, course.yaml.line("objectives", number), message)
