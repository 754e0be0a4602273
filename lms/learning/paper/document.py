"""Printed quizzes: one for each person, and their keys on pages apart; pure functions of what was printed."""

import json
from collections.abc import Sequence
from typing import Any

from flask_babel import force_locale

from lms.assessment.api import FormPart, FormQuestion, ListedQuizCopy, letter_of, load_copy_form, load_keys
from lms.assessment.models import PaperQuiz
from lms.catalogue.api import load_course_revision
from lms.kernel import pdf, qr
from lms.kernel.config import current_settings
from lms.kernel.i18n import gettext as _
from lms.kernel.paper_codes import write_paper_code
from lms.people.api import load_organisation_names, sector_names
from lms.web.emails import address_of
from lms.web.formatting import day
from lms.web.language import direction_of, language_of_page

DESIGN = "paper-quiz"


def render_quizzes(quiz: PaperQuiz, copies: Sequence[ListedQuizCopy]) -> bytes:
    """Returns the PDF of copies with the names of their people, in the language of the quiz."""
    with force_locale(quiz.language):
        data = _frame(quiz, quiz.language, _("Quiz")) | {
            "lines": [
                _("Mark your answers with a pen. To change one, cross it out and write “no” beside it."),
                _("Some questions are about red lines and must be answered correctly. We do not show which ones."),
                _("You get your result and your certificate once your answers have been entered."),
            ],
            "written_on": _("Written on"),
            "signature": _("Signature"),
            "copies": [_copy(row, quiz) for row in copies],
        }
    return _render(quiz, data)


def render_keys(quiz: PaperQuiz, copies: Sequence[ListedQuizCopy]) -> bytes:
    """Returns the PDF of the keys, in the language of the page: by the code of each copy, without names."""
    data = _frame(quiz, language_of_page(), _("Keys: for trainers only")) | {
        "lines": [
            _(
                "Keep these pages apart from the quizzes, and destroy them afterwards. They only help where there is "
                "no network: a result counts once the answers have been entered, and the server grades them."
            )
        ],
        "code": _("Copy"),
        "keys": [
            {"code": write_paper_code(row.QuizCopy.code), "answers": load_keys(row.QuizCopy, quiz)} for row in copies
        ],
    }
    return _render(quiz, data)


def _render(quiz: PaperQuiz, data: dict[str, Any]) -> bytes:
    issued_at = quiz.recorded_at.isoformat()
    return pdf.render(DESIGN, {"data": json.dumps(data, ensure_ascii=False), "issued_at": issued_at})


def _frame(quiz: PaperQuiz, language: str, title: str) -> dict[str, Any]:
    course = load_course_revision(quiz.course_revision_id, language)
    return {
        "lang": language,
        "dir": direction_of(language),
        "title": title,
        "course": course.title,
        "about": " · ".join(
            filter(
                None,
                (
                    load_organisation_names({quiz.organisation_id})[quiz.organisation_id],
                    course.code,
                    _("Edition %(edition)s", edition=course.edition),
                    sector_names(language).get(quiz.sector or ""),
                ),
            )
        ),
        "product": current_settings().product_name,
        "made": _("Made on %(day)s", day=day(quiz.recorded_at.date())),
    }


def _copy(row: ListedQuizCopy, quiz: PaperQuiz) -> dict[str, Any]:
    copy = row.QuizCopy
    address = address_of("learning.quiz_copy", code=copy.code)
    return {
        "name": row.name,
        "number": _("Staff number: %(number)s", number=row.staff_number),
        "code": write_paper_code(copy.code),
        "qr": qr.picture(address),
        "alt_qr": _("QR code that opens %(address)s", address=address),
        "questions": [_question(question) for question in load_copy_form(copy, quiz)],
    }


def _question(question: FormQuestion) -> dict[str, Any]:
    """Returns a question for the design: its rows are options with a box, statements, or lines to write on."""
    printed: dict[str, Any] = {"stem": f"{question.number}. {question.stem}", "hint": "", "rows": []}
    match question.kind:
        case "single" | "multiple":
            printed["hint"] = _("Mark one.") if question.kind == "single" else _("Mark all that apply.")
            printed["rows"] = [_row(part, letter_of(part.value), question.kind) for part in question.parts]
        case "statements":
            printed["hint"] = _("Mark true or false for each.")
            words = [_("True"), _("False")]
            printed["rows"] = [_row(part, part.value, "single") | {"words": words} for part in question.parts]
        case "ordering":
            printed["hint"] = _("Number the items in order, starting with 1.")
            printed["rows"] = [_row(part, letter_of(part.value), "line") for part in question.parts]
        case "matching":
            printed["hint"] = _("Write the letter of the match on each line.")
            printed["rows"] = [_row(part, part.value, "line") for part in question.parts]
            printed["choices"] = [{"mark": letter_of(value), "text": text} for value, text in question.choices]
        case _:
            printed["hint"] = _("A story: mark what you would do, then go on with the step named beside it.")
            printed["steps"] = [
                {
                    "stem": _("Step %(number)s: %(text)s", number=step.number, text=step.stem),
                    "rows": [
                        _row(part, letter_of(part.value), "single") | {"next": _next(step.leads_to.get(part.value))}
                        for part in step.parts
                    ],
                }
                for step in question.steps
            ]
    return printed


def _row(part: FormPart, mark: str, box: str) -> dict[str, Any]:
    return {"mark": mark, "text": part.text, "box": box}


def _next(step: int | None) -> str:
    return _("go on with step %(number)s", number=step) if step else _("end of the story")
