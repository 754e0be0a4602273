"""Who may write a station's pathway, and who may confirm what somebody else wrote; who is signed in may read it."""

from collections.abc import Collection, Mapping
from itertools import groupby
from operator import attrgetter

from lms.accounts.api import RoleHolder, find_account, list_role_holders, to_scopes
from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.pathways.confirming import rules
from lms.pathways.confirming.rules import Confirmation, Editor
from lms.pathways.models import PathwayVersion
from lms.people.api import list_organisations_at, load_canonical_ids
from lms.people.models import DutyStation

EDITORS = (Role.HR, Role.COORDINATOR, Role.ADMIN)
"""The roles with which somebody may write pathways at all."""


def may_edit(actor: Actor, station: DutyStation) -> bool:
    """Says whether an actor may write a station's pathway.

    Coordinators may (those of some organisations where these have people today), HR of organisations with people there
    today, and administrators. People who will arrive do not count: anybody can be said to arrive.
    """
    return any(actor.has(role) for role in EDITORS) and editor_of(actor, station).may_edit


def may_confirm(actor: Actor, station: DutyStation, version: PathwayVersion) -> bool:
    """Says whether an actor may confirm a version that somebody else wrote: see ``confirming.rules.confirmers``."""
    if not may_edit(actor, station):
        return False
    everybody = [editor for editor, _holder in list_editors(station)]
    return rules.may_confirm(editor_of(actor, station), everybody, _author(version), version.organisation_ids or ())


def confirmation_needed(actor: Actor, station: DutyStation) -> Confirmation:
    """Returns when a change of an actor must be confirmed; the installation's own needs no confirmation."""
    if actor.person_id is None:
        return Confirmation.NONE
    author = editor_of(actor, station)
    everybody = [editor for editor, _holder in list_editors(station)]
    waits_for = rules.confirmers(everybody, author.person_id, author.organisations)
    return Confirmation.BEFORE if waits_for else Confirmation.AFTER


def editor_of(actor: Actor, station: DutyStation) -> Editor:
    """Returns on which grounds an actor may write a station's pathway."""
    person_id = actor.person_id
    known = load_canonical_ids()
    return _editor(known.get(person_id, person_id) if person_id else None, actor.scopes, organisations_at(station))


def list_editors(station: DutyStation) -> list[tuple[Editor, RoleHolder]]:
    """Lists everybody who may write a station's pathway today, each with their account."""
    there, known = organisations_at(station), load_canonical_ids()
    found = []
    holders = list_role_holders(EDITORS, there, clock.today())
    for _account, rows in groupby(holders, key=attrgetter("account_id")):
        own = list(rows)
        person_id = known.get(own[0].person_id, own[0].person_id)
        editor = _editor(person_id, to_scopes((row.role, row.organisation_id) for row in own), there)
        if editor.may_edit:
            found.append((editor, own[0]))
    return found


def organisations_at(station: DutyStation) -> frozenset[int]:
    """Returns the organisations with people at a station today, by its own calendar."""
    return list_organisations_at(station.id, clock.today(station.time_zone))


def _editor(person_id: int | None, scopes: Mapping[Role, frozenset[int] | None], there: Collection[int]) -> Editor:
    """Returns the editor that somebody is by their roles; an HR officer of all organisations stands for all there."""
    hr, coordinated = (scopes.get(role, frozenset()) for role in (Role.HR, Role.COORDINATOR))
    present = frozenset(there)
    return Editor(
        person_id=person_id,
        organisations=present if hr is None else present & hr,
        coordinates=coordinated is None or bool(present & coordinated),
        administers=Role.ADMIN in scopes,
    )


def _author(version: PathwayVersion) -> int | None:
    account = find_account(version.recorded_by) if version.recorded_by else None
    return load_canonical_ids().get(account.person_id, account.person_id) if account else None
