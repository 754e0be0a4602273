"""The pages of importing, without JavaScript: the whole way, who may walk it, and what is refused kindly."""

import io
import re
import zipfile
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from xlsxwriter import Workbook

from lms.app import create_app
from lms.kernel.config import Settings
from lms.people.importing.parse import FIELDS
from lms.people.importing.template_files import TEMPLATE_FIELDS
from tests.factories.pages import words_of
from tests.factories.people import make_small_organisation, sign_in
from tests.people.importing import lists
from tests.people.importing.lists import row
from tests.people.two_organisations import make_two_organisations


def send(client: FlaskClient, data: bytes, name: str = "staff.csv", **more: str) -> str:
    """Sends a file and returns the address that follows."""
    response = client.post("/people/import", data={"file": (io.BytesIO(data), name), **more})
    assert response.status_code == 303, response.get_data(as_text=True)[-3000:]
    return str(response.headers["Location"]).removesuffix("/columns")


def columns(**changes: str) -> dict[str, str]:
    return {f"column_{field}": str(index) for index, field in enumerate(FIELDS)} | {"day_order": ""} | changes


def checked(app: Flask, client: FlaskClient, rows: list[lists.Row], **changes: str) -> str:
    """Sends a list, chooses its columns, lets the worker check it, and returns its address."""
    address = send(client, lists.csv_of(rows))
    assert client.post(f"{address}/columns", data=columns(**changes)).headers["Location"] == address
    work(app)
    return address


def work(app: Flask) -> None:
    with app.app_context():
        lists.worked()


def page(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_from_upload_to_undo(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    assert "None yet." in page(client, "/people/import")
    rows = [row("N-1", "Nadia New"), row("N-2", "=1+1", station="Nowhere", from_on="03/04/2026")]
    address = send(client, lists.csv_of(rows))
    guessed = page(client, f"{address}/columns")
    assert re.search(r'<select[^>]*name="column_name"', guessed)
    assert client.get(address).headers["Location"] == f"{address}/columns"
    assert client.post(f"{address}/columns", data=columns()).status_code == 303
    waiting = client.get(address)
    assert waiting.headers["Refresh"] == "5"
    assert "Refresh" in waiting.get_data(as_text=True)
    work(app)
    seen = page(client, address)
    assert "Refresh" not in client.get(address).headers
    assert "What this list would change" in seen
    assert "1 person would be changed" in seen
    assert "ambiguous date" in seen
    refused = page(client, f"{address}?outcome=rejected")
    assert "“Nowhere” is not a known duty station." in refused
    assert "Nadia New" not in refused
    csv = client.get(f"{address}/rows.csv?outcome=rejected").get_data(as_text=True)
    assert "'=1+1" in csv
    assert "Nadia" not in csv
    assert client.post(f"{address}/apply", data={"reason": ""}).status_code == 422
    assert client.post(f"{address}/apply", data={"reason": "November"}).status_code == 303
    assert client.get(address).headers["Refresh"] == "5"
    work(app)
    assert "The list has been applied" in page(client, address)
    assert re.search(
        r"Uploaded on [\w ]+ by Hana Haddad\. Applied on [\w ]+ by Hana Haddad\. Reason: November",
        words_of(client, address),
    )
    assert "by Hana Haddad. Reason: November" in words_of(client, f"{address}/undo")
    assert "Hana Haddad" in words_of(client, "/people/import")
    assert "Nadia New" in page(client, "/people")
    again = client.post(f"{address}/apply", data={"reason": "Twice"}, follow_redirects=True)
    assert "has moved on" in again.get_data(as_text=True)
    assert "withdrawn" in page(client, f"{address}/undo")
    assert client.post(f"{address}/undo", data={"reason": ""}).status_code == 422
    assert client.post(f"{address}/undo", data={"reason": "Wrong"}).status_code == 303
    work(app)
    assert "The import has been undone" in page(client, address)
    assert re.search(r"Undone on [\w ]+ by Hana Haddad\. Reason: Wrong", words_of(client, address))
    assert "deleted" in page(client, "/people/import")


def test_leavers_by_a_list_must_be_confirmed(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    missing = columns(leavers="y")
    address = send(client, lists.csv_of(lists.the_cast()[:3]))
    assert client.post(f"{address}/columns", data=missing).status_code == 422
    assert client.post(f"{address}/columns", data=missing | {"leavers_on": "2026-11-30"}).status_code == 303
    work(app)
    assert "2 people who are not in the list have left" in page(client, address)
    assert client.post(f"{address}/apply", data={"reason": "November"}).status_code == 422
    with app.app_context():
        assert lists.state(int(address.rsplit("/", 1)[1])) == "checked"
    data = {"reason": "November", "confirm_leavers": "y"}
    assert client.post(f"{address}/apply", data=data).status_code == 303
    work(app)
    with app.app_context():
        assert lists.spans("W-5") == [("protection", "2026-01-01", "2026-11-30")]


def test_columns_are_asked_for_and_remembered(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    data = b"Code;Who;Where;What;AssignmentDetails;Since\nN-1;Nadia New;North River;wash;driver;2026-02-01\n"
    address = send(client, data)
    chosen = {f"column_{field}": "-1" for field in FIELDS} | {"day_order": "day"}
    response = client.post(f"{address}/columns", data=chosen)
    assert response.status_code == 422
    assert "Every list must have it." in response.get_data(as_text=True)
    chosen |= {
        "column_staff_number": "0", "column_name": "1", "column_station": "2", "column_sector": "3",
        "column_role": "4", "column_from_on": "4",
    }  # fmt: skip
    assert "is also chosen for" in client.post(f"{address}/columns", data=chosen).get_data(as_text=True)
    without = client.post(f"{address}/columns", data=chosen | {"column_from_on": "-1"})
    assert "Choose one for all rows" in without.get_data(as_text=True)
    chosen["column_from_on"] = "5"
    assert client.post(f"{address}/columns", data=chosen).status_code == 303
    again = page(client, f"{send(client, data)}/columns")
    assert "as in your last list" in again
    for field, index in (("staff_number", 0), ("station", 2), ("from_on", 5)):
        select = again.partition(f'name="column_{field}"')[2].partition("</select>")[0]
        assert f'selected value="{index}"' in select
    assert not re.search(r'checked[^>]*value="day"', again), "each list may be written in another order"


def test_a_list_is_read_again_in_another_encoding(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    address = send(client, "Staff number,Name\nN-1,Zoë\n".encode("mac_roman"))
    assert client.post(f"{address}/format", data={"heading_row": "1", "encoding": "mac_roman"}).status_code == 303
    assert "Zoë" in page(client, f"{address}/columns")


def test_an_encoding_that_does_not_fit_shows_odd_names_and_is_changed_back(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    address = send(client, "Staff number,Name\nN-1,Zoë\n".encode("utf-16-le"))
    assert client.post(f"{address}/format", data={"heading_row": "1", "encoding": "cp1252"}).status_code == 303
    assert "Zo" in page(client, f"{address}/columns")
    assert client.post(f"{address}/format", data={"heading_row": "1", "encoding": "utf-16"}).status_code == 303
    assert "Zoë" in page(client, f"{address}/columns")


def test_files_that_are_no_list_are_refused_beside_the_field(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("xl/workbook.xml", "<x/>")
        packed.writestr("xl/sharedStrings.xml", b"0" * 65_000_000)
    for data, words in (
        (b"", "The file is empty."),
        (b"%PDF-1.7\n\0\0\0\0\0", "This file is not a table."),
        (bomb.getvalue(), "too large"),
    ):
        response = client.post("/people/import", data={"file": (io.BytesIO(data), "list.xlsx")})
        assert response.status_code == 422
        assert words in response.get_data(as_text=True)
    assert client.post("/people/import", data={}).status_code == 422
    with app.app_context():
        assert lists.count("people_import") == 0


def test_templates_come_back_recognised(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    csv = client.get("/people/import/template.csv").get_data()
    book = load_workbook(io.BytesIO(client.get("/people/import/template.xlsx").get_data()))
    headings = [cell.value for cell in book.worksheets[0][1]]
    assert csv.decode("utf-8-sig").strip().split(",") == headings
    guessed = page(client, f"{send(client, csv + b'N-1,Nadia,,x,y,,z,,,,' + bytes([10]))}/columns")
    for index, field in enumerate(TEMPLATE_FIELDS):
        select = guessed.partition(f'name="column_{field}"')[2].partition("</select>")[0]
        assert f'selected value="{index}"' in select


def test_a_list_may_be_larger_than_other_requests_but_only_from_hr(tmp_path: Path, settings: Settings) -> None:
    small = settings.model_copy(update={"max_request_bytes": 100_000, "max_import_bytes": 300_000})
    app = create_app(small)
    app.config.update(WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    make_small_organisation(app)
    client = app.test_client()
    sign_in(client, "hana@demo.example")
    rows = lists.csv_of(row(f"N-{index}") for index in range(2000))
    assert 100_000 < len(rows) < 300_000
    assert send(client, rows)
    too_much = {"file": (io.BytesIO(rows * 4), "list.csv")}
    assert client.post("/people/import", data=too_much).status_code == 413
    assert client.post("/people/new", data={"name": "x" * 200_000}).status_code == 413
    client.post("/logout")
    sign_in(client, "amina@demo.example")
    response = client.post("/people/import", data={"file": (io.BytesIO(rows), "list.csv")})
    assert response.status_code in (403, 413)


def test_nobody_else_sees_or_moves_an_import(app: Flask, client: FlaskClient) -> None:
    make_two_organisations(app)
    sign_in(client, "hana@demo.example")
    address = checked(app, client, [row("N-1", "Nadia New")])
    pages = [address, f"{address}/columns", f"{address}/undo", f"{address}/rows.csv"]
    posts = [f"{address}/{act}" for act in ("columns", "format", "apply", "discard", "undo")]
    for who, status in (("haile", 404), ("amina", 403), ("karim", 403), ("root", 403)):
        client.post("/logout")
        sign_in(client, f"{who}@demo.example")
        assert [client.get(path).status_code for path in pages] == [status] * len(pages), who
        done = [client.post(path, data=columns(reason="Mine")).status_code for path in posts]
        assert done == [status] * len(posts), who
    client.post("/logout")
    sign_in(client, "haile@demo.example")
    assert "staff.csv" not in page(client, "/people/import")
    assert client.get(f"/people/import/{2**63}").status_code == 404
    with app.app_context():
        assert lists.state(int(address.rsplit("/", 1)[1])) == "checked"


def test_a_list_that_is_discarded_is_gone(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    address = checked(app, client, [row("N-1", "Nadia New")])
    assert client.post(f"{address}/discard").status_code == 303
    thrown = page(client, address)
    assert "The list has been discarded" in thrown
    assert "Nadia" not in thrown
    assert client.post(f"{address}/apply", data={"reason": "x"}).status_code == 303
    work(app)
    assert "Nadia New" not in page(client, "/people")


def test_who_is_probably_recorded_already_is_shown_and_leavers_are_asked_again(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    rows = [{**row, "staff_number": f"W-0{row['staff_number'][2:]}"} for row in lists.the_cast()[:1]]
    address = send(client, lists.csv_of([*rows, *lists.the_cast()[1:]]))
    client.post(f"{address}/columns", data=columns(leavers="y", leavers_on="2026-11-30"))
    work(app)
    seen = page(client, address)
    assert "1 new person is probably recorded already, under another staff number." in seen
    assert "Probably the same person as staff number W-1, which differs in leading zeros only." in seen
    data = {"reason": "November", "confirm_leavers": "y"}
    refused = client.post(f"{address}/apply", data=data)
    assert refused.status_code == 422 and "if they are not those recorded" in refused.get_data(as_text=True)
    assert client.post(f"{address}/apply", data=data | {"confirm_likely": "y"}).status_code == 303


def file(name: str) -> bytes:
    return (Path(__file__).parent / "files" / name).read_bytes()


def test_sheet_and_row_of_the_headings_are_proposed_and_can_be_changed(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    address = send(client, file("l_sheets.xlsx"))
    shown = page(client, f"{address}/columns")
    assert "Read from the sheet “Staff”; the file has 2." in shown
    assert "L-001" in shown
    client.post(f"{address}/format", data={"sheet": "Read me", "heading_row": "1"})
    refused = page(client, f"{address}/columns")
    assert "No row has headings" in refused
    assert "L-001" in refused
    title = send(client, file("m_title.xlsx"))
    assert "The headings are in row 3." in page(client, f"{title}/columns")
    client.post(f"{title}/format", data={"heading_row": "4"})
    assert "The headings are in row 4." in page(client, f"{title}/columns")
    client.post(f"{title}/format", data={"heading_row": "0"})
    assert "Write the number of the row" in page(client, f"{title}/columns")


def test_broken_letters_are_repaired_when_hr_says_so(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    address = send(client, file("enc_mojibake.csv"))
    proposed = page(client, f"{address}/columns")
    assert "is probably “Hélène Lefèvre”" in proposed
    client.post(f"{address}/format", data={"heading_row": "1", "encoding": "utf-8", "repair": "y"})
    repaired = page(client, f"{address}/columns")
    assert "Hélène Lefèvre" in repaired
    assert "is probably" not in repaired


def test_names_in_two_columns_need_no_third(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    address = send(client, file("n_two_names.csv"))
    names = ("staff_number", "given_name", "family_name", "email", "station", "sector", "role", "from_on")
    chosen = {f"column_{field}": "-1" for field in FIELDS} | {
        f"column_{field}": str(i) for i, field in enumerate(names)
    }
    assert client.post(f"{address}/columns", data=chosen).status_code == 303
    work(app)
    assert "Leila Haddad" in page(client, address)
    half = chosen | {"column_given_name": "-1"}
    assert "Every list must have it." in client.post(f"{address}/columns", data=half).get_data(as_text=True)


def test_hidden_rows_and_short_years_are_announced(app: Flask, client: FlaskClient) -> None:
    make_small_organisation(app)
    sign_in(client, "hana@demo.example")
    data = io.BytesIO()
    with Workbook(data) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, FIELDS)
        for number, day in enumerate(("2026-01-05", "05.01.26"), start=1):
            each = row(f"N-{number}", from_on=day)
            sheet.write_row(number, 0, [each.get(field, "") for field in FIELDS])
        sheet.set_row(1, options={"hidden": True})
    address = send(client, data.getvalue())
    assert client.post(f"{address}/columns", data=columns()).status_code == 303
    work(app)
    shown = page(client, address)
    assert "1 row is hidden in the sheet" in shown
    assert "This row is hidden in the sheet." in shown
    assert "1 row has a year of two digits." in shown
    client.post(f"{address}/columns", data=columns(short_years="last"))
    work(app)
    assert "year of two digits" not in page(client, address)
