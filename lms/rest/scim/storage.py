"""What scim2-server reads and writes: people and groups of the organisation of one access token."""

from collections.abc import Iterator
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

from lms.accounts.api import TokenHolder
from lms.kernel import clock
from lms.kernel.i18n import gettext as _
from lms.people.api import comparison_key, load_vocabulary
from lms.rest.models import DirectoryGroup
from lms.rest.scim import operations, queries
from lms.rest.scim.errors import invalid
from lms.rest.scim.filters import condition_of
from lms.rest.scim.queries import DirectoryPerson
from lms.rest.scim.records import group_of, read_line, record_of, user_of
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
    """The groups of an organisation's directory, each of which is a sector. There are few."""

    def __init__(self, caller: TokenHolder) -> None:
        self.caller = caller

    def get(self, group_id: str) -> Resource[Any]:
        """Returns one group."""
        return group_of(*self._find(group_id))

    def search(self, search_request: SearchRequest[Any]) -> SearchPage:
        """Returns a page of the groups for which a filter holds."""
        groups = queries.list_groups(self.caller.organisation_id)
        members = queries.list_members([each.id for each in groups])
        found: list[Any] = [group_of(each, members[each.id]) for each in groups]
        if search_request.filter is not None:
            bound = ScimFilter[Group](search_request.filter)
            found = [each for each in found if bound.match(each)]
        return SearchPage(len(found), found[search_request.start_index_0 : search_request.stop_index_0])

    def create(self, resource: Any) -> Resource[Any]:
        """Records a group, which stands for the sector of its name."""
        name = read_line(resource.display_name, "displayName", 200)
        sector = load_vocabulary().sectors.get(comparison_key(name))
        if sector is None:
            raise invalid(
                _("There is no sector “%(word)s” here; groups are sectors.", word=name), attribute="displayName"
            )
        external_id = read_line(resource.external_id, "externalId", 254, needed=False) or None
        group = operations.record_group(self.caller, name=name, sector=sector, external_id=external_id)
        return self._with_members(group, resource)

    def update(self, resource: Any) -> Resource[Any]:
        """Records who is in a group now."""
        group, _members = self._find(str(resource.id))
        group.external_id = read_line(resource.external_id, "externalId", 254, needed=False) or None
        return self._with_members(group, resource)

    def delete(self, group_id: str) -> None:
        """Removes a group."""
        operations.remove_group(self._find(group_id)[0])

    def _with_members(self, group: DirectoryGroup, resource: Any) -> Resource[Any]:
        ids = sorted({str(each.value) for each in resource.members or ()})
        operations.record_members(self.caller, group, [self._member(each) for each in ids])
        return self.get(str(group.id))

    def _member(self, user_id: str) -> DirectoryPerson:
        try:
            return find_user(self.caller, user_id)
        except NotFoundException as error:
            raise invalid(error.detail, attribute="members.value") from error

    def _find(self, group_id: str) -> tuple[DirectoryGroup, set[int]]:
        for each in queries.list_groups(self.caller.organisation_id):
            if str(each.id) == group_id:
                return each, queries.list_members([each.id])[each.id]
        raise NotFoundException(detail=_("Your directory has no group with this id here."))


def find_user(caller: TokenHolder, user_id: str) -> DirectoryPerson:
    """Finds somebody of the organisation by id. Raises ``NotFoundException`` for anybody else."""
    found = queries.find_person_in_directory(caller.actor, caller.organisation_id, user_id)
    if found is None:
        raise NotFoundException(detail=_("Your organisation's list has nobody with this id."))
    return found
