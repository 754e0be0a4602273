"""Correcting names by a list, and undoing it."""

from collections.abc import Iterable

from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.people.details.operations import correct_person
from lms.people.importing.models import PeopleImport
from lms.people.models import Person, PersonCorrection


def correct_name(people_import: PeopleImport, actor: Actor, person_id: int, name: str) -> list[int]:
    """Corrects a name as a list has it, and returns the ids of what was recorded."""
    corrections = correct_person(
        actor,
        session.get_one(Person, person_id),
        {"name": name},
        organisation_id=people_import.organisation_id,
        reason=people_import.reason,
    )
    return [each.id for each in corrections]


def restore_names(people_import: PeopleImport, actor: Actor, correction_ids: Iterable[int]) -> None:
    """Gives people the names back that a list corrected; one that was corrected again since stays."""
    for correction_id in correction_ids:
        correction = session.get_one(PersonCorrection, correction_id)
        person = session.get_one(Person, correction.person_id)
        if correction.old_value and person.name == correction.new_value:
            correct_person(
                actor,
                person,
                {"name": correction.old_value},
                organisation_id=people_import.organisation_id,
                reason=people_import.undo_reason,
            )
