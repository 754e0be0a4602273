"""What values of settings must look like: each function returns the value, or raises ValueError with what to write."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from email.utils import parseaddr
from ipaddress import ip_address
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from pydantic_core import ErrorDetails
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from lms.kernel.i18n import gettext as _

_SHORTEST_KEY = 16
_REDIS = frozenset({"redis", "rediss", "redis+unix", "redis+sentinel", "redis+cluster"})

_NO_SETTINGS = frozenset({"LMS_MOVE_TO", "LMS_BOOTSTRAP_AGAIN"})
"""What single commands read from the environment."""
_RENAMED = {"LMS_MAIL_USE_TLS": "LMS_MAIL_SECURITY"}


def web_address(value: str) -> str:
    """The whole address of a page."""
    try:
        parts = urlsplit(value)
        valid = parts.scheme in {"http", "https"} and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        valid = False
    if not valid or any(character.isspace() for character in value):
        raise ValueError(_("write a whole address, such as https://learn.example.org"))
    return value


def site_address(value: str) -> str:
    """The address of a site, which paths are added to."""
    return web_address(value).rstrip("/")


def database_address(value: str) -> str:
    """The address of a database, or nothing for SQLite in the instance folder."""
    try:
        kind = make_url(value).get_backend_name() if value else "sqlite"
    except (ArgumentError, ValueError):
        kind = ""
    if kind not in {"sqlite", "postgresql"}:
        raise ValueError(
            _(
                "write an address such as postgresql://user:password@host/name (special characters percent-encoded), "
                "or leave it out for SQLite"
            )
        )
    return value


def secret_key(value: str) -> str:
    """A key that nobody guesses, or nothing."""
    if value and len(value) < _SHORTEST_KEY:
        raise ValueError(
            _("it is shorter than %(number)s characters. Make one: openssl rand -base64 36", number=_SHORTEST_KEY)
        )
    return value


def time_zone(value: str) -> str:
    """The name of a time zone."""
    try:
        ZoneInfo(value)
    except (KeyError, ValueError, OSError):
        raise ValueError(_("this is not a time zone. Write it like Africa/Nairobi, or UTC")) from None
    return value


def redis_address(value: str) -> str:
    """The address of a Redis, ``memory://``, or nothing."""
    if value and value != "memory://" and urlsplit(value).scheme not in _REDIS:
        raise ValueError(_("write the address of a Redis, such as redis://127.0.0.1:6379/0, or leave it out"))
    return value


def host_name(value: str) -> str:
    """The name or the number of a machine, or nothing."""
    try:
        ip_address(value)
    except ValueError:
        if any(character in value for character in "/:@ "):
            raise ValueError(
                _("write only the machine's name, such as mail.example.org; its port is LMS_MAIL_PORT")
            ) from None
    return value


def e_mail_sender(value: str) -> str:
    """An e-mail address, also with a name before it."""
    name, domain = parseaddr(value)[1].rpartition("@")[::2]
    if not name or not domain or " " in domain:
        raise ValueError(_("write an e-mail address, such as learn@example.org"))
    return value


def contact(value: str) -> str:
    """Where somebody is reached, as an address with its scheme: a page, or ``mailto:`` and an e-mail address."""
    given = value.removeprefix("mailto:")
    if not given or given.startswith("https://"):
        return web_address(given) if given else ""
    if any(character.isspace() for character in given) or not all(given.rpartition("@")[::2]):
        raise ValueError(
            _("write an e-mail address, such as security@example.org, or the address of a page, https://…")
        )
    return f"mailto:{given}"


def languages(value: object) -> object:
    """A list of codes of languages, written as JSON."""
    example = _('write a JSON list of codes of languages, the default first, such as ["en", "fr"]')
    try:
        codes = json.loads(value) if isinstance(value, str) else value
        if not codes or not isinstance(codes, list):
            raise ValueError(example)
        for code in codes:
            Locale.parse(code)
    except (ValueError, TypeError, UnknownLocaleError):
        raise ValueError(example) from None
    return codes


def unknown_names(given: Iterable[str], known: set[str]) -> list[str]:
    """Returns a sentence for each name that begins like a setting and is none, with the nearest right one."""
    sentences = []
    for name in sorted(given):
        if not name.upper().startswith("LMS_") or name.upper() in known | _NO_SETTINGS:
            continue
        nearest = [_RENAMED[name.upper()]] if name.upper() in _RENAMED else get_close_matches(name.upper(), known, 1)
        sentences.append(
            _("%(name)s is not a setting. Did you mean %(nearest)s?", name=name, nearest=nearest[0])
            if nearest
            else _("%(name)s is not a setting. Remove it from the environment.", name=name)
        )
    return sentences


def sentence(name: str, error: ErrorDetails, *, repeat: bool) -> str:
    """Returns a sentence on a wrong value, which is repeated only where it is no secret."""
    return _("%(setting)s: %(reason)s.", setting=f"{name}={error['input']}" if repeat else name, reason=_reason(error))


def _reason(error: ErrorDetails) -> str:
    if error["type"] == "value_error":
        return str(error["ctx"]["error"])
    limits = error.get("ctx", {})
    advice = {
        "int_parsing": _("write a whole number"),
        "bool_parsing": _("write true or false"),
        "greater_than_equal": _("write %(number)s or more", number=limits.get("ge")),
        "less_than_equal": _("write %(number)s or less", number=limits.get("le")),
        "literal_error": _("write %(values)s", values=limits.get("expected")),
    }
    return advice.get(error["type"], error["msg"])
