"""What the trail says in words: a sentence for every act, and a word for everything an act is done to."""

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString
from markupsafe import Markup, escape

ACTIONS: dict[str, tuple[str, LazyString]] = {
    "accounts.open": ("account", _l("%(who)s opened %(what)s")),
    "accounts.close": ("account", _l("%(who)s closed %(what)s")),
    "accounts.reopen": ("account", _l("%(who)s opened %(what)s again")),
    "accounts.grant": ("account", _l("%(who)s gave a role to %(what)s")),
    "accounts.retract": ("account", _l("%(who)s took a role from %(what)s")),
    "accounts.print_code": ("account", _l("%(who)s printed a one-time code for %(what)s")),
    "accounts.use_code": ("account", _l("%(who)s signed in to %(what)s with a one-time code")),
    "accounts.set_password": ("account", _l("%(who)s set the password of %(what)s")),
    "people.record_organisation": ("organisation", _l("%(who)s recorded %(what)s")),
    "people.change_organisation": ("organisation", _l("%(who)s changed %(what)s")),
    "people.record_station": ("duty_station", _l("%(who)s recorded %(what)s")),
    "people.record_person": ("person", _l("%(who)s recorded %(what)s")),
    "people.employ": ("employment", _l("%(who)s recorded %(what)s")),
    "people.place": ("placement", _l("%(who)s recorded %(what)s")),
    "people.end_placement": ("placement", _l("%(who)s ended %(what)s")),
    "people.withdraw_placement": ("placement", _l("%(who)s withdrew %(what)s")),
    "people.import_send": ("people_import", _l("%(who)s sent a file: %(what)s")),
    "people.import_check": ("people_import", _l("%(who)s looked through %(what)s")),
    "people.import_apply": ("people_import", _l("%(who)s applied %(what)s")),
    "people.import_person": ("employment", _l("%(who)s recorded %(what)s from a file")),
    "people.import_undo": ("people_import", _l("%(who)s took back %(what)s")),
    "people.import_undo_person": ("employment", _l("%(who)s took back what a file said of %(what)s")),
    "people.import_discard": ("people_import", _l("%(who)s discarded %(what)s")),
    "people.merge": ("person_merge", _l("%(who)s recorded that two persons are one: %(what)s")),
    "people.undo_merge": ("person_merge", _l("%(who)s withdrew that two persons are one: %(what)s")),
    "people.request_correction": ("correction_request", _l("%(who)s said that a record is wrong: %(what)s")),
    "people.answer_correction_request": ("correction_request", _l("%(who)s answered %(what)s")),
    "catalogue.published": ("publication", _l("%(who)s published the courses: %(what)s")),
    "pathways.publish": ("pathway_version", _l("%(who)s published %(what)s")),
    "pathways.report_outdated": ("pathway_version", _l("%(who)s said that %(what)s is out of date")),
    "assessment.start": ("attempt", _l("%(who)s started %(what)s")),
    "assessment.submit": ("attempt", _l("%(who)s handed in %(what)s")),
    "learning.start_again": ("fresh_start", _l("%(who)s started a course again: %(what)s")),
    "certification.issue": ("award", _l("%(who)s issued %(what)s")),
    "certification.supersede": ("award", _l("%(who)s replaced %(what)s by another")),
    "certification.revoke": ("award", _l("%(who)s revoked %(what)s")),
    "certification.recognise": ("award", _l("%(who)s recognised prior training: %(what)s")),
    "certification.record_session": ("training_session", _l("%(who)s recorded %(what)s")),
    "certification.withdraw_session": ("training_session", _l("%(who)s withdrew %(what)s")),
    "compliance.make_requirement": ("requirement", _l("%(who)s made %(what)s")),
    "compliance.change_requirement": ("requirement", _l("%(who)s changed %(what)s")),
    "compliance.end_requirement": ("requirement", _l("%(who)s ended %(what)s")),
    "compliance.save_view": ("saved_view", _l("%(who)s kept a view of the report: %(what)s")),
    "compliance.remove_view": ("saved_view", _l("%(who)s removed a view of the report: %(what)s")),
    "compliance.ask_for_file": ("export_job", _l("%(who)s asked for a file of the report: %(what)s")),
    "compliance.exempt": ("exemption", _l("%(who)s recorded %(what)s")),
    "compliance.withdraw_exemption": ("exemption", _l("%(who)s withdrew %(what)s")),
    "reminders.run": ("reminder_run", _l("%(who)s sent the reminders of a day: %(what)s")),
    "reminders.choose_lead": ("sector_lead", _l("%(who)s named %(what)s")),
    "reminders.withdraw_lead": ("sector_lead", _l("%(who)s withdrew %(what)s")),
}
"""What every act that a room records is usually done to, and a sentence for it; a test looks whether one is missing."""

ANOTHER_ACT = _l("%(who)s did %(act)s: %(what)s")
"""For acts of a later or an earlier version, which this one has no sentence for."""

SUBJECTS: dict[str, LazyString] = {
    "account": _l("account"),
    "organisation": _l("organisation"),
    "duty_station": _l("duty station"),
    "person": _l("person"),
    "employment": _l("employment"),
    "placement": _l("placement"),
    "publication": _l("publication"),
    "pathway_version": _l("referral pathway, version"),
    "attempt": _l("attempt"),
    "fresh_start": _l("fresh start"),
    "award": _l("certificate"),
    "requirement": _l("requirement"),
    "exemption": _l("exemption"),
    "saved_view": _l("saved view"),
    "export_job": _l("file of the report"),
    "training_session": _l("session"),
    "people_import": _l("import"),
    "person_merge": _l("merge"),
    "correction_request": _l("query about a record"),
    "reminder_run": _l("run of reminders"),
    "sector_lead": _l("sector lead"),
}


def subject_word(subject: str) -> str:
    """Returns the word for a kind of thing; one without a word goes by its own name."""
    return str(SUBJECTS.get(subject) or subject.replace("_", " "))


def what(subject: str, number: int | None) -> str:
    """Returns the word and the number of a thing, such as certificate 12."""
    return subject_word(subject) if number is None else f"{subject_word(subject)} {number}"


def act_word(action: str) -> str:
    """Says what an act is, whoever did it to whichever thing: … revoked certificate."""
    return str(sentence(action, "…", subject_word(ACTIONS[action][0])))


def sentence(action: str, who: Markup | str, done_to: Markup | str) -> Markup:
    """Says in a sentence what was done; an act without a sentence goes by its own name."""
    _usual, words = ACTIONS.get(action, ("", ANOTHER_ACT))
    # The sentence is ours; whatever is put into it is escaped, unless it is markup already.
    return Markup(str(words)) % {"who": escape(who), "what": escape(done_to), "act": action}  # noqa: S704
