"""The layout and its macros, rendered and read back as a screen reader would."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from fractions import Fraction
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, flash, render_template_string
from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    DateField,
    FieldList,
    FileField,
    FormField,
    HiddenField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    SubmitField,
    TextAreaField,
)
from wtforms.form import Form
from wtforms.validators import DataRequired, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from lms.kernel.actor import NOBODY, Actor, Role
from lms.web.formatting import change, day, day_short, file_size, moment, moment_short, number, percent, period
from lms.web.navigation import navigation
from lms.web.setup import icon

UI = '{% import "web/macros.html" as ui %}'
PAGE = '{% extends "web/base.html" %}{% block main %}<h1>Page</h1>{% endblock %}'
STATUS_CHIPS = {
    "overdue": ("late", "Overdue"),
    "expired": ("late", "Expired"),
    "revoked": ("late", "Revoked"),
    "grace": ("soon", "In grace"),
    "not_started": ("plain", "Not started"),
    "in_progress": ("plain", "In progress"),
    "expiring": ("soon", "Due for renewal"),
    "valid": ("good", "Valid"),
    "exempt": ("plain", "Exempt"),
    "not_required": ("plain", "Not required"),
}
Render = Callable[..., str]


@pytest.fixture
def render(layout_app: Flask) -> Render:
    def rendered(source: str, **context: Any) -> str:
        with layout_app.test_request_context("/page"):
            return render_template_string(UI + source, **context)

    return rendered


class Place(Form):
    name = StringField("Name of the place", [DataRequired("Write the place.")])


class Everything(FlaskForm):
    number = StringField("Staff number", [DataRequired("Write your staff number.")], description="As on the badge.")
    password = PasswordField("Password")
    station = SelectField("Station", choices=[SelectChoice("n", "North")])
    work = RadioField(
        "Work", [DataRequired("Choose one.")], choices=[SelectChoice("s", "Staff"), SelectChoice("v", "Volunteer")]
    )
    languages = SelectMultipleField(
        "Languages", [Optional()], choices=[SelectChoice("en", "English"), SelectChoice("ar", "Arabic")],
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )  # fmt: skip
    note = TextAreaField("Note", [Optional()])
    on = DateField("Day", [Optional()])
    file = FileField("List")
    stay = BooleanField("Stay signed in")
    next = HiddenField()
    place = FormField(Place)
    phones = FieldList(StringField("Telephone"), "Telephones", min_entries=2)
    send = SubmitField("Send")


def a_form(layout_app: Flask, render_one: str, **values: str) -> str:
    with layout_app.test_request_context("/page", method="POST"):
        layout_app.config["WTF_CSRF_ENABLED"] = False
        form = Everything(MultiDict({"station": "n", **values}))
        form.validate()
        return render_template_string(UI + render_one, form=form)


def test_a_wrong_field_says_so_in_words_and_in_markup(layout_app: Flask) -> None:
    html = a_form(layout_app, '{{ ui.field(form.number, autocomplete="username") }}')
    assert '<label for="number">Staff number</label>' in html
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="number-hint number-error"' in html
    assert 'autocomplete="username"' in html
    assert '<p class="hint" id="number-hint">As on the badge.</p>' in html
    assert re.search(r'<p class="error" id="number-error">.*Write your staff number\.</p>', html)


def test_a_right_field_is_left_in_peace_and_keeps_what_was_typed(layout_app: Flask) -> None:
    html = a_form(layout_app, "{{ ui.field(form.number) }}", number="RR-<1>")
    assert "aria-invalid" not in html
    assert 'value="RR-&lt;1&gt;"' in html


def test_groups_have_a_legend_and_one_card_a_choice(layout_app: Flask) -> None:
    radios = a_form(layout_app, "{{ ui.field(form.work) }}")
    assert "<legend>Work</legend>" in radios
    assert radios.count('<div class="option"><input id="work-') == 2
    assert 'aria-describedby="work-error"' in radios
    boxes = a_form(layout_app, "{{ ui.field(form.languages) }}", languages="ar")
    assert '<span class="optional">(optional)</span>' in boxes
    assert boxes.count('type="checkbox"') == 2
    assert re.search(r'checked id="languages-1"', boxes)


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("password", 'type="password"'),
        ("station", "<select"),
        ("note", "<textarea"),
        ("on", 'type="date"'),
        ("file", 'type="file"'),
        ("stay", '<div class="option"><input id="stay"'),
        ("next", 'type="hidden"'),
        ("send", '<button class="button " type="submit" id="send"'),
    ],
)
def test_every_kind_of_field(layout_app: Flask, name: str, part: str) -> None:
    html = a_form(layout_app, "{{ ui.field(form[name]) }}".replace("name", f'"{name}"'))
    assert part in html
    assert ("<label" in html) is (name not in ("next", "send"))


def test_fields_within_fields(layout_app: Flask) -> None:
    html = a_form(layout_app, "{{ ui.field(form.place) }}{{ ui.field(form.phones) }}")
    assert '<label for="place-name">Name of the place</label>' in html
    assert html.count('<label for="phones-') == 2


def test_the_summary_leads_to_every_wrong_field(layout_app: Flask) -> None:
    html = a_form(layout_app, "{{ ui.error_summary(form) }}")
    assert re.findall(r'href="#([^"]+)"', html) == ["number", "work-0", "place-name"]
    assert 'role="alert"' in html
    assert a_form(layout_app, "{{ ui.error_summary(form) }}", number="1", work="s", **{"place-name": "x"}).strip() == ""


@pytest.mark.parametrize("status", STATUS_CHIPS)
def test_a_status_has_a_word_an_icon_and_a_kind(render: Render, status: str) -> None:
    html = render("{{ ui.status_chip(status) }}", status=status)
    kind, word = STATUS_CHIPS[status]
    assert f'<span class="status {kind}">' in html
    assert f"</svg>{word}</span>" in html


def test_a_reason_is_one_tap_away_without_script(render: Render) -> None:
    html = render('{{ ui.status_chip("valid", reason="earned <12> February") }}')
    assert "<details" in html
    assert "earned &lt;12&gt; February" in html


def test_progress_is_said_and_drawn(render: Render) -> None:
    html = render("{{ ui.progress(3, 6, 4) }}")
    assert 'aria-label="3 of 6 done"' in html
    assert html.count('class="done"') == 3
    assert html.count('class="now"') == 1
    assert html.count("<span") == 6


def test_a_bar_fills_its_width_and_says_its_figures(render: Render) -> None:
    html = render('{{ ui.bar([("Valid", 1, "valid"), ("Grace", 0, "wait"), ("Late", 2, "late")], label="WASH") }}')
    assert 'aria-label="WASH: Valid 1, Late 2"' in html
    widths = [float(width) for width in re.findall(r'class="fill-\w+" x="[\d.]+%" width="([\d.]+)%"', html)]
    assert sum(widths) == pytest.approx(100, abs=0.1)
    assert 'fill="url(#p-late)"' in html
    assert "style=" not in html
    assert "<rect" not in render('{{ ui.bar([("Valid", 0, "valid")]) }}')


def test_a_sector_is_named_whatever_describes_it(render: Render) -> None:
    wash = SimpleNamespace(slug="wash", name="WASH", icon="droplets")
    odd = SimpleNamespace(slug="logistics", name="Logistics", icon="no-such-icon")
    assert 'class="sector sector-wash"' in render("{{ sector_band(s) }}", s=wash)
    assert "#droplets" in render('{{ sector_band("wash", "WASH") }}')
    assert "Logistics</span>" in render("{{ sector_band(s) }}", s=odd)


@pytest.mark.parametrize(("share", "step"), [(0, 0), (0.499, 0), (0.5, 1), (0.79, 3), (0.9, 5), (1, 5)])
def test_heat_has_six_steps(render: Render, share: float, step: int) -> None:
    assert render("{{ share | heat }}", share=share) == f"heat-{step}"
    assert render("{{ none | heat }}") == ""


def test_pages_are_linked_with_their_filters(layout_app: Flask, render: Render) -> None:
    layout_app.add_url_rule("/people", "people.index", lambda: "")
    page = SimpleNamespace(page=2, pages=3)
    html = render('{{ ui.pagination(p, "people.index", sector="wash") }}', p=page)
    assert 'rel="prev" href="/people?page=1&amp;sector=wash"' in html
    assert "Page 2 of 3" in html
    one = SimpleNamespace(page=1, pages=1)
    assert render('{{ ui.pagination(p, "people.index") }}', p=one).strip() == ""


def test_small_parts(render: Render) -> None:
    assert "<dd>0</dd>" in render('{{ ui.facts([("Score", 0), ("Nothing", none)]) }}')
    assert "Nothing" not in render('{{ ui.facts([("Score", 0), ("Nothing", none)]) }}')
    assert 'href="/courses"' in render('{{ ui.empty("None yet", "They appear here.", ("See courses", "/courses")) }}')
    confirm = render('{{ ui.confirm("/x", "It ends today.", "End it", "/back") }}')
    assert 'name="csrf_token"' in confirm
    assert 'method="post"' in confirm
    legend = render('{{ ui.legend([("Valid", "valid"), ("Late", "late")]) }}')
    assert legend.count("<li>") == 2
    lane = render(
        '{{ ui.lane("Identification", [(5, 60, "valid", "Valid"), (60, 100, "late", "Expired")], today=78) }}'
    )
    assert "Valid, Expired" in lane


def test_icons(layout_app: Flask) -> None:
    with layout_app.test_request_context():
        assert 'aria-hidden="true"' in icon("clock")
        assert 'role="img" aria-label="&lt;time&gt;"' in icon("clock", "<time>")
        with pytest.raises(LookupError):
            icon("no-such-icon")


# The frame


def page(layout_app: Flask, **context: Any) -> str:
    with layout_app.test_request_context("/page"):
        return render_template_string(PAGE, **context)


def test_every_page_has_what_every_page_needs(layout_app: Flask) -> None:
    html = page(layout_app)
    assert '<html lang="en" dir="ltr">' in html
    assert html.index('href="#main"') < html.index('href="/help-now"') < html.index("<header")
    assert '<main id="main" tabindex="-1">' in html
    assert "data-quick-exit" in html
    assert 'href="https://www.wikipedia.org/" rel="noreferrer nofollow"' in html
    assert "demonstration" not in html
    assert "crumbs" not in html


def test_settings_of_the_frame(layout_app: Flask) -> None:
    layout_app.config.update(DEMONSTRATION=True, PRODUCT_NAME="Our School", LANGUAGES=["en", "ar"])
    html = page(layout_app)
    assert "This is a demonstration" in html
    assert "Our School" in html
    assert 'lang="ar">العربية</button>' in html
    assert 'dir="rtl"' in page(layout_app, language="ar", direction="rtl")


def test_one_language_needs_no_switch(layout_app: Flask) -> None:
    assert 'name="language"' not in page(layout_app)


def test_flashes_are_shown_once(layout_app: Flask) -> None:
    with layout_app.test_request_context("/page"):
        flash("Your <answer> is saved.", "good")
        html = render_template_string(PAGE)
        assert '<div class="flash good" role="status">' in html
        assert "Your &lt;answer&gt; is saved." in html


def test_navigation_follows_roles_and_what_exists(layout_app: Flask) -> None:
    for endpoint, path in (("home.my", "/my"), ("learning.courses", "/courses"), ("compliance.report", "/compliance")):
        layout_app.add_url_rule(path, endpoint, lambda: "")
    learner = Actor(account_id=1, scopes={Role.LEARNER: None})
    hana = Actor(account_id=2, scopes={Role.LEARNER: None, Role.HR: frozenset({1})})
    with layout_app.test_request_context("/courses/safe-identification"):
        assert [(link.url, link.current) for link in navigation(learner)] == [("/my", ""), ("/courses", "true")]
        assert [link.url for link in navigation(hana)] == ["/my", "/courses", "/compliance"]
        assert navigation(NOBODY) == []
        assert navigation(None) == []
    with layout_app.test_request_context("/my"):
        html = render_template_string(PAGE, actor=learner)
        assert '<a href="/my" aria-current="page">My training</a>' in html
        assert "popover" not in html
        assert 'action="/logout"' in html
        assert "Check a certificate" not in html


# Words


def test_days_and_moments_never_break(layout_app: Flask) -> None:
    with layout_app.test_request_context():
        assert day(date(2026, 11, 22)) == "22\u00a0November\u00a02026"
        assert day_short(date(2026, 1, 2)) == "2\u00a0Jan\u00a02026"
        expected = "22\u00a0November\u00a02026, 09:14\u00a0UTC"
        assert moment(datetime(2026, 11, 22, 9, 14, tzinfo=UTC)) == expected
        assert moment(datetime.fromisoformat("2026-11-22T12:14:00+03:00")) == expected
        assert moment(datetime.fromisoformat("2026-11-22T09:14:00")) == expected
        assert moment_short(datetime(2026, 11, 22, 9, 14, tzinfo=UTC)) == "22\u00a0Nov\u00a02026, 09:14\u00a0UTC"
        assert (day(None), day_short(None), moment(None), moment_short(None)) == ("–", "–", "–", "–")


def test_words_outside_a_request() -> None:
    assert day(date(2026, 11, 22)) == "22\u00a0November\u00a02026"


@pytest.mark.parametrize(
    ("value", "of", "text"),
    [
        (Fraction(73, 100), 1, "73\u00a0%"),
        (0.725, 1, "73\u00a0%"),
        (80, 100, "80\u00a0%"),
        (1, 3, "33\u00a0%"),
        (999, 1000, "99\u00a0%"),
        (1, 1000, "1\u00a0%"),
        (0, 5, "0\u00a0%"),
        (5, 5, "100\u00a0%"),
        (None, 1, "–"),
        (0, 0, "–"),
    ],
)
def test_percent(value: Any, of: Any, text: str) -> None:
    assert percent(value, of) == text


@pytest.mark.parametrize(
    ("size", "text"), [(20, "1 kB"), (109_073, "109 kB"), (999_499, "999 kB"), (999_500, "1 MB"), (1_449_000, "1.4 MB")]
)
def test_sizes_of_files(size: int, text: str) -> None:
    assert file_size(size) == text.replace(" ", "\u00a0")


def test_numbers_and_changes() -> None:
    assert number(4212) == "4\u202f212"
    assert number(1234567) == "1\u202f234\u202f567"
    assert (number(0), number(-5), number(None)) == ("0", "−5", "–")
    assert (change(6), change(-5), change(0), change(None)) == ("+6", "−5", "0", "–")


@pytest.mark.parametrize(
    ("iso", "text"),
    [
        ("P1Y", "1\u00a0year"),
        ("P2Y", "2\u00a0years"),
        ("P18M", "18\u00a0months"),
        ("P60D", "60\u00a0days"),
        ("P1Y6M", "1\u00a0year, 6\u00a0months"),
        ("PT24H", "24\u00a0hours"),
        ("PT30M", "30\u00a0minutes"),
        ("P2W", "2\u00a0weeks"),
        ("nonsense", "nonsense"),
        (None, "–"),
    ],
)
def test_periods(layout_app: Flask, iso: str | None, text: str) -> None:
    with layout_app.test_request_context():
        assert period(iso) == text
