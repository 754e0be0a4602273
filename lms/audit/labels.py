"""Labels of the trail: a sentence for every action, and a noun for every type of record."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

ACTIONS: dict[str, tuple[str, LazyString]] = {
    "accounts.open": ("account", _l("%(who)s opened %(what)s")),
    "accounts.close": ("account", _l("%(who)s closed %(what)s")),
    "accounts.close_others": ("account", _l("%(who)s closed all accounts but %(what)s")),
    "accounts.close_unused": ("account", _l("%(who)s closed %(what)s, which nobody had used")),
    "accounts.reopen": ("account", _l("%(who)s reopened %(what)s")),
    "accounts.grant": ("account", _l("%(who)s granted a role to %(what)s")),
    "accounts.retract": ("account", _l("%(who)s removed a role from %(what)s")),
    "accounts.print_code": ("account", _l("%(who)s printed a one-time code for %(what)s")),
    "accounts.invite": ("account", _l("%(who)s invited the holder of %(what)s")),
    "accounts.request_slips": ("sign_in_slips", _l("%(who)s asked for %(what)s")),
    "accounts.use_invitation": ("account", _l("%(who)s joined with an invitation: %(what)s")),
    "accounts.change_email": ("account", _l("%(who)s changed the e-mail of %(what)s")),
    "accounts.sign_in": ("account", _l("%(who)s signed in to %(what)s")),
    "accounts.refuse_sign_in": ("account", _l("%(who)s refused a sign-in to %(what)s")),
    "accounts.use_code": ("account", _l("%(who)s signed in to %(what)s with a one-time code")),
    "accounts.refuse_code": ("account", _l("%(who)s refused a code of the second step to %(what)s")),
    "accounts.set_up_app": ("account", _l("%(who)s set up an app for the second step: %(what)s")),
    "accounts.remove_app": ("account", _l("%(who)s removed the app of the second step: %(what)s")),
    "accounts.add_passkey": ("account", _l("%(who)s added a passkey to %(what)s")),
    "accounts.remove_passkey": ("account", _l("%(who)s removed a passkey of %(what)s")),
    "accounts.make_recovery_codes": ("account", _l("%(who)s made recovery codes for %(what)s")),
    "accounts.use_recovery_code": ("account", _l("%(who)s used a recovery code of %(what)s")),
    "accounts.reset_second_step": ("account", _l("%(who)s removed the second step of %(what)s")),
    "accounts.set_password": ("account", _l("%(who)s set the password of %(what)s")),
    "accounts.start_view": ("account", _l("%(who)s began to see the pages as the holder of %(what)s does")),
    "accounts.end_view": ("account", _l("%(who)s stopped seeing the pages as the holder of %(what)s does")),
    "accounts.read_page": ("account", _l("%(who)s read a page as the holder of %(what)s does")),
    "accounts.make_token": ("access_token", _l("%(who)s made %(what)s")),
    "accounts.use_token": ("access_token", _l("%(who)s used %(what)s for the first time on this day")),
    "accounts.revoke_token": ("access_token", _l("%(who)s revoked %(what)s")),
    "rest.make_webhook": ("webhook", _l("%(who)s made %(what)s")),
    "rest.stop_webhook": ("webhook", _l("%(who)s stopped %(what)s")),
    "audit.download": ("download", _l("%(who)s downloaded %(what)s")),
    "people.record_organisation": ("organisation", _l("%(who)s recorded %(what)s")),
    "people.change_organisation": ("organisation", _l("%(who)s changed %(what)s")),
    "people.record_station": ("duty_station", _l("%(who)s recorded %(what)s")),
    "people.record_person": ("person", _l("%(who)s recorded %(what)s")),
    "people.correct_person": ("person", _l("%(who)s corrected %(what)s")),
    "people.erase": ("person", _l("%(who)s erased the data of %(what)s")),
    "people.read": ("person", _l("%(who)s read %(what)s as an administrator")),
    "people.correct_number": ("employment", _l("%(who)s corrected the staff number of %(what)s")),
    "people.employ": ("employment", _l("%(who)s recorded %(what)s")),
    "people.place": ("placement", _l("%(who)s recorded %(what)s")),
    "people.end_placement": ("placement", _l("%(who)s ended %(what)s")),
    "people.withdraw_placement": ("placement", _l("%(who)s withdrew %(what)s")),
    "people.import_send": ("people_import", _l("%(who)s uploaded a file: %(what)s")),
    "people.import_check": ("people_import", _l("%(who)s checked %(what)s")),
    "people.import_apply": ("people_import", _l("%(who)s applied %(what)s")),
    "people.import_person": ("employment", _l("%(who)s recorded %(what)s from a file")),
    "people.import_undo": ("people_import", _l("%(who)s undid %(what)s")),
    "people.import_undo_person": ("employment", _l("%(who)s undid the import of %(what)s")),
    "people.import_discard": ("people_import", _l("%(who)s discarded %(what)s")),
    "people.merge": ("person_merge", _l("%(who)s merged two records of one person: %(what)s")),
    "people.undo_merge": ("person_merge", _l("%(who)s undid the merge of two records: %(what)s")),
    "people.request_correction": ("correction_request", _l("%(who)s asked for a correction: %(what)s")),
    "people.answer_correction_request": ("correction_request", _l("%(who)s answered %(what)s")),
    # As the two above were called in earlier versions.
    "people.say_wrong": ("record_query", _l("%(who)s asked for a correction: %(what)s")),
    "people.answer_query": ("record_query", _l("%(who)s answered %(what)s")),
    "catalogue.published": ("publication", _l("%(who)s published the courses: %(what)s")),
    "authoring.sign_off": ("draft", _l("%(who)s signed off %(what)s")),
    "authoring.begin_draft": ("draft", _l("%(who)s began %(what)s")),
    "authoring.comment": ("draft", _l("%(who)s commented on %(what)s")),
    "authoring.resolve_comment": ("draft", _l("%(who)s resolved a comment on %(what)s")),
    "authoring.reopen_comment": ("draft", _l("%(who)s opened a comment on %(what)s again")),
    "authoring.ask_for_review": ("draft", _l("%(who)s asked for a review of %(what)s")),
    "authoring.withdraw_review": ("draft", _l("%(who)s no longer asks for a review of %(what)s")),
    "authoring.schedule_draft": ("draft", _l("%(who)s chose the day on which %(what)s is published")),
    "authoring.cancel_schedule": ("draft", _l("%(who)s took away the day on which %(what)s is published")),
    "authoring.schedule_failed": ("draft", _l("%(who)s could not publish %(what)s on its day")),
    "authoring.discard_draft": ("draft", _l("%(who)s discarded %(what)s")),
    "authoring.deal_with_feedback": ("course_feedback", _l("%(who)s marked %(what)s as dealt with")),
    "pathways.publish": ("pathway_version", _l("%(who)s published %(what)s")),
    "pathways.propose": ("pathway_version", _l("%(who)s proposed %(what)s")),
    "pathways.confirm": ("pathway_version", _l("%(who)s confirmed %(what)s")),
    "pathways.refuse": ("pathway_version", _l("%(who)s refused %(what)s")),
    "pathways.mark_silent": ("pathway_version", _l("%(who)s marked a number as not answering: %(what)s")),
    "pathways.mark_answering": ("pathway_version", _l("%(who)s marked a number as answering again: %(what)s")),
    "pathways.report_outdated": ("pathway_version", _l("%(who)s reported that %(what)s is out of date")),
    "assessment.start": ("attempt", _l("%(who)s started %(what)s")),
    "assessment.submit": ("attempt", _l("%(who)s submitted %(what)s")),
    "assessment.print_quiz": ("paper_quiz", _l("%(who)s made %(what)s to be printed")),
    "assessment.withdraw_copy": ("quiz_copy", _l("%(who)s withdrew %(what)s")),
    "assessment.enter_copy": ("quiz_copy", _l("%(who)s entered %(what)s")),
    "assessment.grade_copy": ("attempt", _l("%(who)s entered a quiz on paper twice, and it was graded: %(what)s")),
    "assessment.correct_question": ("question", _l("%(who)s corrected %(what)s")),
    "learning.switch_edition": ("edition_switch", _l("%(who)s switched to a newer edition: %(what)s")),
    # As it was called in earlier versions.
    "learning.start_again": ("fresh_start", _l("%(who)s switched to a newer edition: %(what)s")),
    "certification.issue": ("award", _l("%(who)s issued %(what)s")),
    "certification.supersede": ("award", _l("%(who)s replaced %(what)s")),
    "certification.revoke": ("award", _l("%(who)s revoked %(what)s")),
    "certification.replace_key": ("signing_key", _l("%(who)s replaced %(what)s")),
    "certification.confirm": ("award", _l("%(who)s let stand %(what)s")),
    "certification.recognise": ("award", _l("%(who)s recognised prior training: %(what)s")),
    "certification.record_session": ("training_session", _l("%(who)s recorded %(what)s")),
    "certification.print_attendance": ("attendance_sheet", _l("%(who)s made %(what)s to be printed")),
    "certification.withdraw_session": ("training_session", _l("%(who)s withdrew %(what)s")),
    "compliance.make_requirement": ("requirement", _l("%(who)s created %(what)s")),
    "compliance.change_requirement": ("requirement", _l("%(who)s changed %(what)s")),
    "compliance.end_requirement": ("requirement", _l("%(who)s ended %(what)s")),
    "compliance.save_view": ("saved_view", _l("%(who)s saved a view of the report: %(what)s")),
    "compliance.remove_view": ("saved_view", _l("%(who)s removed a view of the report: %(what)s")),
    "compliance.ask_for_file": ("export_job", _l("%(who)s requested an export of the report: %(what)s")),
    "compliance.sign_off": ("report_signoff", _l("%(who)s signed off a report: %(what)s")),
    "compliance.schedule_report": ("report_schedule", _l("%(who)s scheduled a report: %(what)s")),
    "compliance.stop_report": ("report_schedule", _l("%(who)s stopped %(what)s")),
    "compliance.unsubscribe": ("report_schedule", _l("%(who)s no longer gets %(what)s")),
    "compliance.send_report": ("report_schedule", _l("%(who)s queued the e-mails of %(what)s")),
    "compliance.exempt": ("exemption", _l("%(who)s recorded %(what)s")),
    "compliance.withdraw_exemption": ("exemption", _l("%(who)s withdrew %(what)s")),
    "reminders.run": ("reminder_run", _l("%(who)s sent the day's reminders: %(what)s")),
    "reminders.appoint_focal_point": ("sector_focal_point", _l("%(who)s named %(what)s")),
    "reminders.withdraw_focal_point": ("sector_focal_point", _l("%(who)s withdrew %(what)s")),
    # As the two above were called in earlier versions.
    "reminders.choose_lead": ("sector_lead", _l("%(who)s named %(what)s")),
    "reminders.withdraw_lead": ("sector_lead", _l("%(who)s withdrew %(what)s")),
    "rest.write": ("access_token", _l("%(who)s had a program record something with %(what)s")),
    "installation.restore": ("backup", _l("%(who)s restored %(what)s")),
    "installation.move": ("database", _l("%(who)s moved %(what)s to PostgreSQL")),
}
"""The type of record an action usually concerns, and its sentence; a test finds missing ones."""

OTHER_ACTION = _l("%(who)s did %(action)s: %(what)s")
"""For actions of other versions, which this one has no sentence for."""

SUBJECTS: dict[str, LazyString] = {
    "account": _l("account"),
    "access_token": _l("access token"),
    "webhook": _l("webhook"),
    "download": _l("a file"),
    "unknown_account": _l("an unknown account"),
    "organisation": _l("organisation"),
    "duty_station": _l("duty station"),
    "person": _l("person"),
    "employment": _l("employment"),
    "placement": _l("placement"),
    "publication": _l("publication"),
    "draft": _l("draft of a course"),
    "course_feedback": _l("feedback of learners"),
    "pathway_version": _l("referral pathway, version"),
    "attempt": _l("attempt"),
    "question": _l("question"),
    "paper_quiz": _l("quiz on paper"),
    "quiz_copy": _l("copy of a quiz on paper"),
    "edition_switch": _l("switch of edition"),
    "fresh_start": _l("switch of edition"),
    "award": _l("certificate"),
    "signing_key": _l("key that signs certificates"),
    "requirement": _l("requirement"),
    "exemption": _l("exemption"),
    "saved_view": _l("saved view"),
    "sign_in_slips": _l("sign-in slips"),
    "export_job": _l("export of the report"),
    "report_signoff": _l("signed report"),
    "report_schedule": _l("scheduled report"),
    "training_session": _l("session"),
    "attendance_sheet": _l("attendance sheet"),
    "people_import": _l("import"),
    "person_merge": _l("merge"),
    "correction_request": _l("correction request"),
    "record_query": _l("correction request"),
    "reminder_run": _l("reminder run"),
    "sector_focal_point": _l("focal point"),
    "sector_lead": _l("focal point"),
    "backup": _l("backup of the installation"),
    "database": _l("database of the installation"),
}


def subject_label(subject: str) -> str:
    """Returns the noun for a type of record, or the type itself where it has none."""
    return str(SUBJECTS.get(subject) or subject.replace("_", " "))


def subject_with_number(subject: str, number: int | None) -> str:
    """Returns the noun and the id of a record, such as certificate 12."""
    return subject_label(subject) if number is None else f"{subject_label(subject)} {number}"


def action_label(action: str) -> str:
    """Returns an action without who did it: … revoked certificate."""
    return str(sentence(action, "…", subject_label(ACTIONS[action][0])))


def sentence(action: str, who: Markup | str, done_to: Markup | str) -> Markup:
    """Returns what was done as a sentence; an action without one goes by its code."""
    _usual, words = ACTIONS.get(action, ("", OTHER_ACTION))
    # The sentence is ours; its values are escaped, unless they are markup already.
    return Markup(str(words)) % {"who": escape(who), "what": escape(done_to), "action": action}  # noqa: S704
