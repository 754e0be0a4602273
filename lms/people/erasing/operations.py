"""Erasing who somebody was. What they did stays as facts under a number, so that no figure of a report changes."""

from collections.abc import Collection

from sqlalchemy import update

from lms.audit.api import record
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import lock_rows, session
from lms.kernel.identifiers import identifier_key
from lms.kernel.outbox import discard_mails
from lms.people.employers.queries import list_employers_on_or_after
from lms.people.erasing import queries
from lms.people.errors import AlreadyErased, StillEmployed
from lms.people.events import people_erased
from lms.people.importing.models import PeopleImportRow
from lms.people.merging.queries import load_merged_ids
from lms.people.models import CorrectionRequest, CorrectionRequestAnswer, Employment, Person, PersonCorrection

UNKNOWN_LANGUAGE = "en"
"""What stands for the language of somebody erased."""


def erase_person(actor: Actor, person_id: int, *, reason: str) -> frozenset[int]:
    """Erases names, e-mail, language and staff numbers of a person and of all records merged with theirs.

    Returns the ids of the records. Pages and lists show ``#`` and a record's number instead of its name. Placements,
    completions, quizzes and certificates stay, and so does every count; certificates verify without a name.
    Raises ``StillEmployed`` for whom a placement counts today or later, ``AlreadyErased``, and what subscribers to
    ``people_erased`` raise.
    """
    ids = load_merged_ids(person_id)
    lock_rows(Person, *sorted(ids))
    people = queries.list_people(ids)
    if all(person.erased_at for person in people):
        raise AlreadyErased
    if list_employers_on_or_after(ids, clock.today(actor.time_zone)):
        raise StillEmployed
    discard_mails(person.email for person in people if person.email)
    for person in people:
        person.name = f"#{person.id}"
        person.given_name = person.family_name = person.printed_name = person.email = None
        person.language, person.erased_at = UNKNOWN_LANGUAGE, clock.now()
    for employment in queries.list_employments(ids):
        _empty_rows_of_lists(employment)
        employment.staff_number = f"#{employment.id}"
        employment.staff_number_key = identifier_key(employment.staff_number)
    _empty_texts(ids)
    people_erased.send(None, persons=ids, actor=actor, reason=reason)
    session.flush()
    for each in sorted(ids):
        record(actor, "people.erase", "person", each, reason=reason)
    return ids


def _empty_rows_of_lists(employment: Employment) -> None:
    """Removes what lists said of a person under their number; outcomes and the ids of what was recorded stay."""
    session.execute(
        update(PeopleImportRow)
        .where(
            PeopleImportRow.key == employment.staff_number_key,
            PeopleImportRow.applied_at.is_not(None),
            PeopleImportRow.import_id.in_(queries.select_lists(employment.organisation_id)),
        )
        .values(key=f"#{employment.id}", cells={}, notes=[])
        .execution_options(synchronize_session=False)
    )


def _empty_texts(ids: Collection[int]) -> None:
    """Empties what was corrected, asked and answered; the rows stay."""
    requests = queries.select_requests(ids)
    for statement in (
        update(PersonCorrection).where(PersonCorrection.person_id.in_(ids)).values(old_value=None, new_value=None),
        update(CorrectionRequestAnswer).where(CorrectionRequestAnswer.request_id.in_(requests)).values(text=""),
        update(CorrectionRequest).where(CorrectionRequest.person_id.in_(ids)).values(text=""),
    ):
        session.execute(statement.execution_options(synchronize_session=False))
