"""HR's pages of importing: send a list, say what its columns hold, see what would come of it, apply, take back."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.kernel import clock, db, tabular
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.people import queries as people
from lms.people.importing import labels, operations, queries
from lms.people.importing.dry_run import opened
from lms.people.importing.errors import ImportChanged
from lms.people.importing.forms import ApplyForm, ColumnsForm, EncodingForm, SendForm, UndoForm
from lms.people.importing.models import PeopleImport
from lms.people.importing.parse import FIELDS, guess_columns
from lms.people.importing.plan import OUTCOMES
from lms.people.importing.template_files import csv_template, xlsx_template
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download
from lms.web.language import language_of_page

LOOK_AGAIN_SECONDS = 5
PIECE = 1_000_000
UNDER_WAY = ("checking", "applying", "undoing")


@bp.url_value_preprocessor
def let_lists_in(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Lets HR send a larger request to the one page that takes lists; this is before anything reads the request."""
    if endpoint == "people.import_people" and request.method == "POST" and current_actor().has(Role.HR):
        request.max_content_length = current_app.extensions["settings"].max_import_bytes
        # On SQLite asking who sends it took the lock for writing: it must not be held while the file arrives.
        db.rollback()


@bp.errorhandler(ImportChanged)
def show_how_the_import_stands(refusal: ImportChanged) -> ResponseReturnValue:
    """Leads to the import: most often it is the same person's second click."""
    flash(refusal.message, "soon")
    return redirect(url_for("people.import_status", import_id=(request.view_args or {})["import_id"]), 303)


@bp.route("/people/import", methods=["GET", "POST"])
@role_needed(Role.HR)
def import_people() -> ResponseReturnValue:
    """Takes a list, and shows the lists that were sent before."""
    actor = current_actor()
    form = SendForm()
    form.choose_organisation(people.list_organisations_of(actor, Role.HR))
    if form.validate_on_submit():
        # Looking into a large file takes a while: nobody else should wait to write meanwhile.
        db.rollback()
        file = form.file.data.stream
        try:
            top = tabular.look(file)
            file.seek(0)
            sent = operations.send(
                actor, form.organisation.data, form.file.data.filename or "", top, pieces_of(file)
            )
        except Invalid as error:
            form.add_error(error)
        else:
            return redirect(url_for("people.import_columns", import_id=sent.id), 303)
    page = queries.list_imports(actor, request.args.get("page", 1, type=int))
    html = render_template("people/import.html", form=form, page=page, labels=labels, most=megabytes())
    return html, 422 if form.errors else 200


@bp.get("/people/import/template.csv")
@role_needed(Role.HR)
def import_template_csv() -> ResponseReturnValue:
    """Gives out the headings as CSV."""
    return download(csv_template(), "people.csv")


@bp.get("/people/import/template.xlsx")
@role_needed(Role.HR)
def import_template_xlsx() -> ResponseReturnValue:
    """Gives out an Excel file to fill in."""
    stations = [station.name for station in people.list_stations()]
    sectors = [sector.name(language_of_page()) for sector in people.list_sectors()]
    return download(xlsx_template(stations, sectors), "people.xlsx")


@bp.route("/people/import/<int:import_id>/columns", methods=["GET", "POST"])
@role_needed(Role.HR)
def import_columns(import_id: int) -> ResponseReturnValue:
    """Asks what the columns hold, beginning with what the last list's did, and lets the list be checked."""
    actor = current_actor()
    sent = load_for(import_id, "columns", "checking", "checked")
    form = ColumnsForm()
    form.offer(sent.header)
    headings, choices = queries.columns_before(sent.organisation_id, sent.id)
    # Who leaves is asked anew with every list.
    remembered = {"day_order": choices.get("day_order", "")}
    form.begin_with(
        sent.columns or guess_columns(sent.header, headings), sent.choices if sent.columns else remembered
    )
    if form.validate_on_submit():
        operations.choose(actor, sent, form.columns(), form.choices())
        return redirect(url_for("people.import_status", import_id=sent.id), 303)
    encodings = EncodingForm(formdata=None)
    encodings.offer(sent.shape["encoding"])
    html = render_template(
        "people/import_columns.html", form=form, sent=sent, encodings=encodings, remembered=bool(headings)
    )
    return html, 422 if form.errors else 200


@bp.post("/people/import/<int:import_id>/encoding")
@role_needed(Role.HR)
def import_encoding(import_id: int) -> ResponseReturnValue:
    """Reads a text file in the encoding that HR chooses."""
    sent = load_for(import_id, "columns", "checked")
    form = EncodingForm()
    form.offer(sent.shape["encoding"])
    if sent.shape["kind"] == "csv" and form.validate_on_submit():
        try:
            with opened(sent.id) as file:
                operations.look_again(sent, tabular.look(file, form.encoding.data))
        except Invalid as refusal:
            flash(refusal.message, "late")
    return redirect(url_for("people.import_columns", import_id=sent.id), 303)


@bp.get("/people/import/<int:import_id>")
@role_needed(Role.HR)
def import_status(import_id: int) -> ResponseReturnValue:
    """Shows how far an import has come, and what comes of each row."""
    sent = queries.load_import_for(current_actor(), import_id)
    if sent.state == "columns":
        return redirect(url_for("people.import_columns", import_id=sent.id))
    return status_page(sent, ApplyForm(formdata=None))


@bp.post("/people/import/<int:import_id>/apply")
@role_needed(Role.HR)
def import_apply(import_id: int) -> ResponseReturnValue:
    """Lets a checked list be applied."""
    sent = load_for(import_id, "checked")
    form = ApplyForm()
    form.ask_about_leavers(sent)
    if not form.validate_on_submit():
        return status_page(sent, form)
    operations.ask_to_apply(current_actor(), sent, reason=form.reason.data)
    return redirect(url_for("people.import_status", import_id=sent.id), 303)


@bp.post("/people/import/<int:import_id>/discard")
@role_needed(Role.HR)
def import_discard(import_id: int) -> ResponseReturnValue:
    """Throws away a list that was not applied."""
    sent = load_for(import_id, "columns", "checking", "checked")
    operations.discard(current_actor(), sent)
    flash(_("The list is thrown away. Nobody's record was changed."), "good")
    return redirect(url_for("people.import_people"), 303)


@bp.route("/people/import/<int:import_id>/undo", methods=["GET", "POST"])
@role_needed(Role.HR)
def import_undo(import_id: int) -> ResponseReturnValue:
    """Asks why an import is to be taken back, and lets it be."""
    sent = load_for(import_id, "applying", "applied")
    form = UndoForm()
    if form.validate_on_submit():
        operations.ask_to_undo(current_actor(), sent, reason=form.reason.data)
        return redirect(url_for("people.import_status", import_id=sent.id), 303)
    return render_template("people/import_undo.html", form=form, sent=sent), 422 if form.errors else 200


@bp.get("/people/import/<int:import_id>/rows.csv")
@role_needed(Role.HR)
def import_rows(import_id: int) -> ResponseReturnValue:
    """Gives out the rows of one outcome, or all, as CSV that can be corrected and sent again."""
    sent = queries.load_import_for(current_actor(), import_id)
    outcome = request.args.get("outcome", "")
    head = [labels.HEADINGS[field] for field in FIELDS] + ["Row", "Outcome", "Why"]
    rows = (
        [
            *(row.cells.get(field, "") for field in FIELDS),
            str(row.number or ""),
            row.outcome,
            labels.why(row.notes),
        ]
        for row in queries.read_all_rows(sent.id, outcome if outcome in OUTCOMES else "")
    )
    text = tabular.as_csv(head, rows)
    response = download(text, f"import-{import_id}-{outcome or 'rows'}.csv")
    response.headers["Cache-Control"] = "no-store"
    return response


def load_for(import_id: int, *states: str) -> PeopleImport:
    """Loads an import that the actor may see and that is in one of the states. Raises ``ImportChanged``."""
    sent = queries.load_import_for(current_actor(), import_id)
    if sent.state not in states:
        raise ImportChanged("This list has come further meanwhile. Here is how things stand now.")
    return sent


def status_page(sent: PeopleImport, form: ApplyForm) -> Response:
    """Renders the page of an import; while work is under way the browser looks again by itself."""
    if not form.is_submitted():
        form.ask_about_leavers(sent)
    outcome = request.args.get("outcome", "")
    show = outcome if outcome in (*OUTCOMES, "kept") else ""
    page = queries.list_rows(
        sent.id,
        "" if show == "kept" else show,
        request.args.get("page", 1, type=int),
        kept=show == "kept",
    )
    leave_on = sent.choices.get("leavers_on")
    html = render_template(
        "people/import_status.html",
        sent=sent, form=form, page=page, outcome=show, labels=labels, outcomes=OUTCOMES,
        people=queries.people_of_rows(page.items),
        working=queries.count_working(sent.organisation_id, clock.today(sent.organisation.time_zone))
        if leave_on and sent.state == "checked" else 0,
    )  # fmt: skip
    response = make_response(html, 422 if form.errors else 200)
    if sent.state in UNDER_WAY:
        response.headers["Refresh"] = str(LOOK_AGAIN_SECONDS)
    return response


def pieces_of(file: Any) -> Iterator[bytes]:
    """Reads a file piece by piece."""
    return chain(iter(lambda: file.read(PIECE), b""))


def megabytes() -> int:
    """Returns how large a list may be, in millions of bytes."""
    return int(current_app.extensions["settings"].max_import_bytes // 1_000_000)
