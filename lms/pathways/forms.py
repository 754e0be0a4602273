"""The form of a pathway."""

from datetime import timedelta
from typing import Any

from wtforms import DateField, FieldList, FormField, IntegerField, SelectField, StringField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Optional
from wtforms.widgets import HiddenInput

from lms.kernel import clock
from lms.kernel.i18n import gettext, lazy_gettext as _
from lms.pathways import rules
from lms.pathways.labels import KIND_LABELS
from lms.pathways.models import PathwayVersion
from lms.web.forms import BaseForm, PlainForm, at_most, choices_of

NO_CASES = _("Do not write about a real child, family or incident.")
CONTACT_ERRORS = {
    ("kind", "missing"): _("Choose what this contact is for."),
    ("kind", "unknown"): _("Choose what this contact is for from the list."),
    ("name", "missing"): _("Type the name of the service or the role."),
    ("phone", "missing"): _("Type a number, or write in the note where to find them."),
    ("phone", "unreadable"): _("Type one telephone number, such as +211 912 345 678 or 116."),
}
DATE_ERRORS = {
    ("verified_on", "future"): _("This date is in the future. Enter the date on which the numbers were called."),
    ("review_by", "past"): _("This date has passed. Call the numbers again, then choose a future date."),
    ("review_by", "before"): _("Choose a date after the one on which the numbers were called."),
    ("review_by", "far"): _("Choose a date within a year of the last check."),
}
KIND_CHOICES = choices_of([("", _("Choose")), *KIND_LABELS.items()])
TOO_LONG = _("This is too long. Shorten it.")
USUAL_REVIEW = timedelta(days=90)


class ContactForm(PlainForm):
    """One contact; an empty one is ignored."""

    kind = SelectField(_("Purpose"), choices=KIND_CHOICES, default="", validate_choice=False)
    name = StringField(_("Service or role"), render_kw={"autocomplete": "off"})
    phone = StringField(_("Telephone"), render_kw={"autocomplete": "off", "inputmode": "tel"})
    hours = StringField(_("Hours"), render_kw={"autocomplete": "off"})
    note = StringField(_("Note"), render_kw={"autocomplete": "off"})

    @property
    def contact(self) -> rules.Contact:
        """Returns the contact, normalised."""
        return rules.normalise_contact(self.data)

    def validate(self, extra_validators: Any = None) -> bool:
        """Validates the contact as a whole; an empty one is valid."""
        valid = bool(super().validate(extra_validators))
        if rules.is_empty(self.contact):
            return valid
        faults = rules.contact_faults(self.contact)
        for part, fault in faults.items():
            self[part].errors = [CONTACT_ERRORS.get((part, fault), TOO_LONG)]
        return valid and not faults


class PathwayForm(BaseForm):
    """A whole pathway as its next version."""

    # The version it was written from, so that nobody overwrites what somebody else published in the meantime.
    base = IntegerField(widget=HiddenInput(), validators=[InputRequired()])
    contacts = FieldList(FormField(ContactForm), min_entries=rules.MOST_CONTACTS, max_entries=rules.MOST_CONTACTS)
    note = TextAreaField(
        _("Local rules"),
        description=NO_CASES,
        validators=[Optional(), at_most(rules.LONGEST_NOTE)],
        render_kw={"rows": 4},
    )
    verified_on = DateField(
        _("Numbers called on"),
        description=_("The date on which somebody called every number on this page."),
        validators=[InputRequired(_("Enter the date on which somebody called every number."))],
    )
    review_by = DateField(
        _("Check again by"),
        description=_("After this date the page warns that the numbers may be wrong."),
        validators=[InputRequired(_("Enter the date by which the numbers must be called again."))],
    )
    change = StringField(
        _("What changed"),
        description=NO_CASES,
        validators=[at_most(rules.LONGEST_CHANGE)],
        render_kw={"autocomplete": "off"},
    )
    submit = SubmitField(_("Save this version"))

    def __init__(self, current: PathwayVersion | None, time_zone: str, restored: PathwayVersion | None = None) -> None:
        """Fills the form with what was typed, else with the version to restore, else with the current one.

        The date of the check is left empty: a copied one would claim a check that nobody made.
        """
        start: dict[str, Any] = {"base": 0, "review_by": clock.today(time_zone) + USUAL_REVIEW}
        if current is not None:
            start |= {"base": current.number, "note": current.note, "contacts": current.contacts}
        if restored is not None:
            start |= {"note": restored.note, "contacts": restored.contacts}
            start["change"] = gettext("Version %(number)s is restored.", number=restored.number)
        super().__init__(data=start)
        self.time_zone = time_zone
        self.current = current

    def write_from(self, number: int) -> None:
        """Sets the version that this one is written from; everything typed stays."""
        self.base.data = number
        # Otherwise the field would show the submitted value.
        self.base.raw_data = None

    @property
    def version(self) -> dict[str, Any]:
        """Returns what was typed as arguments of ``write_version``."""
        return {
            "contacts": self.typed_contacts,
            "note": self.note.data or "",
            "verified_on": self.verified_on.data,
            "review_by": self.review_by.data,
            "change": self.change.data or "",
            "base_number": self.base.data,
        }

    @property
    def typed_contacts(self) -> list[rules.Contact]:
        """Returns the contacts that are not empty."""
        return [entry.form.contact for entry in self.contacts if not rules.is_empty(entry.form.contact)]

    @property
    def is_changed(self) -> bool:
        """Whether contacts or rules differ from the current version; else the numbers were only called again."""
        typed = [dict(contact) for contact in self.typed_contacts], rules.normalise_text(self.note.data or "")
        return self.current is None or typed != (self.current.contacts, self.current.note)

    def validate(self, extra_validators: Any = None) -> bool:
        """Validates the whole: at least one contact, the two dates, and the sentence on what changed."""
        valid = bool(super().validate(extra_validators))
        if not self.typed_contacts:
            self.contacts[0].form.name.errors = [_("A pathway needs at least one contact.")]
            self.contacts.errors = [self.contacts[0].errors]
            valid = False
        if self.base.data and self.is_changed and not rules.normalise_text(self.change.data or ""):
            self.change.errors = [_("Say in one sentence what changed, for people who know the old version.")]
            valid = False
        if not (self.verified_on.data and self.review_by.data):
            return False
        faults = rules.date_faults(self.verified_on.data, self.review_by.data, clock.today(self.time_zone))
        for part, fault in faults.items():
            self[part].errors = [DATE_ERRORS[part, fault]]
        return valid and not faults
