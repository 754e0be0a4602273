"""Everything the curriculum is checked for beside what ``flask content check`` asks of every course file."""

from lms.catalogue.source.parsing.sources import ParsedSources
from lms.catalogue.source.problems import Problem
from tools.curriculum.answer_cues import check_answer_cues
from tools.curriculum.coverage import coverage_gaps, measure_coverage
from tools.curriculum.module_statistics import check_module_parts
from tools.curriculum.passages import passages_of_bank, passages_of_module
from tools.curriculum.readability import check_readability
from tools.curriculum.similarity import check_passages, check_questions
from tools.curriculum.wording import check_figures, check_red_lines


def lint(sources: ParsedSources) -> list[Problem]:
    """Returns every problem of the curriculum, sorted; wording is checked where a course was written in English."""
    problems = set(coverage_gaps(sources, measure_coverage(sources)))
    for course in sources.courses:
        problems.update(check_module_parts(course))
        problems.update(check_answer_cues(course))
    english = [course for course in sources.courses if course.form and course.form.languages[0] == "en"]
    banks = [course.bank for course in english if course.bank]
    modules = [passages_of_module(module) for course in english for module in course.modules]
    for passages in (*modules, *map(passages_of_bank, banks)):
        problems.update(check_readability(passages))
        problems.update(check_figures(passages, sources))
        problems.update(check_red_lines(passages, sources))
    problems.update(check_passages([passage for passages in modules for passage in passages], sources))
    problems.update(check_questions(banks, sources))
    return sorted(problems)
