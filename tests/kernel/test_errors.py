"""Refusals are read in the language of the page, and outside a request in that of the installation."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from flask import Flask
from flask_babel import Babel, force_locale

from lms.kernel.errors import Invalid, Refusal
from lms.kernel.i18n import gettext as _, lazy_gettext as _l

SENTENCE = "Nothing was changed."
FRENCH = "Rien n'a changé."


class Unchanged(Refusal):
    """Says so by default."""

    default = _l("Nothing was changed.")


@pytest.fixture
def french(tmp_path: Path) -> Flask:
    folder = tmp_path / "translations" / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    catalogue = Catalog(locale="fr")
    catalogue.add(SENTENCE, FRENCH)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalogue)
    app = Flask("french", root_path=str(tmp_path))
    Babel(app, default_locale="fr")
    return app


def test_a_refusal_is_translated_when_it_is_read(french: Flask) -> None:
    refusals = [Unchanged(), Invalid(_l("Nothing was changed."))]
    assert [refusal.message for refusal in refusals] == [SENTENCE, SENTENCE]
    with french.app_context():
        assert [str(refusal) for refusal in refusals] == [FRENCH, FRENCH]
        with force_locale("en"):
            assert [refusal.message for refusal in refusals] == [SENTENCE, SENTENCE]


def test_a_refusal_of_a_job_speaks_the_language_of_the_installation(french: Flask) -> None:
    with french.app_context():
        assert Invalid(_("Nothing was changed.")).message == FRENCH


def test_a_given_message_takes_the_place_of_the_default() -> None:
    assert Unchanged("Elsewhere.").message == "Elsewhere."
    assert Refusal().message == ""
