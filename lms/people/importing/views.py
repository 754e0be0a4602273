"""HR's pages of importing: upload a list, match its columns, check what would change, apply, undo."""

from typing import Any

from flask import current_app, flash, redirect, request, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from lms.audit.downloads import audited_download
from lms.kernel import clock, db, tabular
from lms.kernel.actor import Role
from lms.kernel.errors import Invalid
from lms.people import queries as people
from lms.people.errors import ImportChanged
from lms.people.importing import labels, operations, queries
from lms.people.importing.dry_run import load_choices, open_file
from lms.people.importing.forms import ApplyForm, ColumnsForm, FormatForm, UploadForm
from lms.people.importing.headings import count_headings, guess_columns
from lms.people.importing.models import PeopleImport
from lms.people.importing.parse import FIELDS, HEADINGS
from lms.people.importing.plan import OUTCOMES
from lms.people.importing.question_forms import questions_form
from lms.people.importing.template_files import csv_template, xlsx_template
from lms.people.views.blueprint import bp
from lms.web.access import current_actor, role_needed
from lms.web.downloads import download, download_csv
from lms.web.forms import ReasonForm, form_page, offer, redirect_with
from lms.web.language import language_of_page
from lms.web.recorders import recorders_of

REFRESH_SECONDS = 5
FILE_PART_BYTES = 1_000_000
RUNNING_STATES = ("checking", "applying", "undoing")


@bp.record
def allow_large_lists(state: BlueprintSetupState) -> None:
    """Has the server read a larger request on the upload page."""
    limits = state.app.extensions.setdefault("body_limits", {})
    limits["people.import_people"] = state.app.extensions["settings"].max_import_bytes


@bp.url_value_preprocessor
def raise_size_limit(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Allows HR a larger request on the upload page, before anything reads the request."""
    if endpoint == "people.import_people" and request.method == "POST" and current_actor().has(Role.HR):
        request.max_content_length = current_app.extensions["settings"].max_import_bytes
        # Asking who sends it began a transaction: none stays open while the file arrives.
        db.rollback()


@bp.errorhandler(ImportChanged)
def show_current_state(error: ImportChanged) -> ResponseReturnValue:
    """Leads to the import; most often it was the same person's second click."""
    flash(error.message, "soon")
    return redirect(url_for("people.import_status", import_id=(request.view_args or {})["import_id"]), 303)


@bp.route("/people/import", methods=["GET", "POST"])
@role_needed(Role.HR)
def import_people() -> ResponseReturnValue:
    """Takes an uploaded list, and shows the previous imports."""
    actor = current_actor()
    form = UploadForm()
    offer(form.organisation, ((each.id, each.name) for each in people.list_organisations_of(actor, Role.HR)))
    if form.validate_on_submit():
        file, name = form.file.data.stream, form.file.data.filename or ""
        try:
            top = tabular.preview_table(file, known=count_headings)
            file.seek(0)
            # Reading a large file takes a while, and needs no second time.
            db.begin_writing()
            parts = iter(lambda: file.read(FILE_PART_BYTES), b"")
            people_import = operations.upload(actor, form.organisation.data, name, top, parts)
        except Invalid as error:
            form.add_error(error)
        else:
            return redirect(url_for("people.import_columns", import_id=people_import.id), 303)
    page = queries.list_imports(actor, request.args.get("page", 1, type=int))
    megabytes = current_app.extensions["settings"].max_import_bytes // 1_000_000
    recorders = recorders_of(page.items)
    return form_page("people/import.html", form, page=page, labels=labels, most=megabytes, recorders=recorders)


@bp.get("/people/import/template.csv")
@role_needed(Role.HR)
def import_template_csv() -> ResponseReturnValue:
    """Downloads the template as CSV."""
    return download(csv_template(), "people.csv")


@bp.get("/people/import/template.xlsx")
@role_needed(Role.HR)
def import_template_xlsx() -> ResponseReturnValue:
    """Downloads the template as Excel."""
    stations = [station.name for station in people.list_stations()]
    sectors = [sector.name(language_of_page()) for sector in people.list_sectors()]
    return download(xlsx_template(stations, sectors), "people.xlsx")


@bp.route("/people/import/<int:import_id>/columns", methods=["GET", "POST"])
@role_needed(Role.HR)
def import_columns(import_id: int) -> ResponseReturnValue:
    """Asks what the columns hold, beginning with the last list's choice, and requests the check."""
    actor = current_actor()
    people_import = load_in_state(import_id, "columns", "checking", "checked")
    headings = queries.last_chosen_columns(people_import.organisation_id, people_import.id)
    columns = people_import.columns or guess_columns(people_import.header, headings)
    # Who has left, and how days are written, is asked anew with every list.
    form = ColumnsForm(people_import.header, columns, people_import.choices)
    if form.validate_on_submit():
        operations.choose_columns(actor, people_import, form.columns(), form.choices())
        return redirect(url_for("people.import_status", import_id=people_import.id), 303)
    present = tabular.FileFormat(**people_import.shape)
    return form_page(
        "people/import_columns.html", form, people_import=people_import, present=present,
        format_form=FormatForm(present, formdata=None),
        broken=None if present.repair else labels.find_mojibake(people_import), remembered=bool(headings),
    )  # fmt: skip


@bp.post("/people/import/<int:import_id>/format")
@role_needed(Role.HR)
def import_format(import_id: int) -> ResponseReturnValue:
    """Reads a file in the way that HR chooses: encoding, sheet, row of the headings, broken letters."""
    people_import = load_in_state(import_id, "columns", "checked")
    present = tabular.FileFormat(**people_import.shape)
    form = FormatForm(present)
    if form.validate_on_submit():
        try:
            with open_file(people_import.id) as file:
                top = tabular.preview_table(file, form.chosen(present), count_headings)
                operations.change_format(people_import, top)
        except Invalid as error:
            flash(error.message, "late")
    else:
        flash(" ".join(str(message) for messages in form.errors.values() for message in messages), "late")
    return redirect(url_for("people.import_columns", import_id=people_import.id), 303)


@bp.route("/people/import/<int:import_id>/questions", methods=["GET", "POST"])
@role_needed(Role.HR)
def import_questions(import_id: int) -> ResponseReturnValue:
    """Asks what rows mean that the list alone does not say, once for the whole list, and checks it again."""
    people_import = load_in_state(import_id, "checked")
    form = questions_form(people_import, our_words(people_import), queries.day_of_upload(people_import))
    if form.validate_on_submit():
        operations.answer(current_actor(), people_import, form.answers(people_import))
        return redirect(url_for("people.import_status", import_id=people_import.id), 303)
    return form_page("people/import_questions.html", form, people_import=people_import, labels=labels)


def our_words(people_import: PeopleImport) -> dict[str, list[tuple[str, str]]]:
    """Returns what words of a list may mean, by field, each with its name."""
    return {
        "station": [(str(each.id), f"{each.name}, {each.country}") for each in people.list_stations()],
        "sector": [(each.slug, each.name(language_of_page())) for each in people.list_sectors()],
        "role": [(role, role) for role in queries.list_roles(people_import.organisation_id)],
    }


@bp.get("/people/import/<int:import_id>")
@role_needed(Role.HR)
def import_status(import_id: int) -> ResponseReturnValue:
    """Shows the state of an import and the outcome of each row."""
    people_import = queries.load_import_for(current_actor(), import_id)
    if people_import.state == "columns":
        return redirect(url_for("people.import_columns", import_id=people_import.id))
    return status_page(people_import, ApplyForm(formdata=None))


@bp.post("/people/import/<int:import_id>/apply")
@role_needed(Role.HR)
def import_apply(import_id: int) -> ResponseReturnValue:
    """Requests that a checked list is applied."""
    people_import = load_in_state(import_id, "checked")
    form = ApplyForm()
    form.ask_about_leavers(people_import)
    if not form.validate_on_submit():
        return status_page(people_import, form)
    operations.request_apply(current_actor(), people_import, reason=form.reason.data)
    return redirect(url_for("people.import_status", import_id=people_import.id), 303)


@bp.post("/people/import/<int:import_id>/discard")
@role_needed(Role.HR)
def import_discard(import_id: int) -> ResponseReturnValue:
    """Discards a list that was not applied."""
    people_import = load_in_state(import_id, "columns", "checking", "checked")
    operations.discard(current_actor(), people_import)
    return redirect_with(_("The list has been discarded. No records were changed."), "people.import_people")


@bp.route("/people/import/<int:import_id>/undo", methods=["GET", "POST"])
@role_needed(Role.HR)
def import_undo(import_id: int) -> ResponseReturnValue:
    """Asks why an import is to be undone, and requests it."""
    people_import = load_in_state(import_id, "applying", "applied")
    form = ReasonForm()
    if form.validate_on_submit():
        operations.request_undo(current_actor(), people_import, reason=form.reason.data)
        return redirect(url_for("people.import_status", import_id=people_import.id), 303)
    recorders = recorders_of([people_import])
    return form_page("people/import_undo.html", form, people_import=people_import, recorders=recorders)


@bp.get("/people/import/<int:import_id>/rows.csv")
@role_needed(Role.HR)
@audited_download
def import_rows(import_id: int) -> ResponseReturnValue:
    """Gives out the rows of one outcome, or all, as CSV that can be corrected and imported again."""
    people_import = queries.load_import_for(current_actor(), import_id)
    outcome = request.args.get("outcome", "")
    head = [HEADINGS[field] for field in FIELDS] + [_("Row"), _("Outcome"), _("Why")]
    rows = (
        [*(row.cells.get(field, "") for field in FIELDS), str(row.number or ""), row.outcome, labels.why(row.notes)]
        for row in queries.read_all_rows(people_import.id, outcome if outcome in OUTCOMES else "")
    )
    response = download_csv(head, rows, f"import-{import_id}-{outcome or 'rows'}.csv")
    response.headers["Cache-Control"] = "no-store"
    return response


def load_in_state(import_id: int, *states: str) -> PeopleImport:
    """Loads an import that the actor may see and that is in one of the states. Raises ``ImportChanged``."""
    people_import = queries.load_import_for(current_actor(), import_id)
    operations.require_state(people_import, *states)
    return people_import


def status_page(people_import: PeopleImport, form: ApplyForm) -> ResponseReturnValue:
    """Renders the page of an import; while it is running the browser refreshes by itself."""
    if not form.is_submitted():
        form.ask_about_leavers(people_import)
    outcome = request.args.get("outcome", "")
    show = outcome if outcome in (*OUTCOMES, "skipped") else ""
    page = queries.list_rows(people_import.id, show, request.args.get("page", 1, type=int))
    working = 0
    if people_import.choices.get("leavers_on") and people_import.state == "checked":
        today = clock.today(people_import.organisation.time_zone)
        working = queries.count_employed_on(people_import.organisation_id, today)
    refresh = {"Refresh": str(REFRESH_SECONDS)} if people_import.state in RUNNING_STATES else {}
    html, status = form_page(
        "people/import_status.html",
        form,
        people_import=people_import,
        recorders=recorders_of([people_import]),
        page=page,
        outcome=show,
        labels=labels,
        outcomes=OUTCOMES,
        employments=queries.list_employments_of_rows(page.items),
        working=working,
        moved_on=load_choices(people_import).moved_on,
    )
    return html, status, refresh
