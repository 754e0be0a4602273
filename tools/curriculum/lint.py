"""Everything the curriculum is checked for beside what ``flask content check`` asks of every course file."""

from lms.catalogue.source.problems import Problem
from tools.curriculum.answer_cues import check_answer_cues
from tools.curriculum.coverage import coverage_gaps, measure_coverage
from tools.curriculum.formulas import check_formulas
from tools.curriculum.module_statistics import check_module_parts
from tools.curriculum.passages import passages_of_bank, passages_of_module
from tools.curriculum.readability import check_readability
from tools.curriculum.regularities import check_regularities
from tools.curriculum.retakes import check_retakes
from tools.curriculum.similarity import check_passages, check_questions
from tools.curriculum.sources import Curriculum
from tools.curriculum.wording import check_figures, check_red_lines


def lint(curriculum: Curriculum) -> list[Problem]:
    """Returns every problem of the curriculum, sorted; wording is checked where a course was written in English."""
    coverage, courses = measure_coverage(curriculum), curriculum.sources.courses
    problems = {*curriculum.problems, *coverage_gaps(curriculum, coverage), *check_retakes(curriculum)}
    problems.update(check_regularities(courses))
    for course in courses:
        problems.update(check_module_parts(course))
        problems.update(check_answer_cues(course))
    english = [course for course in courses if course.manifest and course.manifest.languages[0] == "en"]
    banks = [course.bank for course in english if course.bank]
    modules = [passages_of_module(module) for course in english for module in course.modules]
    for course in english:
        problems.update(check_formulas(coverage.formulas[course.slug]))
    for passages in (*modules, *map(passages_of_bank, banks)):
        problems.update(check_readability(passages))
        problems.update(check_figures(passages, curriculum.figures))
        problems.update(check_red_lines(passages, curriculum.red_lines))
    problems.update(check_passages([passage for passages in modules for passage in passages], curriculum.red_lines))
    problems.update(check_questions(banks, curriculum.red_lines))
    return sorted(problems)
