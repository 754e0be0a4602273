"""What scim2-server reads and writes: the people of the organisation of one access token."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from scim2_models import Meta, NotFoundException, Resource, ResourceType, ResponseParameters, SearchRequest
from scim2_server.storage import ScimStorage, SearchPage

from lms.accounts.api import TokenHolder
from lms.kernel import clock
from lms.kernel.i18n import gettext as _
from lms.kernel.identifiers import clean_email, clean_identifier
from lms.kernel.pdf import unprintable_characters
from lms.kernel.text import is_email, normalise
from lms.people.api import comparison_key, load_vocabulary
from lms.rest.scim import operations, queries
from lms.rest.scim.errors import invalid
from lms.rest.scim.filters import condition_of
from lms.rest.scim.queries import DirectoryPerson
from lms.rest.scim.resources import (
    ENTERPRISE,
    MOST_AT_A_TIME,
    AddressOfUser,
    AtWork,
    DirectoryUser,
    EmailOfUser,
    EnterpriseUser,
    NameOfUser,
)
from lms.rest.scim.rules import DirectoryAssignment, DirectoryRecord


class PeopleStorage(ScimStorage):
    """The people of one organisation, for one request of its directory."""

    def __init__(self, caller: TokenHolder, *, writes: bool) -> None:
        self.caller, self.writes = caller, writes

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Encloses one request: those that write take turns, so that what is read first is what is changed."""
        if self.writes:
            queries.begin_writing(self.caller.organisation_id)
        yield

    def get(
        self,
        resource_type: ResourceType,  # noqa: ARG002 - the library's signature, here and below
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,  # noqa: ARG002
    ) -> Resource[Any]:
        """Returns one person. Raises ``NotFoundException`` for anybody the organisation does not have."""
        return user_of(self._find(resource_id))

    def search(
        self,
        resource_types: list[ResourceType],  # noqa: ARG002
        search_request: SearchRequest[Any],
        *,
        position: Any = None,  # noqa: ARG002
    ) -> SearchPage:
        """Returns a page of the people for whom a filter holds, in the order in which they were recorded."""
        found = search_request.filter
        total, people = queries.list_people_in_directory(
            self.caller.actor,
            self.caller.organisation_id,
            None if found is None else condition_of(found, clock.today()),
            search_request.start_index_0 or 0,
            MOST_AT_A_TIME if search_request.count is None else search_request.count,
        )
        return SearchPage(total, [user_of(each) for each in people])

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:  # noqa: ARG002
        """Adds somebody who joins, or who is here and whom the directory did not know."""
        return self._written(str(operations.add(self.caller, record_of(resource))), "directory_add")

    def update(
        self,
        resource_type: ResourceType,  # noqa: ARG002
        resource: Resource[Any],
        *,
        expected_version: str | None = None,  # noqa: ARG002
    ) -> Resource[Any]:
        """Records what a directory says now. The version is what was read in this transaction, which takes turns."""
        known = self._find(str(resource.id))
        operations.update(self.caller, known, record_of(resource))
        return self._written(str(resource.id), "directory_change")

    def delete(
        self,
        resource_type: ResourceType,  # noqa: ARG002
        resource_id: str,
        *,
        expected_version: str | None = None,  # noqa: ARG002
    ) -> None:
        """Lets somebody leave, and takes them off the directory's list."""
        operations.remove(self.caller, self._find(resource_id))
        operations.record_write(self.caller, "directory_remove")

    def _written(self, resource_id: str, act: str) -> Resource[Any]:
        operations.record_write(self.caller, act)
        return user_of(self._find(resource_id))

    def _find(self, resource_id: str) -> DirectoryPerson:
        found = queries.find_person_in_directory(self.caller.actor, self.caller.organisation_id, resource_id)
        if found is None:
            raise NotFoundException(detail=_("Your organisation's list has nobody with this id."))
        return found


def user_of(known: DirectoryPerson) -> Resource[Any]:
    """Returns somebody as SCIM has them."""
    employment, person, entry = known.employment, known.employment.person, known.entry
    today = clock.today()
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
    digest = hashlib.sha256(user.model_dump_json().encode()).hexdigest()[:24]
    user.meta = Meta(
        resource_type="User", created=employment.recorded_at, last_modified=known.changed_at, version=f'W/"{digest}"'
    )
    return user


def record_of(user: Any) -> DirectoryRecord:
    """Returns what a directory says of somebody. Raises ``RequestProblem`` that names the attribute that is wrong."""
    enterprise = user[EnterpriseUser] or EnterpriseUser()
    name = user.name or NameOfUser()
    given, family = (_line(value, f"name.{field}", 200, needed=False) for value, field in (
        (name.given_name, "givenName"), (name.family_name, "familyName"),
    ))  # fmt: skip
    whole = _line(name.formatted or f"{given or ''} {family or ''}", "name.formatted", 200)
    if unknown := unprintable_characters(whole):
        raise invalid(_("A certificate cannot print %(letters)s.", letters=unknown), attribute="name")
    emails = sorted(user.emails or (), key=lambda each: each.type != AtWork.work)
    email = clean_email(emails[0].value) if emails else ""
    if email and not is_email(email):
        raise invalid(_("This is not a full e-mail address, such as name@example.org."), attribute="emails.value")
    return DirectoryRecord(
        user_name=_line(user.user_name, "userName", 254),
        external_id=_line(user.external_id, "externalId", 254, needed=False) or None,
        staff_number=clean_identifier(_line(enterprise.employee_number, f"{ENTERPRISE}:employeeNumber", 40)),
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
    station, sector, role = (_line(value, name, 200) for value, name in zip(said, names, strict=True))
    vocabulary = load_vocabulary()
    station_id = vocabulary.stations.get(comparison_key(station))
    if station_id is None:
        raise invalid(_("There is no duty station “%(word)s” here.", word=station), attribute=names[0])
    slug = vocabulary.sectors.get(comparison_key(sector))
    if slug is None:
        raise invalid(_("There is no sector “%(word)s” here.", word=sector), attribute=names[1])
    return DirectoryAssignment(station_id, slug, _line(role, "title", 60).lower())


def _line(text: str | None, attribute: str, most: int, *, needed: bool = True) -> str:
    """Returns one line of text. Raises ``RequestProblem`` where it is missing or too long."""
    line = normalise(text)
    if needed and not line:
        raise invalid(_("It is missing, and needed."), attribute=attribute)
    if len(line) > most:
        raise invalid(_("It has more than %(most)s characters.", most=most), attribute=attribute)
    return line
