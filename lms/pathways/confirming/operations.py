"""Confirms and refuses versions that somebody else wrote, and marks numbers that do not answer."""

from lms.audit.api import record
from lms.kernel import records
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid, NotThere, require_found
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise
from lms.pathways import policy, queries
from lms.pathways.confirming.rules import PathwayOutcome, VersionState
from lms.pathways.errors import AlreadyDecided, MayNotConfirm, MayNotEditPathway
from lms.pathways.models import PathwayDecision, PathwayMark, PathwayVersion
from lms.pathways.rules import LONGEST_REASON, dial

OPEN = (VersionState.WAITING, VersionState.UNCONFIRMED)


def confirm_version(actor: Actor, station_id: int, number: int) -> PathwayVersion:
    """Confirms a version that somebody else wrote: it is published, or no longer shown as unconfirmed.

    Raises ``NotThere``, ``MayNotConfirm``, and ``AlreadyDecided`` where somebody was quicker or it has lapsed.
    """
    return _decide(actor, station_id, number, PathwayOutcome.CONFIRMED)


def refuse_version(actor: Actor, station_id: int, number: int, *, reason: str) -> PathwayVersion:
    """Refuses a version, or withdraws one's own; one that is published already gives way to the version before it.

    Raises ``NotThere``, ``MayNotEditPathway``, ``AlreadyDecided``, and ``Invalid`` without a reason.
    """
    return _decide(actor, station_id, number, PathwayOutcome.REFUSED, normalise(reason))


def _decide(actor: Actor, station_id: int, number: int, outcome: PathwayOutcome, reason: str = "") -> PathwayVersion:
    station = require_found(queries.lock_station(station_id))
    found = require_found(queries.find_version(station_id, number))
    if outcome == PathwayOutcome.REFUSED and not policy.may_edit(actor, station):
        raise MayNotEditPathway
    if outcome == PathwayOutcome.CONFIRMED and not policy.may_confirm(actor, station, found.version):
        raise MayNotConfirm
    current = queries.find_current(station_id)
    if found.state not in OPEN or (current is not None and current.number > number):
        raise AlreadyDecided
    if outcome == PathwayOutcome.REFUSED and not 0 < len(reason) <= LONGEST_REASON:
        raise Invalid(_("Say why, in at most %(most)s characters.", most=LONGEST_REASON), field="reason")
    version = found.version
    decision = PathwayDecision(version_id=version.id, outcome=str(outcome), reason=reason)
    records.add(actor, decision)
    action = "pathways.confirm" if outcome == PathwayOutcome.CONFIRMED else "pathways.refuse"
    record(actor, action, "pathway_version", version.id, reason=reason, station=station_id, number=number)
    return version


def mark_number(actor: Actor, station_id: int, phone: str, *, answers: bool) -> bool:
    """Records at once that a number does not answer, or answers again; returns whether that is new.

    The number stays where it is, with the mark beside it. Raises ``NotThere`` for a number that the pathway does not
    show, and ``MayNotEditPathway``.
    """
    station = require_found(queries.lock_station(station_id))
    if not policy.may_edit(actor, station):
        raise MayNotEditPathway
    current = require_found(queries.find_current_pathway(station_id))
    dialled = dial(phone) or phone
    shown = [each for each in current.contacts if phone and (dial(each["phone"]) or each["phone"]) == dialled]
    if not shown:
        raise NotThere
    if all((each["silent_on"] is None) == answers for each in shown):
        return False
    mark = PathwayMark(station_id=station_id, phone=shown[0]["phone"], answers=answers)
    records.add(actor, mark)
    action = "pathways.mark_answering" if answers else "pathways.mark_silent"
    record(actor, action, "pathway_version", current.version.id, station=station_id, number=current.version.number)
    return True
