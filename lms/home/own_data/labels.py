"""What each table with data about people holds, and for how long, in the words of the page."""

from dataclasses import dataclass

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString


@dataclass(frozen=True, slots=True)
class StoredData:
    """One kind of data: its heading, and when it goes."""

    name: LazyString
    until: LazyString


_ERASED = _l("Until your data is erased; then without your name")
_STAYS = _l("As long as the reports it explains; without your name once your data is erased")
_COMPUTED = _l("Computed from the rest; changes with it")

KINDS: dict[str, StoredData] = {
    "person": StoredData(_l("Your names, e-mail and language"), _l("Until your data is erased")),
    "employment": StoredData(_l("Your staff numbers"), _l("Until your data is erased")),
    "placement": StoredData(_l("Where you work or worked, and as what"), _STAYS),
    "person_correction": StoredData(_l("Corrections of your details"), _l("The texts until your data is erased")),
    "person_merge": StoredData(_l("Records that were found to be yours too"), _STAYS),
    "correction_request": StoredData(_l("What you asked HR to correct"), _l("The text until your data is erased")),
    "correction_request_answer": StoredData(_l("What HR answered"), _l("The text until your data is erased")),
    "account": StoredData(_l("Your account"), _l("Until your data is erased; then closed and empty")),
    "role_grant": StoredData(_l("Roles you have or had here"), _STAYS),
    "signed_in_session": StoredData(_l("Where you are signed in"), _l("Until you sign out, or 90 days")),
    "support_view": StoredData(_l("When an administrator saw your pages as you see them, and why"), _STAYS),
    "access_token": StoredData(_l("Access tokens you made, without what opens them"), _STAYS),
    "passkey": StoredData(_l("Your passkeys, by the names you gave them"), _l("Until you remove them")),
    "sign_in_link": StoredData(_l("Who you are in providers that sign you in"), _l("Until the account is erased")),
    "one_time_code": StoredData(_l("Sign-in codes printed for you, which nobody can read again"), _ERASED),
    "completion": StoredData(_l("Modules you completed"), _STAYS),
    "edition_switch": StoredData(_l("Courses you continue in a newer edition"), _STAYS),
    "attempt": StoredData(_l("Quizzes you took, with your answers"), _STAYS),
    "answer": StoredData(_l("Answers as you saved them during a quiz"), _STAYS),
    "regrade": StoredData(_l("Quizzes marked again because a question was corrected"), _STAYS),
    "quiz_copy": StoredData(_l("Quizzes printed for you on paper"), _STAYS),
    "expected_attendee": StoredData(_l("In-person sessions you were expected at"), _STAYS),
    "paper_entry": StoredData(_l("Your answers on paper, as somebody typed them"), _STAYS),
    "award": StoredData(_l("What you earned"), _STAYS),
    "award_name": StoredData(_l("Your name on certificates"), _l("Until your data is erased")),
    "award_confirmation": StoredData(_l("Certificates that HR let stand"), _STAYS),
    "recognition": StoredData(_l("Training in person, and earlier training recognised"), _STAYS),
    "revocation": StoredData(_l("Certificates that were revoked"), _STAYS),
    "exemption": StoredData(_l("Requirements you are exempt from"), _STAYS),
    "status_interval": StoredData(_l("Your training status on each day"), _COMPUTED),
    "post_interval": StoredData(_l("How you count in reports on each day"), _COMPUTED),
    "directory_entry": StoredData(_l("What your organisation's directory calls you"), _l("Until your data is erased")),
    "directory_group_member": StoredData(
        _l("Groups your organisation's directory lists you in"), _l("Until it does not, or your data is erased")
    ),
    "sent_status": StoredData(_l("Your training status, as your organisation's programs were told"), _COMPUTED),
    "reminder": StoredData(_l("Reminders sent to you"), _STAYS),
    "pathway_report": StoredData(_l("Pathways you reported as out of date"), _STAYS),
    "sector_focal_point": StoredData(_l("Sectors whose reminders you also receive"), _STAYS),
    "saved_view": StoredData(_l("Report filters you saved"), _l("Until you remove them")),
    "report_recipient": StoredData(_l("Reports that you receive by e-mail"), _STAYS),
    "export_job": StoredData(_l("Files you asked for"), _l("The file for a day; the rest as long as the audit trail")),
    "sign_in_slips": StoredData(_l("Sign-in slips you asked for"), _l("The files for a day")),
    "audit_entry": StoredData(_l("What you did here, in the audit trail"), _l("As long as the facts it explains")),
}
