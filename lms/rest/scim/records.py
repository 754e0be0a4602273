"""What SCIM says of people and groups, from what is recorded and to what is to be recorded."""

import hashlib
from datetime import datetime
from typing import Any

from scim2_models import Meta, Resource

from lms.kernel import clock
from lms.kernel.actor import Role
from lms.kernel.i18n import gettext as _, lazy_gettext as _l
from lms.kernel.identifiers import clean_email, clean_identifier
from lms.kernel.pdf import unprintable_characters
from lms.kernel.text import is_email, normalise
from lms.people.api import comparison_key, load_vocabulary
from lms.rest.models import DirectoryGroup
from lms.rest.scim.errors import invalid
from lms.rest.scim.queries import DirectoryPerson
from lms.rest.scim.resources import (
    ENTERPRISE,
    AddressOfUser,
    AtWork,
    DirectoryUser,
    EmailOfUser,
    EnterpriseUser,
    Group,
    KindOfMember,
    MemberOfGroup,
    NameOfUser,
)
from lms.rest.scim.rules import DIRECTORY_ROLES, DirectoryAssignment, DirectoryRecord


def group_of(group: DirectoryGroup, members: set[int]) -> Resource[Any]:
    """Returns a group as SCIM has it."""
    found = Group(
        id=str(group.id),
        external_id=group.external_id,
        display_name=group.name,
        members=[
            MemberOfGroup(value=str(each), ref=f"Users/{each}", type=KindOfMember.user) for each in sorted(members)
        ]
        or None,
    )
    return _with_meta(found, "Group", group.recorded_at, group.changed_at)


def user_of(known: DirectoryPerson, time_zone: str) -> Resource[Any]:
    """Returns somebody as SCIM has them; they are active by the day in a time zone."""
    employment, person, entry = known.employment, known.employment.person, known.entry
    today = clock.today(time_zone)
    assignment, station = known.assignment(today) or (None, "")
    user = DirectoryUser(
        id=str(employment.id),
        external_id=entry.external_id if entry else None,
        user_name=entry.user_name if entry else employment.staff_number,
        name=NameOfUser(formatted=person.name, family_name=person.family_name, given_name=person.given_name),
        title=assignment.role if assignment else None,
        active=known.lasting(today) is not None,
        emails=[EmailOfUser(value=person.email, type=AtWork.work)] if person.email else None,
        addresses=[AddressOfUser(locality=station, type=AtWork.work)] if station else None,
    )
    user[EnterpriseUser] = EnterpriseUser(
        employee_number=employment.staff_number, department=assignment.sector if assignment else None
    )
    return _with_meta(user, "User", employment.recorded_at, known.changed_at)


def _with_meta(resource: Any, kind: str, created: datetime, last_modified: datetime) -> Resource[Any]:
    """Adds when a resource was recorded and changed, and its version: a digest of all of it."""
    digest = hashlib.sha256(resource.model_dump_json().encode()).hexdigest()[:24]
    resource.meta = Meta(resource_type=kind, created=created, last_modified=last_modified, version=f'W/"{digest}"')
    return resource  # type: ignore[no-any-return]


def record_of(user: Any) -> DirectoryRecord:
    """Returns what a directory says of somebody. Raises ``RequestProblem`` that names the attribute that is wrong."""
    enterprise = user[EnterpriseUser] or EnterpriseUser()
    name = user.name or NameOfUser()
    given, family = (read_line(value, f"name.{field}", 200, needed=False) for value, field in (
        (name.given_name, "givenName"), (name.family_name, "familyName"),
    ))  # fmt: skip
    whole = read_line(name.formatted or f"{given or ''} {family or ''}", "name.formatted", 200)
    if unknown := unprintable_characters(whole):
        raise invalid(_("A certificate cannot print %(letters)s.", letters=unknown), attribute="name")
    emails = sorted(user.emails or (), key=lambda each: each.type != AtWork.work)
    email = clean_email(emails[0].value) if emails else ""
    if email and not is_email(email):
        raise invalid(_("This is not a full e-mail address, such as name@example.org."), attribute="emails.value")
    return DirectoryRecord(
        user_name=read_line(user.user_name, "userName", 254),
        external_id=read_line(user.external_id, "externalId", 254, needed=False) or None,
        staff_number=clean_identifier(read_line(enterprise.employee_number, f"{ENTERPRISE}:employeeNumber", 40)),
        name=whole,
        given_name=given or None,
        family_name=family or None,
        email=email or None,
        active=bool(user.active),
        assignment=_assignment(user, enterprise),
    )


def _assignment(user: Any, enterprise: EnterpriseUser) -> DirectoryAssignment | None:
    addresses = sorted(user.addresses or (), key=lambda each: each.type != AtWork.work)
    said = (addresses[0].locality if addresses else "", enterprise.department, user.title)
    if not user.active and not all(said):
        return None
    names = ('addresses[type eq "work"].locality', f"{ENTERPRISE}:department", "title")
    station, sector, role = (read_line(value, name, 200) for value, name in zip(said, names, strict=True))
    vocabulary = load_vocabulary()
    station_id = vocabulary.stations.get(comparison_key(station))
    if station_id is None:
        raise invalid(_("There is no duty station “%(word)s” here.", word=station), attribute=names[0])
    slug = vocabulary.sectors.get(comparison_key(sector))
    if slug is None:
        raise invalid(_("There is no sector “%(word)s” here.", word=sector), attribute=names[1])
    return DirectoryAssignment(station_id, slug, read_line(role, "title", 60).lower())


NO_GROUPS = {
    "admin": _l("No directory makes administrators: one appoints another under Administration, Accounts."),
    "learner": _l("Everybody is a learner, without a group."),
}
"""What to say of the roles that are no groups, by how their names begin."""


def read_group_name(name: str) -> tuple[str | None, Role | None]:
    """Returns the sector or the role that a group stands for. Raises ``RequestProblem`` for any other name.

    Where a sector has the name of a role it is the sector: nobody is given a role by a word that means something else.
    """
    key = comparison_key(name)
    sector = load_vocabulary().sectors.get(key)
    if sector is not None or key in DIRECTORY_ROLES:
        return sector, None if sector is not None else Role(key)
    for beginning, message in NO_GROUPS.items():
        if key.startswith(beginning):
            raise invalid(message, attribute="displayName")
    raise invalid(
        _(
            "There is no sector “%(word)s” here; groups are sectors, or the roles HR, coordinator and trainer.",
            word=name,
        ),
        attribute="displayName",
    )


def read_line(text: str | None, attribute: str, most: int, *, needed: bool = True) -> str:
    """Returns one line of text. Raises ``RequestProblem`` where it is missing or too long."""
    line = normalise(text)
    if needed and not line:
        raise invalid(_("It is missing, and needed."), attribute=attribute)
    if len(line) > most:
        raise invalid(_("It has more than %(most)s characters.", most=most), attribute=attribute)
    return line
