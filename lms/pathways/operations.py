"""Writes new versions of pathways, and records reports that a version is out of date."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.exc import IntegrityError

from lms.audit.api import record
from lms.kernel import clock, records
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotAllowed, NotThere
from lms.kernel.i18n import gettext as _
from lms.pathways import policy, queries, rules
from lms.pathways.confirming.rules import Confirmation
from lms.pathways.errors import ChangeWaits, MayNotEditPathway, NewerVersion
from lms.pathways.models import PathwayReport, PathwayVersion
from lms.pathways.rules import Contact


def write_version(
    actor: Actor,
    station_id: int,
    *,
    contacts: Sequence[Mapping[str, str]],
    note: str,
    verified_on: date,
    review_by: date,
    change: str,
    base_number: int,
) -> PathwayVersion:
    """Writes the next version of a station's pathway; the old ones stay as they were.

    One that changes a contact or the local rules waits until a second person confirms it; where there is nobody to do
    so, it is published and shown as not confirmed. One that only says that the numbers were called is published.

    ``contacts`` are mappings with kind (one of ``rules.KINDS``), name, phone, hours and note; empty ones are left out.
    ``base_number`` is the version that the new one was written from, 0 where there was none. Raises ``NewerVersion``
    where another was published in between, ``ChangeWaits`` where another change waits, ``MayNotEditPathway``,
    ``NotThere``, and ``Invalid`` as the form would.
    """
    station = queries.lock_station(station_id)
    if station is None:
        raise NotThere
    if not policy.may_edit(actor, station):
        raise MayNotEditPathway
    current = queries.find_current(station_id)
    newest = current.number if current else 0
    if waiting := queries.find_waiting(station_id, newest):
        raise ChangeWaits(waiting.number)
    if newest != base_number:
        raise NewerVersion(newest)
    given = [contact for contact in map(rules.normalise_contact, contacts) if not rules.is_empty(contact)]
    rules_there, sentence = rules.normalise_text(note), rules.normalise_text(change)
    _refuse_faults(given, rules_there, sentence)
    is_check = current is not None and (given, rules_there) == (current.contacts, current.note)
    if newest and not is_check and not sentence:
        raise Invalid(_("Say in one sentence what changed."))
    if rules.date_faults(verified_on, review_by, clock.today(station.time_zone)):
        raise Invalid(_("The numbers must have been verified today or earlier, and be checked again within a year."))
    version = PathwayVersion(
        station_id=station_id,
        number=queries.find_last_number(station_id) + 1,
        contacts=[dict(contact) for contact in given],
        note=rules_there,
        verified_on=verified_on,
        review_by=review_by,
        # Nobody reads what one person alone would write here in place of a number.
        change="" if is_check else sentence,
        confirmation=str(Confirmation.NONE if is_check else policy.confirmation_needed(actor, station)),
        organisation_ids=sorted(policy.editor_of(actor, station).organisations),
    )
    records.add(actor, version)
    action = "pathways.propose" if version.confirmation == Confirmation.BEFORE else "pathways.publish"
    record(actor, action, "pathway_version", version.id, station=station_id, number=version.number)
    return version


def report_outdated(actor: Actor, version: PathwayVersion) -> bool:
    """Records a person's report that a version is out of date, once; returns whether it is new."""
    if actor.person_id is None:
        raise NotAllowed(_("Only staff can report that a pathway is out of date."))
    if queries.count_reports(version.id, actor.person_id).mine:
        return False
    report = PathwayReport(pathway_version_id=version.id, person_id=actor.person_id, recorded_at=clock.now())
    try:
        with session.begin_nested():
            session.add(report)
            session.flush()
    except IntegrityError:
        # The same person reported it at the same moment.
        return False
    record(actor, "pathways.report_outdated", "pathway_version", version.id, station=version.station_id)
    return True


def _refuse_faults(contacts: Sequence[Contact], note: str, change: str) -> None:
    if not contacts:
        raise Invalid(_("A pathway needs at least one contact."))
    if len(contacts) > rules.MOST_CONTACTS:
        raise Invalid(_("A pathway can have at most %(most)s contacts.", most=rules.MOST_CONTACTS))
    if any(rules.contact_faults(contact) for contact in contacts):
        raise Invalid(_("A contact is incomplete: it needs a purpose, a name, and a number or a note how to find it."))
    if len(note) > rules.LONGEST_NOTE or len(change) > rules.LONGEST_CHANGE:
        raise Invalid(_("The note or the description of the change is too long."))
