"""Pure rules of confirming: who may decide on a change, what has changed, which former numbers are still shown."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Any, NamedTuple

FORMER_SHOWN = timedelta(days=7)
"""How long after a confirmed change the former contacts are shown."""

WAITS_AT_MOST = timedelta(days=14)
"""After which a change that nobody has decided on lapses."""


class Confirmation(StrEnum):
    """Whether a second person must confirm a version: not at all, before it is published, or after."""

    NONE = "none"
    BEFORE = "before"
    AFTER = "after"


class PathwayOutcome(StrEnum):
    """What was decided on a version."""

    CONFIRMED = "confirmed"
    REFUSED = "refused"


class VersionState(StrEnum):
    """Where a version stands: ``PUBLISHED`` needed no confirmation, ``UNCONFIRMED`` is published all the same."""

    PUBLISHED = "published"
    CONFIRMED = "confirmed"
    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    LAPSED = "lapsed"
    REFUSED = "refused"


SHOWN_STATES = (VersionState.PUBLISHED, VersionState.CONFIRMED, VersionState.UNCONFIRMED)
"""The states in which everybody may read a version."""


def state_of(confirmation: str, outcome: str | None, written_at: datetime, now: datetime) -> VersionState:
    """Returns where a version stands at a moment."""
    if outcome:
        return VersionState(outcome)
    if confirmation == Confirmation.BEFORE:
        return VersionState.WAITING if now < written_at + WAITS_AT_MOST else VersionState.LAPSED
    return VersionState.UNCONFIRMED if confirmation == Confirmation.AFTER else VersionState.PUBLISHED


class Editor(NamedTuple):
    """Somebody who may write a pathway: for which organisations with people there, or as what else."""

    person_id: int | None
    organisations: frozenset[int] = frozenset()
    coordinates: bool = False
    administers: bool = False

    @property
    def may_edit(self) -> bool:
        """Whether there is any ground on which they may write it."""
        return bool(self.organisations) or self.coordinates or self.administers


def confirmers(editors: Iterable[Editor], author: int | None, organisations: Collection[int]) -> list[Editor]:
    """Returns for whom a change waits: coordinators and HR of other organisations, else the author's own colleagues.

    ``author`` is the person who wrote it, as HR of ``organisations``. Administrators are left out: they may not know
    the place, and where there is nobody else the change is published without being confirmed.
    """
    others = [each for each in editors if each.person_id != author and (each.organisations or each.coordinates)]
    return [each for each in others if each.coordinates or each.organisations - set(organisations)] or others


def may_confirm(editor: Editor, editors: Iterable[Editor], author: int | None, organisations: Collection[int]) -> bool:
    """Says whether somebody may confirm a change: one for whom it waits, or another administrator."""
    if editor.person_id == author or editor.person_id is None:
        return False
    people = {each.person_id for each in confirmers(editors, author, organisations)}
    return editor.administers or editor.person_id in people


class ContactChange(NamedTuple):
    """One contact before and after a change; ``before`` is None for an added one, ``after`` for a removed one."""

    before: Mapping[str, str] | None
    after: Mapping[str, str] | None


def contact_changes(before: Sequence[Mapping[str, str]], after: Sequence[Mapping[str, str]]) -> list[ContactChange]:
    """Returns what differs between the contacts of two versions, in the order of the later one, removed ones last.

    Contacts belong together that have the same purpose and name, else the same purpose and number, else the purpose.
    """
    removed = [contact for contact in before if contact not in after]
    added = [contact for contact in after if contact not in before]
    pairs: dict[int, Mapping[str, str]] = {}
    for parts in (("kind", "name"), ("kind", "phone"), ("kind",)):
        for index, contact in enumerate(added):
            same = (old for old in removed if all(old[part] == contact[part] for part in parts))
            if index not in pairs and (old := next(same, None)) is not None:
                removed.remove(old)
                pairs[index] = old
    changed = [ContactChange(pairs.get(index), contact) for index, contact in enumerate(added)]
    return changed + [ContactChange(contact, None) for contact in removed]


def former_contacts(
    versions: Iterable[tuple[Sequence[Mapping[str, str]], datetime | None]], day: date, zone: tzinfo
) -> list[dict[str, Any]]:
    """Returns the contacts of replaced versions that are still shown on a day, each with ``until``, its last day.

    ``versions`` are the contacts of published versions, the current ones first, each with when it was settled:
    confirmed, or published where it needed no confirmation, or None. No more are asked for than needed. A contact is
    shown for seven days after the version that replaced it was settled, and without an end (``until`` is None) before.
    """
    shown: list[dict[str, Any]] = []
    current: Sequence[Mapping[str, str]] | None = None
    until: date | None = None
    for contacts, settled_at in versions:
        if current is None:
            current = contacts
        else:
            known = [_reached(contact) for contact in (*current, *shown)]
            found = (contact for contact in contacts if _reached(contact) not in known)
            shown += [{**contact, "former": True, "until": until} for contact in found]
        until = settled_at.astimezone(zone).date() + FORMER_SHOWN if settled_at else None
        if until is not None and day > until:
            break
    return shown


def _reached(contact: Mapping[str, Any]) -> tuple[str, str]:
    """Returns how a contact is reached, for its purpose: by its number, else as the note says."""
    return contact["kind"], contact["phone"] or contact["note"]
