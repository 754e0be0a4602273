"""Pages that correct a question after use: what is right now, what it would change, and applying it."""

from dataclasses import dataclass

from flask import request
from flask.typing import ResponseReturnValue

from lms.assessment.api import correct_question, find_current_key, load_revision_for_form
from lms.authoring.blueprint import authors, bp
from lms.authoring.correcting.forms import CorrectionForm, correction_form
from lms.authoring.correcting.preview import ShownEffect, load_effect
from lms.authoring.correcting.queries import find_edition
from lms.catalogue.api import PublishedCourse, published_course
from lms.catalogue.models import Edition, QuestionRevision
from lms.kernel.errors import require_found
from lms.kernel.i18n import gettext as _
from lms.people.api import sector_names
from lms.web.access import current_actor
from lms.web.forms import form_page, redirect_with
from lms.web.language import language_of_page


@dataclass(frozen=True, slots=True)
class CorrectionPage:
    """A question of an edition with the form that corrects it."""

    course: PublishedCourse
    edition: Edition
    slug: str
    revision: QuestionRevision
    form: CorrectionForm


@bp.route("/author/<course>/questions/<question>/correct", methods=["GET", "POST"])
@authors
def correct(course: str, question: str) -> ResponseReturnValue:
    """Corrects a question, once its consequence was seen; until then shows that first."""
    found = _load(course, question)
    form, edition = found.form, found.edition
    if not form.is_submitted() or not form.validate():
        return _page(found)
    if form.previewed.data != form.digest():
        return _page(found, preview=True)
    corrected = form.result_on_submit(
        lambda: correct_question(
            current_actor(), edition.id, question, form.correction_kind, form.key(), reason=form.reason.data
        )
    )
    if corrected is None:
        return _page(found)
    message = _("The question is corrected. All quizzes until now are being marked again, which takes some minutes.")
    return redirect_with(message, "authoring.statistics", course=course, edition=edition.number)


@bp.post("/author/<course>/questions/<question>/correct/preview")
@authors
def preview_correction(course: str, question: str) -> ResponseReturnValue:
    """Shows what a correction would change; records nothing, and the form stays filled."""
    found = _load(course, question)
    return _page(found, preview=found.form.validate_on_submit())


def _load(course: str, slug: str) -> CorrectionPage:
    """Loads a question of the edition that the address names, by default the published one."""
    shown = require_found(published_course(course, language_of_page()))
    number = request.args.get("edition", str(shown.edition))
    known = number.isascii() and number.isdecimal() and len(number) <= 9
    edition = require_found(find_edition(shown.course_id, int(number)) if known else None)
    revision = require_found(load_revision_for_form(edition.id, slug))
    form = correction_form(revision, find_current_key(edition.id, revision))
    return CorrectionPage(shown, edition, slug, revision, form)


def _page(found: CorrectionPage, *, preview: bool = False) -> ResponseReturnValue:
    form, effect = found.form, None
    if preview:
        effect = form.result_on_submit(lambda: _load_effect(found))
        form.previewed.data = form.digest() if effect else ""
    return form_page(
        "authoring/correct.html", form, found=found, effect=effect, sectors=sector_names(language_of_page())
    )


def _load_effect(found: CorrectionPage) -> ShownEffect:
    form = found.form
    return load_effect(current_actor(), found.edition.id, found.slug, form.correction_kind, form.key())
