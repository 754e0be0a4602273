"""Rules about what a bank gives away to somebody who knows nothing."""

from collections.abc import Iterator

from lms.catalogue.source.problems import Problem, warning
from lms.catalogue.source.tells import tells_of
from lms.catalogue.source.texts import CourseText

UNLIKELY = 0.01
"""The p-value below which a lean is not put down to chance: with some thirty tests, 0.05 would cry wolf each time."""


def check_tells(course: CourseText) -> Iterator[Problem]:
    """Checks that neither length, nor place, nor yes-saying leads to the right answers of a bank."""
    if course.bank is None:
        return
    path, line = course.bank.file.path, course.bank.yaml.line("questions")
    tells = tells_of([question for _number, question in course.bank.questions])
    if tells.longest_p < UNLIKELY:
        # Too seldom helps a guesser as well: one option fewer to choose from.
        cure = (
            "make wrong options as long"
            if tells.longest > tells.longest_hoped
            else "let some right ones be longest"
        )
        sentence = (
            f"the longest option is right in {tells.longest:.0%} of {tells.choices} choices, where chance gives "
            f"{tells.longest_hoped:.0%} (p = {tells.longest_p:.3f}); {cure}"
        )
        yield warning(path, line, sentence)
    if tells.position_p < UNLIKELY:
        places = ", ".join(map(str, tells.positions))
        sentence = f"the right option stands unevenly ({places} by place, p = {tells.position_p:.3f}); mix the places"
        yield warning(path, line, sentence)
    if tells.true_p < UNLIKELY:
        sentence = (
            f"{tells.true:.0%} of {tells.statements} statements are true (p = {tells.true_p:.3f}); "
            "make about half of them true"
        )
        yield warning(path, line, sentence)
