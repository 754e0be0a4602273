"""The pages that show what a draft changes, and publish it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.commenting.queries import list_commented
from lms.authoring.commenting.views import beside
from lms.authoring.drafts.queries import list_files, load_draft
from lms.authoring.drafts.rules import is_text
from lms.authoring.publishing.errors import EditionNotRaised
from lms.authoring.publishing.forms import EditionForm
from lms.authoring.publishing.labels import KINDS, name_place
from lms.authoring.publishing.operations import publish_draft, raise_edition
from lms.authoring.publishing.preview import preview_publication
from lms.authoring.publishing.renewals import list_renewals
from lms.authoring.reviewing.labels import STATES
from lms.authoring.reviewing.queries import list_progress
from lms.authoring.scheduling.queries import find_schedule
from lms.authoring.signing_off.forms import SignoffForm
from lms.authoring.signing_off.queries import draft_digest, list_signoffs
from lms.authoring.signing_off.rules import may_sign_off
from lms.authoring.statistics.rules import round_people
from lms.catalogue.api import published_course
from lms.kernel.config import current_settings
from lms.kernel.errors import Refusal
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.forms import ReasonForm, redirect_with
from lms.web.language import language_of_page


@bp.get("/author/<course>/drafts/<int:draft_id>/review")
@authors
def review_draft(course: str, draft_id: int) -> ResponseReturnValue:
    """Shows what a draft changes, in words, and whom it would concern, before it is published."""
    draft, published = load_draft(course, draft_id), published_course(course, language_of_page())
    preview, signoffs = preview_publication(draft, published), list_signoffs(draft)
    (progress,) = list_progress([draft])
    commented = list_commented(draft, [each.path for each in preview.differences if is_text(each.path)])
    digest = draft_digest(draft)
    edition = max(preview.edition or 0, published.edition + 1) if published else 0
    return render_template(
        "authoring/review.html",
        draft=draft,
        published=published,
        preview=preview,
        files=list_files(draft),
        renewals=list_renewals(current_actor(), published.course_id, edition) if published else None,
        new_edition=edition,
        edition=EditionForm(preview.modules, formdata=None),
        reason=ReasonForm(formdata=None),
        signoffs=signoffs,
        scheduled=find_schedule(draft),
        digest=digest,
        signoff=SignoffForm(formdata=None, digest=digest),
        may_sign_off=may_sign_off(current_actor().account_id, progress.authors),
        required=current_settings().review_required,
        progress=progress,
        states=STATES,
        commented=commented,
        **beside([thread for file in commented.values() for thread in file.threads], signoffs, [progress.request]),
        name_place=name_place,
        kinds=KINDS,
        round_people=round_people,
    )


@bp.post("/author/<course>/drafts/<int:draft_id>/edition")
@authors
def new_edition(course: str, draft_id: int) -> ResponseReturnValue:
    """Raises the edition in a draft's course.yml."""
    form = EditionForm(preview_publication(load_draft(course, draft_id), None).modules)
    if form.validate_on_submit():
        try:
            number = raise_edition(current_actor(), course, draft_id, form.modules.data or [], form.note.data or "")
        except EditionNotRaised as error:
            flash(error.message, "late")
        else:
            flash(_("This draft is edition %(number)s.", number=number), "good")
    else:
        flash(_("Choose modules of this course, and write at most 500 characters."), "late")
    return redirect(url_for("authoring.review_draft", course=course, draft_id=draft_id), 303)


@bp.post("/author/<course>/drafts/<int:draft_id>/publish")
@authors
def publish(course: str, draft_id: int) -> ResponseReturnValue:
    """Publishes a draft."""
    form = ReasonForm()
    if not form.validate_on_submit():
        flash(_("Say why, in a few words."), "late")
        return redirect(url_for("authoring.review_draft", course=course, draft_id=draft_id), 303)
    try:
        publish_draft(current_actor(), course, draft_id, form.reason.data)
    except Refusal as error:
        if error.status == 404:
            raise
        flash(error.message, "late")
        return redirect(url_for("authoring.review_draft", course=course, draft_id=draft_id), 303)
    return redirect_with(_("Published: learners see it from now on."), "authoring.course", course=course)
