"""People of the organisation and their placements: read, and recorded as on the pages of HR."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_babel import gettext as _
from pydantic import Field

from lms.accounts.api import TokenHolder, TokenScope
from lms.kernel import clock
from lms.kernel.days import ONE_DAY
from lms.kernel.errors import Invalid
from lms.kernel.identifiers import identifier_key
from lms.kernel.pdf import unprintable_characters
from lms.kernel.text import is_email, normalise
from lms.people.api import (
    CONTRACT_LABELS,
    AssignmentDetails,
    add_person,
    end_placement,
    find_sector,
    find_station,
    list_employments_of,
    list_placements_of,
    load_person_for,
    load_placement_for,
    record_placement,
)
from lms.people.models import Employment, Placement
from lms.rest.endpoints import Shape, endpoint
from lms.rest.pages import PageQuery, Part
from lms.rest.v1.queries import list_employments_after, list_placements_after
from lms.rest.v1.values import Day, Line, Text

EARLIEST_CHANGE_DAYS = 92
"""How far back a program may change what is recorded: late news of a quarter, and not the history behind it."""


class PlacementEntry(Shape):
    """Where somebody works and as what, from day to day, both included."""

    placement_id: int
    staff_number: str
    station: str = Field(description="The short name of the duty station.")
    sector: str = Field(description="The main sector.")
    also_sectors: list[str]
    role: str
    contract: str
    works_with_children: bool
    from_on: date
    through_on: date | None = Field(description="The last day; null while it is open.")


class PersonEntry(Shape):
    """Somebody with a staff number, and their placements in the organisation, the latest first."""

    person_id: int
    staff_number: str
    name: str
    email: str | None
    language: str
    placements: list[PlacementEntry]


class PeoplePart(Part):
    """A part of the people."""

    items: list[PersonEntry]


class PlacementsPart(Part):
    """A part of the placements."""

    items: list[PlacementEntry]


class PeopleQuery(PageQuery):
    """Which people."""

    staff_number: str | None = Field(None, max_length=40, description="However it is spelled.")


class PlacementsQuery(PeopleQuery):
    """Which placements."""

    on: Day | None = Field(None, description="Only those of this day.")


class NewPlacement(Shape):
    """A placement to record."""

    station: Text = Field(max_length=60, description="The short name of the duty station.")
    sector: Text = Field(max_length=40, description="The short name of the main sector.")
    also_sectors: list[Text] = Field([], max_length=9, description="Further sectors whose requirements apply too.")
    role: Text = Field(max_length=60, description="As one or two words, such as driver.")
    contract: Text = Field("staff", max_length=30)
    works_with_children: bool = False
    from_on: Day
    through_on: Day | None = None
    reason: Line = Field("", description="Nothing about a child or case.")


class NextPlacement(NewPlacement):
    """A placement to record of somebody who is known."""

    staff_number: Text | None = Field(None, max_length=40, description="Which, of somebody who has several here.")


class NewPerson(Shape):
    """Somebody who joins, with the first placement."""

    staff_number: Text = Field(max_length=40)
    name: Text = Field(max_length=200)
    email: Text | None = Field(None, max_length=254)
    placement: NewPlacement


class PlacementEnd(Shape):
    """The last day of a placement."""

    through_on: Day
    reason: Line = Field("", description="Nothing about a child or case.")


@endpoint("GET", "/people", scope=TokenScope.PEOPLE_READ, query=PeopleQuery, answer=PeoplePart)
def people(*, caller: TokenHolder, query: PeopleQuery) -> PeoplePart:
    """People of the organisation.

    One entry for each staff number, also of those who have left or will join.
    """
    found = list_employments_after(caller.actor, query.after, query.limit, query.staff_number)
    part, cursor = query.part_of(found, lambda each: each.id)
    return PeoplePart(items=_shapes(part), next_cursor=cursor)


@endpoint("GET", "/people/<int:person_id>", scope=TokenScope.PEOPLE_READ, answer=PeoplePart)
def person(*, caller: TokenHolder, person_id: int) -> PeoplePart:
    """One person, under each of their staff numbers in the organisation."""
    load_person_for(caller.actor, person_id)
    return PeoplePart(items=_shapes(list_employments_of(caller.actor, [person_id])), next_cursor=None)


@endpoint("GET", "/placements", scope=TokenScope.PEOPLE_READ, query=PlacementsQuery, answer=PlacementsPart)
def placements(*, caller: TokenHolder, query: PlacementsQuery) -> PlacementsPart:
    """Placements in the organisation, past, present and to come.

    A changed placement is another one with a number of its own; the one before is withdrawn and no longer listed.
    """
    found = list_placements_after(caller.actor, query.after, query.limit, query.staff_number, query.on)
    part, cursor = query.part_of(found, lambda each: each.id)
    return PlacementsPart(
        items=[_placement(each, each.employment, each.station.slug) for each in part], next_cursor=cursor
    )


@endpoint("POST", "/people", scope=TokenScope.PEOPLE_WRITE, body=NewPerson, answer=PeoplePart)
def join(*, caller: TokenHolder, body: NewPerson) -> PeoplePart:
    """Adds somebody who joins, with a first placement and an account.

    The same staff number with the same name and e-mail is the same person: nothing is recorded twice. With another name
    it is refused.
    """
    if unknown := unprintable_characters(body.name):
        raise Invalid(
            _("The certificate cannot print %(letters)s. Write the name in other letters.", letters=unknown),
            field="name",
        )
    if body.email is not None and not is_email(body.email):
        raise Invalid(_("This is not a full e-mail address, such as name@example.org."), field="email")
    added, _is_new = add_person(
        caller.actor,
        caller.organisation_id,
        _details(body.placement, "placement."),
        body.placement.from_on,
        body.placement.through_on,
        name=body.name,
        staff_number=body.staff_number,
        email=body.email,
    )
    return PeoplePart(items=_shapes(list_employments_of(caller.actor, [added.id])), next_cursor=None)


@endpoint(
    "POST",
    "/people/<int:person_id>/placements",
    scope=TokenScope.PEOPLE_WRITE,
    body=NextPlacement,
    answer=PlacementEntry,
)
def place(*, caller: TokenHolder, person_id: int, body: NextPlacement) -> PlacementEntry:
    """Records a placement of somebody who is known: a mover, or somebody who comes back.

    A placement that runs on its first day ends the day before. One that is recorded already changes nothing. Refused is
    what would replace a placement from its own first day on, or change days further back than three months: HR
    corrects that on the person's page.
    """
    load_person_for(caller.actor, person_id)
    employment = _employment(list_employments_of(caller.actor, [person_id]), body.staff_number)
    details, reason = _details(body), body.reason or _default_reason()
    running = _running(list_placements_of([employment.id]), body.from_on)
    if running is None:
        placed = record_placement(caller.actor, employment, details, body.from_on, body.through_on, reason=reason)
    elif details == running.details and running.through_on == body.through_on:
        placed = running
    else:
        if body.from_on <= running.from_on:
            raise Invalid(
                _("Another placement begins on this day. HR corrects it on the person's page."), field="from_on"
            )
        _require_recent(body.from_on, "from_on")
        end_placement(caller.actor, running, employment, body.from_on - ONE_DAY, reason=reason)
        placed = record_placement(caller.actor, employment, details, body.from_on, body.through_on, reason=reason)
    return _placement(placed, employment, body.station)


@endpoint(
    "POST",
    "/people/<int:person_id>/placements/<int:placement_id>/end",
    scope=TokenScope.PEOPLE_WRITE,
    body=PlacementEnd,
    answer=PlacementEntry,
)
def leave(*, caller: TokenHolder, person_id: int, placement_id: int, body: PlacementEnd) -> PlacementEntry:
    """Records the last day of a placement: of a leaver, or another than the one recorded.

    The answer is the placement that takes its place, with a number of its own. Days further back than three months are
    refused.
    """
    placement = load_placement_for(caller.actor, person_id, placement_id)
    employment, station = placement.employment, placement.station.slug
    if placement.through_on != body.through_on:
        for day in filter(None, (placement.through_on, body.through_on)):
            _require_recent(day, "through_on")
        placement = end_placement(
            caller.actor, placement, employment, body.through_on, reason=body.reason or _default_reason()
        )
    return _placement(placement, employment, station)


def _employment(employments: Sequence[Employment], staff_number: str | None) -> Employment:
    """Returns the employment meant, the last recorded where none is said. Raises ``Invalid`` for another number."""
    meant = identifier_key(staff_number)
    found = [each for each in employments if staff_number is None or each.staff_number_key == meant]
    if not found:
        raise Invalid(_("This person does not have this staff number."), field="staff_number")
    return found[-1]


def _running(placements: Sequence[Placement], day: date) -> Placement | None:
    return next((each for each in placements if each.from_on <= day <= (each.through_on or date.max)), None)


def _require_recent(day: date, field: str) -> None:
    if day < clock.today() - timedelta(days=EARLIEST_CHANGE_DAYS):
        raise Invalid(
            _("This would change days more than three months ago. HR corrects it on the person's page."), field=field
        )


def _default_reason() -> str:
    return str(_("Sent by a program."))


def _details(body: NewPlacement, path: str = "") -> AssignmentDetails:
    """Returns where somebody works and as what. Raises ``Invalid`` for a name that is not known."""
    station = find_station(body.station)
    if station is None:
        raise Invalid(_("There is no duty station with this short name."), field=f"{path}station")
    also = tuple(sorted(set(body.also_sectors) - {body.sector}))
    for name, slugs in (("sector", (body.sector,)), ("also_sectors", also)):
        if not all(map(find_sector, slugs)):
            raise Invalid(_("There is no sector with this short name."), field=path + name)
    if body.contract not in CONTRACT_LABELS:
        raise Invalid(_("Write one of: %(words)s.", words=", ".join(CONTRACT_LABELS)), field=f"{path}contract")
    role = normalise(body.role).lower()
    return AssignmentDetails(station.id, body.sector, role, body.contract, body.works_with_children, also)


def _shapes(employments: Sequence[Employment]) -> list[PersonEntry]:
    own: dict[int, list[PlacementEntry]] = {each.id: [] for each in employments}
    by_id = {each.id: each for each in employments}
    for placement in list_placements_of(list(own)):
        shape = _placement(placement, by_id[placement.employment_id], placement.station.slug)
        own[placement.employment_id].append(shape)
    return [
        PersonEntry(
            person_id=each.person_id,
            staff_number=each.staff_number,
            name=each.person.name,
            email=each.person.email,
            language=each.person.language,
            placements=own[each.id],
        )
        for each in employments
    ]


def _placement(placement: Placement, employment: Employment, station: str) -> PlacementEntry:
    return PlacementEntry(
        placement_id=placement.id,
        staff_number=employment.staff_number,
        station=station,
        sector=placement.sector,
        also_sectors=sorted(placement.also_sectors),
        role=placement.role,
        contract=placement.contract,
        works_with_children=placement.works_with_children,
        from_on=placement.from_on,
        through_on=placement.through_on,
    )
