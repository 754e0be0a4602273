"""The attendance sheet on paper: a pure function of what was recorded of it, in the language of the page."""

import json

from lms.catalogue.api import PublishedCourse
from lms.certification.attendance.queries import list_expected
from lms.certification.models import AttendanceSheet
from lms.kernel import pdf, qr
from lms.kernel.config import current_settings
from lms.kernel.i18n import gettext as _
from lms.kernel.paper_codes import write_paper_code
from lms.web.emails import address_of
from lms.web.language import direction_of, language_of_page

DESIGN = "attendance-sheet"
EMPTY_ROWS = 6


def render_attendance(sheet: AttendanceSheet, course: PublishedCourse, facts: list[tuple[str, str]]) -> bytes:
    """Returns the PDF of a sheet; `facts` are label and value of what its head says."""
    language = language_of_page()
    address = address_of("certification.attendance_sheet", code=sheet.code)
    data = {
        "lang": language,
        "dir": direction_of(language),
        "title": _("Attendance sheet"),
        "course": course.title,
        "product": current_settings().product_name,
        "facts": facts,
        "trainer": _("Trainer, name and signature"),
        "lines": [
            _("Sign for yourself, if you attended the whole session. Scanning the code gives no certificate."),
            _("Write nothing about a real child, family or incident on this sheet."),
        ],
        "head": [_("Name"), _("Staff number"), _("Signature")],
        "people": [[row.name, row.staff_number] for row in list_expected(sheet)] + [["", ""]] * EMPTY_ROWS,
        "scan": _("For HR: scan to record the session"),
        "code": write_paper_code(sheet.code),
        "qr": qr.picture(address),
        "alt_qr": _("QR code that opens %(address)s", address=address),
    }
    issued_at = sheet.recorded_at.isoformat()
    return pdf.render(DESIGN, {"data": json.dumps(data, ensure_ascii=False), "issued_at": issued_at})
