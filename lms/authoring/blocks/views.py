"""The page that writes a block into a module; a script asks it for the block alone."""

from flask import jsonify
from flask.typing import ResponseReturnValue

from lms.authoring.blocks.forms import BlockForm, block_form
from lms.authoring.blocks.rules import NAMES, insert_block, list_sections
from lms.authoring.blueprint import authors, bp
from lms.authoring.drafts import operations, queries
from lms.authoring.drafts.errors import EditConflict
from lms.authoring.editor.texts import EditedFile, block_labels, load_edited
from lms.catalogue.api import list_sectors
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.errors import wants_json
from lms.web.forms import form_page, redirect_with
from lms.web.language import language_of_page


@bp.route("/author/<course>/drafts/<int:draft_id>/insert/<block>/<path:path>", methods=["GET", "POST"])
@authors
def insert(course: str, draft_id: int, block: str, path: str) -> ResponseReturnValue:
    """Asks for the texts of a block and saves the module with it; a script is given the block and puts it in itself."""
    edited = load_edited(course, draft_id, path)
    if block not in NAMES or not path.endswith(".md"):
        raise NotThere
    form = _form(edited, block)
    if form.validate_on_submit():
        if wants_json():
            return jsonify(block=form.write())
        if form.version.data == edited.file.version:
            _save(edited, form)
            message = _("The block is in the text.")
            return redirect_with(message, "authoring.edit", course=course, draft_id=draft_id, path=path)
        form.add_error(EditConflict(edited.file.version))
        form.version.data, form.version.raw_data = edited.file.version, None
    return form_page("authoring/insert.html", form, edited=edited, block=block, label=block_labels()[block])


def _form(edited: EditedFile, block: str) -> BlockForm:
    sectors = [(sector.slug, sector.short_name(language_of_page())) for sector in list_sectors()]
    files = queries.list_files(edited.draft).items()
    pictures = [path.rpartition("/")[2] for path, file in files if "/img/" in path and file.digest]
    form = block_form(block, sectors, pictures)
    form.offer_sections(list_sections(edited.saved))
    if not form.is_submitted():
        form.version.data = edited.file.version
    return form


def _save(edited: EditedFile, form: BlockForm) -> None:
    data = insert_block(edited.saved, form.write(), form.after.data).encode()
    version = form.version.data or 0
    operations.save_file(current_actor(), edited.draft.course, edited.draft.id, edited.path, data, version=version)
