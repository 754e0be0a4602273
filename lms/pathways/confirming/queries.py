"""Every SELECT about what HR and coordinators are told of changed pathways."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import aliased

from lms.kernel import clock
from lms.kernel.actor import Actor, Role
from lms.kernel.db import session
from lms.pathways.confirming.rules import FORMER_SHOWN, WAITS_AT_MOST, Confirmation, VersionState
from lms.pathways.models import PathwayDecision, PathwayVersion
from lms.pathways.queries import is_published, to_decided, with_decision
from lms.people.api import works_on
from lms.people.models import DutyStation, Employment, Placement

MOST_SHOWN = 20
"""The most changes that a page names."""

NAMED = (VersionState.WAITING, VersionState.UNCONFIRMED, VersionState.CONFIRMED)


@dataclass(frozen=True, slots=True)
class ChangedPathway:
    """A station whose contacts were changed lately, or would be by a change that waits."""

    slug: str
    station: str
    number: int
    state: VersionState
    at: datetime


def list_changed_pathways(actor: Actor) -> list[ChangedPathway]:
    """Lists the changes that wait, are not confirmed or were confirmed in the last seven days, the latest first.

    Of the stations where organisations of an HR officer or coordinator have people today; of all stations for
    administrators and coordinators of all organisations. One query, and none for others.
    """
    scopes = [actor.organisations(role) for role in (Role.HR, Role.COORDINATOR)]
    everywhere = actor.has(Role.ADMIN) or None in scopes
    organisations = {each for scope in scopes if scope for each in scope}
    if not (everywhere or organisations):
        return []
    now = clock.now()
    newer, newer_decision = aliased(PathwayVersion), aliased(PathwayDecision)
    superseded = (
        select(newer.id)
        .outerjoin(newer_decision, newer_decision.version_id == newer.id)
        .where(newer.station_id == PathwayVersion.station_id, newer.number > PathwayVersion.number)
        .where(is_published(newer, newer_decision))
        .correlate(PathwayVersion)
        .exists()
    )
    late = and_(PathwayVersion.confirmation == str(Confirmation.AFTER), PathwayDecision.id.is_(None))
    statement = (
        with_decision(PathwayVersion, PathwayDecision, DutyStation.slug, DutyStation.name)
        .join(DutyStation, DutyStation.id == PathwayVersion.station_id)
        .where(PathwayVersion.confirmation != str(Confirmation.NONE), ~superseded)
        .where(
            or_(
                late, PathwayVersion.recorded_at > now - WAITS_AT_MOST, PathwayDecision.recorded_at > now - FORMER_SHOWN
            )
        )
        .order_by(PathwayVersion.id.desc())
        .limit(MOST_SHOWN)
    )
    if not everywhere:
        there = (
            select(Placement.station_id)
            .join(Employment, Employment.id == Placement.employment_id)
            .where(Employment.organisation_id.in_(sorted(organisations)), works_on(clock.today(actor.time_zone)))
        )
        statement = statement.where(PathwayVersion.station_id.in_(there))
    found = [(row, to_decided(row)) for row in session.execute(statement)]
    return [
        ChangedPathway(row.slug, row.name, each.version.number, each.state, each.settled_at or each.version.recorded_at)
        for row, each in found
        if each.state in NAMED and (each.settled_at is None or each.settled_at > now - FORMER_SHOWN)
    ]
