"""What changes in pathways: a new version, and the word that a version is out of date."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.exc import IntegrityError

from lms.audit.api import record
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid, NotAllowed, NotThere
from lms.pathways import policy, queries, rules
from lms.pathways.errors import NewerVersion
from lms.pathways.models import PathwayReport, PathwayVersion
from lms.pathways.rules import Contact


def publish_pathway(
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
    """Publishes a new version of a station's pathway; the old ones stay as they were.

    ``contacts`` are mappings with kind (one of ``rules.KINDS``), name, phone, hours and note; empty ones are left out.
    ``base_number`` is the version that the new one was written from, 0 where there was none. Raises ``NewerVersion``
    where another came in between, ``NotAllowed``, ``NotThere``, and ``Invalid`` for what the form would refuse.
    """
    station = queries.lock_station(station_id)
    if station is None:
        raise NotThere
    if not policy.may_edit(actor, station_id):
        raise NotAllowed(
            "The pathway of a station is written by HR of people who work there, or by a coordinator."
        )
    current = queries.find_current(station_id)
    newest = current.number if current else 0
    if newest != base_number:
        raise NewerVersion(newest)
    kept = [contact for contact in map(rules.tidy_contact, contacts) if not rules.is_empty(contact)]
    sentence = rules.tidy(change)
    _refuse_faults(kept, rules.tidy(note), sentence)
    if newest and not sentence:
        raise Invalid("Say in one sentence what changed.")
    if rules.date_faults(verified_on, review_by, clock.today(station.time_zone)):
        raise Invalid("The numbers are verified today or before, and checked again within a year.")
    version = PathwayVersion(
        station_id=station_id,
        number=newest + 1,
        contacts=[dict(contact) for contact in kept],
        note=rules.tidy(note),
        verified_on=verified_on,
        review_by=review_by,
        change=sentence,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(version)
    session.flush()
    record(
        actor, "pathways.publish", "pathway_version", version.id, station=station_id, number=version.number
    )
    return version


def report_outdated(actor: Actor, version: PathwayVersion) -> bool:
    """Records that a person says a version is out of date, once a version; returns whether it was the first time."""
    if actor.person_id is None:
        raise NotAllowed("Only a person can say that a pathway is out of date.")
    report = PathwayReport(pathway_version_id=version.id, person_id=actor.person_id, recorded_at=clock.now())
    try:
        with session.begin_nested():
            session.add(report)
            session.flush()
    except IntegrityError:
        # The same person pressed twice, perhaps on two phones: what was to be known is known.
        return False
    record(actor, "pathways.report_outdated", "pathway_version", version.id, station=version.station_id)
    return True


def _refuse_faults(contacts: Sequence[Contact], note: str, change: str) -> None:
    if not contacts:
        raise Invalid("A pathway needs at least one contact.")
    if len(contacts) > rules.MOST_CONTACTS:
        raise Invalid("A pathway holds at most twelve contacts: more are not read when it matters.")
    if any(rules.contact_faults(contact) for contact in contacts):
        raise Invalid(
            "A contact is not complete: it needs a kind, a name, and a number or a way to find them."
        )
    if len(note) > rules.LONGEST_NOTE or len(change) > rules.LONGEST_CHANGE:
        raise Invalid("The note or the sentence on the change is too long.")
