"""Sets up what all pages share: templates, filters, navigation, headers, errors, static files."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from flask import Blueprint, Flask, current_app, request
from flask_babel import Babel
from markupsafe import Markup

from lms.web.assets import FOLDER, set_up_assets
from lms.web.errors import set_up_errors
from lms.web.fields import form_problems, is_form, is_group
from lms.web.formatting import FILTERS
from lms.web.headers import set_up_headers
from lms.web.i18n import set_up_template_i18n
from lms.web.language import direction_of, language_name, language_of_page, language_without_session, languages
from lms.web.layout_cache import defer_csrf_token, deferred_csrf_tokens, page_banner, page_footer, page_header
from lms.web.navigation import address_of, navigation

DEFAULTS = {
    "PRODUCT_NAME": "Every Sector",
    "LANGUAGES": ["en"],
    "DEMONSTRATION": False,
    "QUICK_EXIT_URL": "https://www.wikipedia.org/",
}
ICONS = frozenset(re.findall(r'<symbol id="([a-z-]+)"', (FOLDER / "icons.svg").read_text()))

SECTOR_ICONS = {
    "protection": "shield",
    "food-security-livelihoods": "wheat",
    "education": "book-open",
    "health": "heart-pulse",
    "mhpss": "brain",
    "nutrition": "apple",
    "wash": "droplets",
    "shelter-settlement": "tent",
    "camp-management": "users-round",
}


@lru_cache(maxsize=1000)
def _icon(name: str, label: str | None, sprite: str) -> Markup:
    if name not in ICONS:
        raise LookupError(f"there is no icon {name!r} in lms/web/static/icons.svg")
    role = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup('<svg class="icon icon-{0}" {1}><use href="{2}#{0}"/></svg>').format(name, role, sprite)


def icon(name: str, label: str | None = None) -> Markup:
    """Returns an icon of the sprite: decorative beside a word, or named by ``label`` where it is alone."""
    # A label may be a lazy translation: the icon depends on its text.
    return _icon(name, str(label) if label else None, current_app.extensions["asset_url"]("icons.svg"))


def sector_band(sector: Any, name: str = "") -> Markup:
    """Returns band, icon and name of a sector: of anything with slug, name and icon, or of a slug and a name."""
    if isinstance(sector, str):
        slug, drawn = sector, SECTOR_ICONS.get(sector)
    else:
        slug, drawn, name = sector.slug, sector.icon, name or sector.name
        drawn = drawn if drawn in ICONS else SECTOR_ICONS.get(slug)
    return _sector_band(slug, name or slug, icon(drawn) if drawn else Markup())


@lru_cache(maxsize=1000, typed=True)
def _sector_band(slug: str, name: str, drawn: Markup) -> Markup:
    return Markup('<span class="sector sector-{}">{}{}</span>').format(slug, drawn, name)


def has_endpoint(name: str) -> bool:
    """Returns whether a page exists in this application, so that the layout can link to it."""
    return name in current_app.view_functions


def address(endpoint: str, path: str) -> str:
    """Returns a page's address by endpoint name, or the given path where the application has no such page."""
    return address_of(endpoint) if has_endpoint(endpoint) else request.script_root + path


def page_context() -> dict[str, Any]:
    """Returns what the layout needs in every template."""
    language = language_of_page()
    return {
        "language": language,
        "direction": direction_of(language),
        "product_name": current_app.config["PRODUCT_NAME"],
        "quick_exit_url": current_app.config["QUICK_EXIT_URL"],
    }


TEMPLATE_FUNCTIONS: tuple[Callable[..., Any], ...] = (
    *(icon, sector_band, address, has_endpoint, navigation, languages, language_name),
    *(form_problems, is_form, is_group, page_banner, page_header, page_footer, defer_csrf_token, deferred_csrf_tokens),
)
"""What every template may call."""


def set_up_web(app: Flask) -> None:
    """Sets up the web package in an application, with or without the packages above."""
    for name, value in DEFAULTS.items():
        app.config.setdefault(name, value)
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    if "babel" not in app.extensions:
        Babel(app, locale_selector=language_without_session)
    set_up_template_i18n(app)
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update({function.__name__: function for function in TEMPLATE_FUNCTIONS})
    app.jinja_env.globals.update(
        # Macros have parameters called ``icon``: inside them the function is called svg_icon.
        svg_icon=icon,
        has_icon=ICONS.__contains__,
        sector_icons=tuple(SECTOR_ICONS),
        demonstration=lambda: bool(current_app.config["DEMONSTRATION"]),
    )
    app.register_blueprint(Blueprint("web", __name__, template_folder="templates"))
    app.context_processor(page_context)
    set_up_assets(app)
    set_up_headers(app)
    set_up_errors(app)
