"""The headings by which the columns of a list are recognised, before HR confirms them. Pure."""

import re
from collections.abc import Mapping, Sequence

from lms.people.importing.parse import FIELDS, NAME_PARTS, comparison_key

HEADING_SYNONYMS = {
    "staff_number": (
        "staff number", "staff no", "staff id", "employee number", "employee id", "id", "number", "matricule",
        "payroll number", "personnel number", "personnel no.", "employee no", "employee #", "worker id", "user id",
        "person number", "pernr", "personalnummer",
    ),
    "name": (
        "name", "full name", "staff name", "employee name", "worker", "legal name", "display name", "nom complet",
        "nombre completo", "last name, first name", "name (last name, first name)", "nom", "nombre", "الاسم",
    ),
    "given_name": (
        "given name", "given names", "first name", "first names", "forename", "legal first name", "prénom", "prénoms",
        "nombres", "vorname", "الاسم الأول",
    ),
    "family_name": (
        "family name", "last name", "surname", "legal last name", "nom de famille", "apellido", "apellidos",
        "nachname", "اسم العائلة",
    ),
    "email": (
        "email", "e-mail", "email address", "mail", "courriel", "work email", "business email", "email - work",
        "primary work email",
    ),
    "station": ("duty station", "station", "office", "location", "base", "site", "work location", "duty location"),
    "sector": ("main sector", "sector", "cluster", "programme", "program", "secteur"),
    "also_sectors": ("also works in", "other sectors", "also sectors", "further sectors"),
    "role": (
        "role", "job title", "position", "title", "function", "post", "poste", "business title", "position title",
        "job profile",
    ),
    "contract": ("contract", "contract type", "type of contract", "employment type"),
    "works_with_children": ("works with children", "contact with children"),
    "from_on": (
        "first day", "from", "start date", "start", "position start date", "contract start", "date of joining",
        "joined", "hire date",
    ),
    "through_on": (
        "last day", "until", "through", "end date", "end", "position end date", "contract end", "contract end date",
        "to", "termination date",
    ),
    "status": ("status", "employment status", "employee status", "worker status", "statut", "estado"),
}  # fmt: skip


def guess_columns(header: Sequence[str], before: Mapping[str, str]) -> dict[str, int]:
    """Guesses the column of each field: as in the list before, else by its heading."""
    keys = [comparison_key(re.sub(r"[_*:]+", " ", heading)) for heading in header]
    found: dict[str, int] = {}
    for field in FIELDS:
        words = (*([before[field]] if field in before else []), field.replace("_", " "), *HEADING_SYNONYMS[field])
        places = (keys.index(key) for key in map(comparison_key, words) if key in keys)
        index = next((place for place in places if place not in found.values()), None)
        if index is not None:
            found[field] = index
    parts = [part for part in NAME_PARTS if part in found]
    if len(parts) == 1 and "name" in found:
        # Beside a column of first names, "Name" and "Nom" have the family names.
        found[next(part for part in NAME_PARTS if part not in found)] = found.pop("name")
    return found


def count_headings(header: Sequence[str]) -> int:
    """Returns how many cells of a row are headings that are recognised."""
    return len(guess_columns(header, {}))
