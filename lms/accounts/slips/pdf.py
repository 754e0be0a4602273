"""Sign-in slips on paper: eight a page, each in its holder's language, every station on pages of its own."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby

from flask_babel import force_locale, gettext as _

from lms.accounts.codes.queries import PersonWithoutPassword
from lms.accounts.codes.rules import VALID_FOR, format_code
from lms.kernel import pdf, qr
from lms.kernel.config import current_settings
from lms.web.emails import address_of, language_for
from lms.web.formatting import moment
from lms.web.language import direction_of, language_of_page

DESIGN = "sign-in-slips"


def print_slips(people: Sequence[PersonWithoutPassword], codes: Mapping[int, str], now: datetime) -> bytes:
    """Returns the PDF of slips for people in their order, with their codes by account."""
    stations = [
        {"name": name, "slips": [_slip(each, codes[each.account_id], now) for each in some]}
        for name, some in groupby(people, key=lambda each: each.station)
    ]
    join = address_of("accounts.type_code")
    data = {
        "lang": language_of_page(),
        "title": _("Sign-in slips"),
        "warning": _("Cut apart, and hand each slip to the person named on it and to no one else. Destroy the rest."),
        "product": current_settings().product_name,
        "address": join.removeprefix("https://").removeprefix("http://"),
        "alt_qr": _("QR code that opens %(address)s", address=join),
        "qr": qr.picture(join),
        "stations": stations,
    }
    return pdf.render(DESIGN, {"data": json.dumps(data, ensure_ascii=False), "issued_at": now.isoformat()})


def _slip(person: PersonWithoutPassword, code: str, now: datetime) -> dict[str, str]:
    language = language_for(person.language)
    with force_locale(language):
        return {
            "lang": language,
            "dir": direction_of(language),
            "name": person.name,
            "number": _("Staff number: %(number)s", number=person.staff_number),
            "organisation": person.organisation,
            "open": _("1. On any phone or computer, open this address or scan the picture:"),
            "type": _("2. Type this code:"),
            "code": format_code(code),
            "choose": _(
                "3. Choose your own password. You then see your training. Later, sign in with your staff number."
            ),
            "until": _("Works once, until %(moment)s. Keep it to yourself.", moment=moment(now + VALID_FOR)),
        }
