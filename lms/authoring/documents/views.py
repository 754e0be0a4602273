"""Pages that make a module of a Word document, or of a text of another system."""

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.documents.forms import ConvertedForm, DocumentForm
from lms.authoring.drafts import queries
from lms.authoring.drafts.operations import add_module
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.forms import form_page


@bp.route("/author/<course>/drafts/<int:draft_id>/import", methods=["GET", "POST"])
@authors
def import_document(course: str, draft_id: int) -> ResponseReturnValue:
    """Converts a document or a text, and shows it with what could not be carried; nothing is stored yet."""
    # Only authors need what reads documents.
    from lms.authoring.documents.dialects import ConvertedText, convert_markdown  # noqa: PLC0415 - see above
    from lms.authoring.documents.word import convert_word  # noqa: PLC0415 - see above

    draft = queries.load_draft(course, draft_id)
    form = DocumentForm()

    def convert() -> ConvertedText:
        found = convert_word(form.file.data.read()) if form.file.data else convert_markdown(form.text.data or "")
        if not found.text.strip():
            raise Invalid(_("There are no words in this text."), field="file" if form.file.data else "text")
        return found

    found = form.result_on_submit(convert)
    if found is None:
        return form_page("authoring/import_document.html", form, draft=draft)
    shown = ConvertedForm(formdata=None, title=found.title, converted=found.text)
    return render_template("authoring/converted_document.html", form=shown, draft=draft, notes=found.notes)


@bp.post("/author/<course>/drafts/<int:draft_id>/import/add")
@authors
def add_document(course: str, draft_id: int) -> ResponseReturnValue:
    """Adds the converted text, as it was corrected, as a module."""
    form = ConvertedForm()
    added = form.result_on_submit(
        lambda: add_module(
            current_actor(), course, draft_id, form.title.data, text=(form.converted.data or "").replace("\r\n", "\n")
        )
    )
    if added is None:
        draft = queries.load_draft(course, draft_id)
        return form_page("authoring/converted_document.html", form, draft=draft, notes=())
    return redirect(url_for("authoring.edit", course=course, draft_id=draft_id, path=added.path), 303)
