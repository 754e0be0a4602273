"""Everything the curriculum is checked for beside what ``flask content check`` asks of every course file."""

from collections.abc import Collection

from lms.catalogue.source.problems import Problem
from lms.catalogue.source.target_state import target_state
from tools.curriculum.answer_cues import check_answer_cues
from tools.curriculum.coverage import coverage_gaps, measure_coverage
from tools.curriculum.extended_courses import EXTENDED, check_extended
from tools.curriculum.module_statistics import check_module_parts
from tools.curriculum.passages import passages_of_bank, passages_of_module
from tools.curriculum.readability import check_readability
from tools.curriculum.regularities import check_regularities
from tools.curriculum.similarity import check_passages, check_questions
from tools.curriculum.sources import Curriculum
from tools.curriculum.wording import check_figures, check_red_lines


def lint(curriculum: Curriculum, extended: Collection[str] = EXTENDED) -> list[Problem]:
    """Returns every problem of the curriculum, sorted; wording is checked where a course was written in English.

    ``extended`` are the slugs of the courses that are checked as extended ones.
    """
    problems = {*curriculum.problems, *coverage_gaps(curriculum, measure_coverage(curriculum))}
    courses = curriculum.sources.courses
    problems.update(check_regularities(courses))
    for course in courses:
        problems.update(check_module_parts(course))
        problems.update(check_answer_cues(course))
    targets = {target.slug: target for target in target_state(curriculum.sources).courses}
    sectors = [slug for slug, core in curriculum.sources.sector_slugs.items() if core]
    for course in courses:
        if course.slug in extended and course.slug in targets:
            problems.update(check_extended(course, targets[course.slug], sectors, curriculum.red_lines))
    english = [course for course in courses if course.manifest and course.manifest.languages[0] == "en"]
    banks = [course.bank for course in english if course.bank]
    modules = [passages_of_module(module) for course in english for module in course.modules]
    for passages in (*modules, *map(passages_of_bank, banks)):
        problems.update(check_readability(passages))
        problems.update(check_figures(passages, curriculum.figures))
        problems.update(check_red_lines(passages, curriculum.red_lines))
    problems.update(check_passages([passage for passages in modules for passage in passages], curriculum.red_lines))
    problems.update(check_questions(banks, curriculum.red_lines))
    return sorted(problems)
