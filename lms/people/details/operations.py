"""Correcting who somebody is. What was recorded before stays as a fact, and the trail has the reason."""

from collections.abc import Mapping

from lms.audit.api import record
from lms.kernel import records
from lms.kernel.actor import Actor
from lms.kernel.db import lock_rows, session
from lms.kernel.identifiers import clean_email, clean_identifier, identifier_key
from lms.kernel.text import normalise
from lms.people import queries
from lms.people.errors import NothingCorrected, StaffNumberTaken
from lms.people.events import email_corrected
from lms.people.models import Employment, Organisation, Person, PersonCorrection

DETAILS = ("name", "given_name", "family_name", "printed_name", "email", "language")
"""The details of a person that can be corrected, the staff number apart."""


def correct_person(
    actor: Actor, person: Person, values: Mapping[str, str], *, organisation_id: int | None, reason: str
) -> list[PersonCorrection]:
    """Corrects details of a person (``values`` by name of the detail), and returns a row for each that has changed.

    ``organisation_id`` is the organisation whose HR does it, none for an administrator.
    Reports of earlier days show the corrected name too; certificates keep the one they print. Raises
    ``NothingCorrected`` and what subscribers to ``email_corrected`` raise.
    """
    lock_rows(Person, person.id)
    corrected = {name: normalise(value) or None for name, value in values.items()}
    if "email" in corrected:
        corrected["email"] = clean_email(corrected["email"]) or None
    changed = {name: value for name, value in corrected.items() if getattr(person, name) != value}
    if not changed:
        raise NothingCorrected
    if "email" in changed:
        email_corrected.send(None, person=person.id, email=changed["email"], actor=actor)
    where = {"person_id": person.id, "organisation_id": organisation_id, "reason": reason}
    rows = [
        PersonCorrection(**where, field=name, old_value=getattr(person, name), new_value=value)
        for name, value in changed.items()
    ]
    for name, value in changed.items():
        setattr(person, name, value)
    records.add_all(actor, rows)
    record(
        actor, "people.correct_person", "person", person.id,
        organisation_id=organisation_id, reason=reason, fields=sorted(changed),
    )  # fmt: skip
    return rows


def correct_staff_number(actor: Actor, employment: Employment, staff_number: str, *, reason: str) -> None:
    """Corrects a staff number, with which people sign in.

    Raises ``NothingCorrected``, and ``StaffNumberTaken`` where somebody else at the organisation has it.
    """
    number = clean_identifier(staff_number)
    lock_rows(Organisation, employment.organisation_id)
    holder = queries.find_employment_by_number(employment.organisation_id, number)
    if holder is not None and holder.id != employment.id:
        raise StaffNumberTaken
    if number == employment.staff_number:
        raise NothingCorrected
    correction = PersonCorrection(
        person_id=employment.person_id,
        organisation_id=employment.organisation_id,
        employment_id=employment.id,
        field="staff_number",
        old_value=employment.staff_number,
        new_value=number,
        reason=reason,
    )
    employment.staff_number, employment.staff_number_key = number, identifier_key(number)
    records.add(actor, correction)
    session.flush()
    record(
        actor, "people.correct_number", "employment", employment.id,
        organisation_id=employment.organisation_id, reason=reason,
    )  # fmt: skip
