"""Reading a page as a browser does: its forms with what is filled in, ready to be sent."""

import re
from dataclasses import dataclass, field
from html import unescape
from html.parser import HTMLParser

from flask.testing import FlaskClient
from werkzeug.test import TestResponse


@dataclass(slots=True)
class PageForm:
    """One form of a page: where it goes, how, and the value of every named control."""

    action: str
    method: str
    values: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self.form: PageForm | None = None
        self.select = ""
        self.unchosen = False
        self.textarea = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = PageForm(given.get("action", ""), given.get("method", "get").lower())
            self.forms.append(self.form)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if self.form is None:
            return
        name = given.get("name", "")
        if tag == "select":
            self.select = name
            self.form.values[name], self.unchosen = "", "multiple" not in given
        elif tag == "option" and self.select and ("selected" in given or self.unchosen):
            # A browser chooses the first one where a page chooses none.
            self.form.values[self.select], self.unchosen = given.get("value", ""), False
        elif tag == "textarea":
            self.textarea = name
            self.form.values[name] = ""
        elif tag == "input" and name:
            if given.get("type") in ("radio", "checkbox") and "checked" not in given:
                return
            self.form.values[name] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.form = None
        elif tag == "select":
            self.select = ""
        elif tag == "textarea" and self.form is not None:
            # A browser leaves out the line break that follows the tag.
            self.form.values[self.textarea] = self.form.values[self.textarea].removeprefix("\r\n").removeprefix("\n")
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea and self.form is not None:
            self.form.values[self.textarea] += data


def read_page(page: TestResponse) -> tuple[list[PageForm], list[str]]:
    """Returns a page's forms and where its links lead."""
    return read_html(page.get_data(as_text=True))


def read_html(text: str) -> tuple[list[PageForm], list[str]]:
    """Returns the forms of a page's text and where its links lead."""
    reader = _Reader()
    reader.feed(text)
    return reader.forms, reader.links


def form_on(page: TestResponse, action: str) -> PageForm:
    """Returns the page's form that goes to an address."""
    forms, _links = read_page(page)
    (found,) = [form for form in forms if form.action == action]
    return found


def send(client: FlaskClient, form: PageForm, **changes: str) -> TestResponse:
    """Sends a form as a browser would, after typing the changes into its controls; all of them must be there."""
    assert set(changes) <= set(form.values), set(changes) - set(form.values)
    return client.open(form.action, method=form.method.upper(), data=form.values | changes)


def words_of(client: FlaskClient, address: str) -> str:
    """Returns the words of a page with one space between them, as they would be read out."""
    response = client.get(address)
    assert response.status_code == 200, address
    page = re.sub(r"<(?:style|script)\b.*?</(?:style|script)>", " ", response.get_data(as_text=True), flags=re.DOTALL)
    words = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))
    return re.sub(r" (?=[.,:;])", "", words)
