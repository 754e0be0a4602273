"""Texts of templates: in the language of the page, filled in safely."""

from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.mofile import write_mo
from flask import Flask, render_template_string
from flask_babel import Babel, force_locale
from markupsafe import Markup

from lms.web.setup import set_up_web


@pytest.fixture
def bilingual(tmp_path: Path) -> Flask:
    catalogue = Catalog(locale="fr")
    catalogue.add("Hello", "Bonjour")
    catalogue.add("Hello %(name)s", "Bonjour %(name)s")
    catalogue.add(("%(num)d day", "%(num)d days"), ("%(num)d jour", "%(num)d jours"))
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    app = Flask("texts", static_folder=None)
    app.secret_key = "a-key-for-tests-only"
    Babel(app, default_translation_directories=str(tmp_path))
    set_up_web(app)
    return app


@pytest.mark.parametrize(
    ("template", "english", "french"),
    [
        ('{{ _("Hello") }}', "Hello", "Bonjour"),
        ('{{ gettext("Hello") }}', "Hello", "Bonjour"),
        ('{{ _("Hello %(name)s", name="Amina") }}', "Hello Amina", "Bonjour Amina"),
        ('{{ ngettext("%(num)d day", "%(num)d days", 1) }}', "1 day", "1 jour"),
        ('{{ ngettext("%(num)d day", "%(num)d days", 2) }}', "2 days", "2 jours"),
        ('{{ _("Not known, 100%%") }}', "Not known, 100%", "Not known, 100%"),
    ],
)
def test_a_text_is_in_the_language_of_the_moment(bilingual: Flask, template: str, english: str, french: str) -> None:
    with bilingual.test_request_context("/"):
        assert render_template_string(template) == english
        with force_locale("fr"):
            assert render_template_string(template) == french
        assert render_template_string(template) == english


@pytest.mark.parametrize(
    ("given", "written"),
    [("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;"), (Markup("<b>x</b>"), "<b>x</b>"), (3, "3"), ("100%", "100%")],
)
def test_what_a_text_is_filled_with_is_escaped_unless_it_is_markup(
    layout_app: Flask, given: object, written: str
) -> None:
    with layout_app.test_request_context("/"):
        assert render_template_string('{{ _("It: %(thing)s", thing=given) }}', given=given) == f"It: {written}"


def test_nothing_is_escaped_where_a_template_is_plain_text(layout_app: Flask) -> None:
    with layout_app.test_request_context("/"):
        template = '{% autoescape false %}{{ _("It: %(thing)s & co", thing="<b>") }}{% endautoescape %}'
        assert render_template_string(template) == "It: <b> & co"
