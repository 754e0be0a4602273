"""What SCIM resources have here: of the standard's attributes those that this installation needs, and no others.

Whatever else a directory sends is ignored and not stored. Importing this takes a second or more: pydantic builds every
model of the standard. So only requests of directories do.
"""

from typing import Annotated, Any

from pydantic import Field
from scim2_models import (
    URN,
    Attribute,
    AuthenticationScheme,
    Bulk,
    CaseExact,
    ChangePassword,
    ComplexAttribute,
    EnterpriseUser as StandardEnterpriseUser,
    ETag,
    ExtensibleStringEnum,
    Extension,
    Filter,
    Group as StandardGroup,
    Mutability,
    Patch,
    Reference,
    Required,
    Resource,
    ResourceType,
    Schema,
    ScimPolicy,
    ScimProvider,
    ServiceProviderConfig,
    Sort,
    Uniqueness,
    User as StandardUser,
)
from scim2_models.resources.resource import AnyExtension

from lms.people.api import list_sectors, list_stations
from lms.rest.scim.rules import DIRECTORY_ROLES

MOST_AT_A_TIME = 200
"""How many people one answer has at most."""


class AtWork(ExtensibleStringEnum):
    """What an e-mail or an address is for: one of each is stored, that of work."""

    work = "work"


class NameOfUser(ComplexAttribute):
    """The name of somebody."""

    formatted: str | None = None
    """The name as the person writes it, and as certificates print it; else the given name and the family name."""

    family_name: Annotated[str | None, Required.true] = None
    """The family name, or the only name."""

    given_name: str | None = None
    """The given name."""


class EmailOfUser(ComplexAttribute):
    """An e-mail of somebody."""

    value: Annotated[str | None, Required.true] = None
    """The address that mails go to and that signs in; of several, that of work or else the first is stored."""

    type: AtWork | None = None
    """What it is for."""


class AddressOfUser(ComplexAttribute):
    """Where somebody works."""

    locality: Annotated[str | None, Required.true] = None
    """The duty station, by its short name or its name."""

    type: AtWork | None = None
    """What it is for."""


class User(Resource[AnyExtension]):
    """Somebody with a staff number in the organisation."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:User")

    user_name: Annotated[str | None, Uniqueness.server, Required.true] = None
    """What the directory calls the person."""

    name: Annotated[NameOfUser | None, Required.true] = None
    """The name."""

    title: Annotated[str | None, Required.true] = None
    """The role, as one or two words, such as driver."""

    active: Annotated[bool | None, Required.true] = None
    """Whether the person works here beyond today."""

    emails: list[EmailOfUser] | None = None
    """The e-mail; people may have none."""

    addresses: Annotated[list[AddressOfUser] | None, Required.true] = None
    """The duty station."""


class EnterpriseUser(Extension):
    """What employers know of somebody."""

    __schema__ = URN("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")

    employee_number: Annotated[str | None, Uniqueness.server, Required.true] = None
    """The staff number, with which the person signs in too."""

    department: Annotated[str | None, Required.true] = None
    """The main sector, by its short name or its name in any language."""


class KindOfMember(ExtensibleStringEnum):
    """What a member of a group is."""

    user = "User"


class MemberOfGroup(ComplexAttribute):
    """Somebody in a group."""

    value: Annotated[str | None, Mutability.immutable, CaseExact.true] = None
    """The id of the user."""

    ref: Annotated[Reference[User[Any]] | None, Mutability.immutable] = Field(
        None, serialization_alias="$ref", validation_alias="$ref"
    )
    """The address of the user."""

    type: Annotated[KindOfMember | None, Mutability.immutable] = None
    """What it is."""


class Group(Resource[Any]):
    """A sector or a role, as a group of the directory: whoever is put into it moves there, or is given the role."""

    __schema__ = URN("urn:ietf:params:scim:schemas:core:2.0:Group")

    display_name: Annotated[str | None, Mutability.immutable, Required.true] = None
    """The sector, by its short name or its name in any language; or else the role: HR, coordinator or trainer."""

    members: list[MemberOfGroup] | None = None
    """Who is in the group: of a sector by the directory's last word, of a role whoever has it."""


ENTERPRISE = str(EnterpriseUser.__schema__)
DirectoryUser = User[Annotated[EnterpriseUser, Required.true]]
"""A user as the addresses have it."""


STANDARD: dict[Any, Any] = {User: StandardUser, EnterpriseUser: StandardEnterpriseUser, Group: StandardGroup}
"""The models whose other attributes are listed too: there are clients that send all of them or fail."""


class DirectoryProvider(ScimProvider):
    """The description of the service, in whose schemas are the words that the installation knows today."""

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """Returns the schemas, with the words of sectors, roles and stations, and what is ignored as read-only."""
        sectors = [each.slug for each in list_sectors()]
        groups = [*sectors, *DIRECTORY_ROLES]
        words = {"department": sectors, "displayName": groups, "locality": [each.slug for each in list_stations()]}
        found = []
        for model in self.models:
            schema = model.to_schema()
            for attribute in schema.attributes or ():
                for each in (attribute, *(attribute.sub_attributes or ())):
                    each.canonical_values = words.get(str(each.name), each.canonical_values)
            if standard := STANDARD.get(model):
                schema.attributes = _with_ignored(schema.attributes, standard.to_schema().attributes)
            found.append(schema)
        return tuple(found)


def _with_ignored(own: list[Attribute] | None, standard: list[Attribute] | None) -> list[Attribute]:
    """Returns attributes with those that the standard has besides, which nobody can write here."""
    known = {each.name: each for each in own or ()}
    for each in standard or ():
        if each.name not in known:
            known[each.name] = each
            each.mutability, each.required = Mutability.read_only, Required.false
            each.description = "Ignored here and not stored."
            if each.sub_attributes:
                each.sub_attributes = _with_ignored([], each.sub_attributes)
        elif known[each.name].sub_attributes:
            known[each.name].sub_attributes = _with_ignored(known[each.name].sub_attributes, each.sub_attributes)
    return list(known.values())


def _provider() -> DirectoryProvider:
    config = ServiceProviderConfig(
        patch=Patch(supported=True),
        bulk=Bulk(supported=False, max_operations=0, max_payload_size=0),
        filter=Filter(supported=True, max_results=MOST_AT_A_TIME),
        change_password=ChangePassword(supported=False),
        sort=Sort(supported=False),
        etag=ETag(supported=True),
        authentication_schemes=[
            AuthenticationScheme(
                type=AuthenticationScheme.Type.oauthbearertoken,
                name="Access token",
                description="An access token of HR with the scope directory, in the header Authorization. For groups "
                "that are roles it needs the scope roles too.",
                primary=True,
            )
        ],
    )
    # As Microsoft Entra and Okta send them.
    policy = ScimPolicy(
        unknown=ScimPolicy.Unknown.ignore,
        remove_value_as_filter=ScimPolicy.RemoveValue.apply,
        unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
    )
    types = [ResourceType.from_resource(each) for each in (DirectoryUser, Group)]
    return DirectoryProvider([User, EnterpriseUser, Group], types, config, policy)


PROVIDER = _provider()
