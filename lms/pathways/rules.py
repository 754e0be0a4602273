"""Pure rules of pathways: which contacts there are, what a version must say, when it is overdue."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import TypedDict, cast

KINDS = (
    "emergency", "focal-point", "staff-concern", "health", "gbv", "mhpss", "family-tracing", "police", "staff-care",
    "other",
)  # fmt: skip
"""The kinds of contacts, in the order in which somebody who is worried needs them."""

ESSENTIAL = ("emergency", "focal-point", "staff-concern")
"""The kinds every pathway needs: for emergencies, for children, and for concerns about colleagues."""

MOST_CONTACTS = 12
LONGEST_REVIEW = timedelta(days=366)
"""Every pathway must be checked at least once a year, because numbers change."""

LENGTHS = {"name": 120, "phone": 40, "hours": 80, "note": 200}
"""The most characters of the parts of a contact."""

LONGEST_NOTE = 1000
LONGEST_CHANGE = 300
LONGEST_REASON = 300


class Contact(TypedDict):
    """One contact of a pathway: a service or a focal point, never a person in need."""

    kind: str
    name: str
    phone: str
    hours: str
    note: str


def normalise_text(text: str) -> str:
    """Returns a text without outer spaces and control characters; line ends stay."""
    signs = (sign for sign in text.replace("\r\n", "\n") if sign == "\n" or unicodedata.category(sign) != "Cc")
    return "".join(signs).strip()


def normalise_contact(given: Mapping[str, str]) -> Contact:
    """Returns a contact with every part present and normalised; unknown parts are left out."""
    return cast(Contact, {part: normalise_text(given.get(part) or "") for part in Contact.__annotations__})


def is_empty(contact: Contact) -> bool:
    """Says whether nothing was typed; a chosen kind alone does not count."""
    return not any((contact["name"], contact["phone"], contact["hours"], contact["note"]))


@lru_cache(4096)
def dial(phone: str) -> str | None:
    """Returns what a telephone dials: figures with a leading plus, stars and hashes; ``None`` for anything else.

    Figures of every script are understood. Between 3 and 15 figures: the shortest help lines, and the longest
    number that ITU-T E.164 allows.
    """
    figures = "".join(
        str(unicodedata.decimal(sign)) if unicodedata.category(sign) == "Nd" else sign for sign in phone.strip()
    )
    # Direction marks come along when a number is copied out of an Arabic text; they are not part of it.
    figures = "".join(sign for sign in figures if unicodedata.category(sign) != "Cf")
    dialled = re.sub(r"[\s().\-\u2010-\u2015]", "", figures)
    count = sum(sign.isdigit() for sign in dialled)
    return dialled if re.fullmatch(r"\+?[0-9*#]+", dialled) and 3 <= count <= 15 else None


def contact_faults(contact: Contact) -> dict[str, str]:
    """Returns what is wrong with a contact: by part, ``missing``, ``unknown``, ``unreadable`` or ``long``."""
    faults = {part: "long" for part, length in LENGTHS.items() if len(contact[part]) > length}  # type: ignore[literal-required]
    if contact["kind"] not in KINDS:
        faults["kind"] = "unknown" if contact["kind"] else "missing"
    if not contact["name"]:
        faults["name"] = "missing"
    if contact["phone"] and dial(contact["phone"]) is None:
        faults["phone"] = "unreadable"
    if not contact["phone"] and not contact["note"]:
        # A contact needs a number, or a note such as "the tent beside the clinic".
        faults["phone"] = "missing"
    return faults


def date_faults(verified_on: date, review_by: date, today: date) -> dict[str, str]:
    """Returns what is wrong with the two days of a version: by day, ``future``, ``past``, ``before`` or ``far``."""
    faults = {}
    if verified_on > today:
        faults["verified_on"] = "future"
    if review_by < today:
        faults["review_by"] = "past"
    elif review_by <= verified_on:
        faults["review_by"] = "before"
    elif review_by > verified_on + LONGEST_REVIEW:
        faults["review_by"] = "far"
    return faults


def is_overdue(review_by: date, today: date) -> bool:
    """Says whether the day to check again has passed; the day itself is not overdue."""
    return today > review_by


def by_kind(contacts: Iterable[Contact]) -> list[tuple[str, list[Contact]]]:
    """Groups contacts by kind, in the order of ``KINDS`` and within a kind as written; empty kinds are left out."""
    known = list(contacts)
    groups = [(kind, [contact for contact in known if contact["kind"] == kind]) for kind in KINDS]
    return [(kind, group) for kind, group in groups if group]


def missing_kinds(contacts: Sequence[Contact], *, essential: bool = True) -> list[str]:
    """Returns the essential kinds, or all, that no contact is of; "other" is never missing."""
    given = {contact["kind"] for contact in contacts} | {"other"}
    return [kind for kind in (ESSENTIAL if essential else KINDS) if kind not in given]
