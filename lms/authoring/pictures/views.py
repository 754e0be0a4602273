"""Pages of a draft's pictures."""

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import authors, bp
from lms.authoring.drafts import queries
from lms.authoring.pictures.forms import PictureForm
from lms.authoring.pictures.operations import add_picture
from lms.authoring.pictures.rules import BUDGET_BYTES, Crop
from lms.catalogue.api import MEDIA_TYPES
from lms.kernel.errors import NotThere
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor
from lms.web.forms import redirect_with
from lms.web.headers import PICTURE_POLICY


@bp.route("/author/<course>/drafts/<int:draft_id>/pictures", methods=["GET", "POST"])
@authors
def pictures(course: str, draft_id: int) -> ResponseReturnValue:
    """Shows the pictures of a draft, and adds one."""
    # Only authors need what reads pictures: 10 MB of memory.
    from lms.authoring.pictures.prepare import prepare_picture  # noqa: PLC0415 - see above

    draft = queries.load_draft(course, draft_id)
    files = queries.list_files(draft)
    form = PictureForm(queries.read_modules(draft))

    def add() -> str:
        crop = Crop(form.left.data or 0, form.top.data or 0, form.right.data or 0, form.bottom.data or 0)
        module, section = form.module_and_section
        return add_picture(
            current_actor(), course, draft_id, prepare_picture(form.file.data.read(), crop),
            alt=form.alt.data, description=form.description.data or "", module=module, section=section,
        )  # fmt: skip

    path = form.result_on_submit(add)
    if path is not None:
        message = _("%(name)s is in the draft.", name=path.rpartition("/")[2])
        return redirect_with(message, "authoring.pictures", course=course, draft_id=draft_id)
    shown = [file for file in files.values() if "/img/" in file.path and file.digest]
    sizes = queries.measure_files(shown)
    page = render_template(
        "authoring/pictures.html", draft=draft, form=form, pictures=shown, sizes=sizes, budget=BUDGET_BYTES
    )
    return page, 422 if form.errors else 200


@bp.get("/author/<course>/drafts/<int:draft_id>/pictures/<name>")
@authors
def drafted_picture(course: str, draft_id: int, name: str) -> ResponseReturnValue:
    """Returns a picture as the draft has it."""
    file = queries.find_file(queries.load_draft(course, draft_id), f"modules/{course}/img/{name}")
    media_type = MEDIA_TYPES.get(name.rpartition(".")[2])
    if file.digest is None or media_type is None:
        raise NotThere
    response = Response(queries.read_file(file), mimetype=media_type)
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(file.digest)
    return response
