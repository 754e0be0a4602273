"""What scim2-server reads and writes: people and groups of the organisation of one access token."""

from collections.abc import Iterator, Set as AbstractSet
from contextlib import contextmanager
from typing import Any

from scim2_models import (
    NotFoundException,
    NotImplementedException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
)
from scim2_server.storage import ScimStorage, SearchPage

from lms.accounts.api import TokenHolder, TokenScope
from lms.kernel import clock
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.rest.bearer import insufficient_scope
from lms.rest.models import DirectoryGroup
from lms.rest.scim import operations, queries
from lms.rest.scim.errors import invalid
from lms.rest.scim.filters import condition_of
from lms.rest.scim.queries import DirectoryPerson
from lms.rest.scim.records import group_of, read_group_name, read_line, record_of, user_of
from lms.rest.scim.resources import MOST_AT_A_TIME, Group


class DirectoryStorage(ScimStorage):
    """The people of one organisation and the groups of its directory, for one request."""

    def __init__(self, caller: TokenHolder, *, writes: bool) -> None:
        self.caller, self.writes = caller, writes
        self.kinds: dict[str, People | Groups] = {"User": People(caller), "Group": Groups(caller)}

    @contextmanager
    def operation(self) -> Iterator[None]:
        """Encloses one request: those that write take turns, so that what is read first is what is changed."""
        if self.writes:
            queries.begin_writing(self.caller.organisation_id)
        yield

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,  # noqa: ARG002 - the library's signature
    ) -> Resource[Any]:
        """Returns one resource. Raises ``NotFoundException`` for whatever the organisation does not have."""
        return self.kinds[str(resource_type.name)].get(resource_id)

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,  # noqa: ARG002 - the library's signature
    ) -> SearchPage:
        """Returns a page of people or of groups for which a filter holds, in the order in which they were recorded."""
        if len(resource_types) > 1:
            raise NotImplementedException
        return self.kinds[str(resource_types[0].name)].search(search_request)

    def create(self, resource_type: ResourceType, resource: Resource[Any]) -> Resource[Any]:
        """Records a resource that the directory adds."""
        began = clock.now()
        made = self.kinds[str(resource_type.name)].create(resource)
        # One that is sent again has been changed before.
        if made.meta and made.meta.last_modified and made.meta.last_modified >= began:
            operations.record_write(self.caller, "directory_add")
        return made

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,  # noqa: ARG002 - it was read in this transaction, which takes turns
    ) -> Resource[Any]:
        """Records what a directory says now."""
        changed = self.kinds[str(resource_type.name)].update(resource)
        operations.record_write(self.caller, "directory_change")
        return changed

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,  # noqa: ARG002 - the same
    ) -> None:
        """Takes a resource off the directory's list."""
        self.kinds[str(resource_type.name)].delete(resource_id)
        operations.record_write(self.caller, "directory_remove")


class People:
    """The people of one organisation."""

    def __init__(self, caller: TokenHolder) -> None:
        self.caller = caller

    def get(self, user_id: str) -> Resource[Any]:
        """Returns one person."""
        return user_of(find_user(self.caller, user_id), self.caller.actor.time_zone)

    def search(self, search_request: SearchRequest[Any]) -> SearchPage:
        """Returns a page of the people for whom a filter holds."""
        found = search_request.filter
        total, people = queries.list_people_in_directory(
            self.caller.actor,
            self.caller.organisation_id,
            None if found is None else condition_of(found, clock.today(self.caller.actor.time_zone)),
            search_request.start_index_0 or 0,
            MOST_AT_A_TIME if search_request.count is None else search_request.count,
        )
        return SearchPage(total, [user_of(each, self.caller.actor.time_zone) for each in people])

    def create(self, resource: Resource[Any]) -> Resource[Any]:
        """Adds somebody who joins, or who is here and whom the directory did not know."""
        return self.get(str(operations.add(self.caller, record_of(resource))))

    def update(self, resource: Resource[Any]) -> Resource[Any]:
        """Records what a directory says of somebody now."""
        operations.update(self.caller, find_user(self.caller, str(resource.id)), record_of(resource))
        return self.get(str(resource.id))

    def delete(self, user_id: str) -> None:
        """Lets somebody leave, and takes them off the directory's list."""
        operations.remove(self.caller, find_user(self.caller, user_id))


class Groups:
    """The groups of an organisation's directory, each of which is a sector or a role. There are few."""

    def __init__(self, caller: TokenHolder) -> None:
        self.caller = caller
        self.members: dict[int, set[int]] = {}
        """Who is in a group, as this request read it first: a role given on a page meanwhile is not taken away."""

    def get(self, group_id: str) -> Resource[Any]:
        """Returns one group."""
        group = self._find(group_id)
        return group_of(group, self._members_of(group))

    def search(self, search_request: SearchRequest[Any]) -> SearchPage:
        """Returns a page of the groups for which a filter holds."""
        groups = queries.list_groups(self.caller.organisation_id)
        members = queries.list_members(self.caller.actor, groups)
        found: list[Any] = [group_of(each, members[each.id]) for each in groups]
        if search_request.filter is not None:
            bound = ScimFilter[Group](search_request.filter)
            found = [each for each in found if bound.match(each)]
        return SearchPage(len(found), found[search_request.start_index_0 : search_request.stop_index_0])

    def create(self, resource: Any) -> Resource[Any]:
        """Records a group, which stands for the sector or the role of its name; it takes no role from anybody."""
        name = read_line(resource.display_name, "displayName", 200)
        sector, role = read_group_name(name)
        self._require_scope(role)
        external_id = read_line(resource.external_id, "externalId", 254, needed=False) or None
        group = operations.record_group(self.caller, name=name, sector=sector, role=role, external_id=external_id)
        return self._with_members(group, resource, adds_only=role is not None)

    def update(self, resource: Any) -> Resource[Any]:
        """Records who is in a group now."""
        group = self._find(str(resource.id))
        self._require_scope(group.role)
        group.external_id = read_line(resource.external_id, "externalId", 254, needed=False) or None
        return self._with_members(group, resource)

    def delete(self, group_id: str) -> None:
        """Removes a group; nobody in it has its role any more."""
        group = self._find(group_id)
        self._require_scope(group.role)
        self._remove(group, self._members_of(group))
        operations.remove_group(group)

    def _with_members(self, group: DirectoryGroup, resource: Any, *, adds_only: bool = False) -> Resource[Any]:
        """Adds whoever is new in a group and, unless it ``adds_only``, removes whoever is not in it any more."""
        before = {str(each) for each in self._members_of(group)}
        now = {str(each.value) for each in resource.members or ()}
        added = {
            str(each.employment.id): each
            for each in queries.find_people_in_directory(self.caller.actor, self.caller.organisation_id, now - before)
        }
        if now - before - added.keys():
            raise invalid(_("Your organisation's list has nobody with this id."), attribute="members.value")
        for user_id, known in added.items():
            try:
                operations.add_member(self.caller, group, known)
            except Invalid as error:
                raise invalid(error.message, attribute=f'members[value eq "{user_id}"]') from error
        if not adds_only:
            staying = {int(each) for each in now}
            self._remove(group, self._members_of(group) - staying, staying)
        self.members.clear()
        return self.get(str(group.id))

    def _remove(self, group: DirectoryGroup, employments: set[int], staying: AbstractSet[int] = frozenset()) -> None:
        try:
            operations.remove_members(self.caller, group, employments, staying)
        except Invalid as error:
            raise invalid(error.message, attribute="members") from error

    def _require_scope(self, role: str | None) -> None:
        if role is not None and TokenScope.ROLES not in self.caller.scopes:
            raise insufficient_scope(
                TokenScope.ROLES,
                remedy=_(
                    "Roles are given by administrators: one who is HR of this organisation too makes a token for the "
                    "directory with both scopes, under Account, Access tokens."
                ),
            )

    def _members_of(self, group: DirectoryGroup) -> set[int]:
        if group.id not in self.members:
            self.members[group.id] = queries.list_members(self.caller.actor, [group])[group.id]
        return self.members[group.id]

    def _find(self, group_id: str) -> DirectoryGroup:
        for each in queries.list_groups(self.caller.organisation_id):
            if str(each.id) == group_id:
                return each
        raise NotFoundException(detail=_("Your directory has no group with this id here."))


def find_user(caller: TokenHolder, user_id: str) -> DirectoryPerson:
    """Finds somebody of the organisation by id. Raises ``NotFoundException`` for anybody else."""
    found = queries.find_person_in_directory(caller.actor, caller.organisation_id, user_id)
    if found is None:
        raise NotFoundException(detail=_("Your organisation's list has nobody with this id."))
    return found
