"""Texts of templates in the language of the page.

Flask-Babel looks the catalogue up for every text of a page. Here the catalogue is looked up once for each language of
a request, and a text without variables is marked as safe once for each language.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from babel import Locale
from babel.support import NullTranslations
from flask import Flask, g, has_app_context
from flask_babel import get_locale, get_translations
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup, escape

KEPT = 4096
"""How many texts without variables are kept in each language: more than all templates hold."""


class Texts:
    """The texts of one language, as Jinja's new-style gettext writes them."""

    def __init__(self, translations: NullTranslations) -> None:
        self.gettext = translations.ugettext
        self.ngettext = translations.ungettext
        self.plain = lru_cache(KEPT)(lambda text: Markup(self.gettext(text) % {}))  # noqa: S704 - as Jinja does


_outside = Texts(NullTranslations())


def _texts() -> Texts:
    if not has_app_context():
        return _outside
    locale = get_locale()
    known: tuple[Locale | None, Texts] | None = g.get("page_texts")
    # The same object until another language is forced for a while: no text is written in the language before.
    if known is None or known[0] is not locale:
        known = g.page_texts = (locale, _kept(get_translations()))
    return known[1]


@lru_cache(64)
def _kept(translations: NullTranslations) -> Texts:
    return Texts(translations)


def _filled(text: str, variables: Mapping[str, Any], safe: bool) -> str:
    if not safe:
        return text % variables
    # Numbers stay numbers, for %(num)d; whatever else comes from outside is escaped.
    safe_ones = {
        name: value if isinstance(value, int | float) else escape(value) for name, value in variables.items()
    }
    return Markup(text % safe_ones)  # noqa: S704 - the text is ours, what it is filled with is escaped


@pass_eval_context
def gettext(context: EvalContext, text: str, **variables: Any) -> str:
    """Writes a text, a format string always, in the language of the page."""
    texts = _texts()
    if not variables and context.autoescape:
        return texts.plain(text)
    return _filled(texts.gettext(text), variables, context.autoescape)


@pass_eval_context
def ngettext(context: EvalContext, singular: str, plural: str, num: int, **variables: Any) -> str:
    """Writes a text for a number of things, which it may name as ``num``."""
    text = _texts().ngettext(singular, plural, num)
    return _filled(text, {"num": num} | variables, context.autoescape)


def set_up_template_i18n(app: Flask) -> None:
    """Puts these in the place of Flask-Babel's; to be called after it."""
    app.jinja_env.globals.update(gettext=gettext, ngettext=ngettext, _=gettext)
