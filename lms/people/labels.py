"""How people's coded values are written on pages."""

from flask_babel import LazyString, lazy_gettext as _l

CONTRACT_LABELS: dict[str, LazyString] = {
    "staff": _l("Staff"),
    "volunteer": _l("Volunteer or incentive worker"),
    "daily": _l("Daily worker"),
    "consultant": _l("Consultant"),
    "partner": _l("Staff of a partner or contractor"),
    "intern": _l("Intern"),
}
"""The kinds of contract, in the order of forms."""
