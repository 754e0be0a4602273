"""Opening registration, asking to join, and HR's decision. Until that, nobody is recorded as a person."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete

from lms.accounts.invitations.operations import request_invitations
from lms.accounts.models import Account
from lms.accounts.queries import find_account_of_person, list_accounts_by_email
from lms.accounts.registering import emails, queries, rules
from lms.accounts.registering.models import RegistrationOpening, RegistrationRequest
from lms.audit.api import record
from lms.kernel import clock, outbox, records
from lms.kernel.actor import NOBODY, Actor
from lms.kernel.db import session, unit_of_work
from lms.kernel.errors import Invalid, require_found
from lms.kernel.i18n import gettext as _
from lms.people.api import AssignmentDetails, add_person, correct_person, list_employments_of, may_correct
from lms.people.models import LONGEST_STAFF_NUMBER, Organisation, Person

JOB = "registration"
"""The kind of outbox row that takes what was typed."""


def open_registration(
    actor: Actor, organisation: Organisation, *, domains: Sequence[str], stations: Sequence[int],
    sectors: Sequence[str], reason: str,
) -> None:  # fmt: skip
    """Opens registration for e-mails of some domains, or closes it where there is none.

    Raises ``Invalid`` where another organisation has a domain, and where it would be open with nothing to choose.
    """
    for other in queries.list_openings():
        taken = set(other.domains) & set(domains)
        if taken and other.organisation_id != organisation.id:
            raise Invalid(_("Another organisation here is open for %(domain)s.", domain=min(taken)), field="domains")
    if domains and not stations:
        raise Invalid(_("Choose at least one duty station."), field="stations")
    if domains and not sectors:
        raise Invalid(_("Choose at least one sector."), field="sectors")
    opening = queries.find_opening_of(organisation.id)
    chosen: dict[str, Any] = {"domains": list(domains), "stations": list(stations), "sectors": list(sectors)}
    if opening is None:
        opening = RegistrationOpening(organisation_id=organisation.id, **chosen)
    else:
        for name, value in chosen.items():
            setattr(opening, name, value)
    records.add(actor, opening)
    record(
        actor, "accounts.open_registration", "registration_opening", opening.id,
        organisation_id=organisation.id, reason=reason, domains=len(domains),
    )  # fmt: skip


def request_registration(typed: Mapping[str, Any]) -> None:
    """Has the worker take what was typed: the page does the same for every e-mail, so that its time tells nothing."""
    outbox.put(JOB, None, dict(typed))


def take_request(typed: Mapping[str, Any]) -> None:
    """Records a request and queues the e-mail with its link; who is known already is told so by e-mail, alone.

    Raises ``NoLongerTrue`` where the organisation is not open for it any more.
    """
    opening = queries.find_opening(typed["email"])
    if opening is None or typed["station_id"] not in opening.stations or typed["sector"] not in opening.sectors:
        raise outbox.NoLongerTrue
    now = clock.now()
    if any(account.active for account in list_accounts_by_email(typed["email"], opening.organisation_id)):
        return emails.queue(typed, opening.organisation.name, "known")
    found = queries.find_request(opening.organisation_id, typed["email"])
    if found is not None and found.proved_at and found.expires_at > now:
        return emails.queue(typed, opening.organisation.name, "waiting")
    if found is not None:
        session.delete(found)
        session.flush()
    found = RegistrationRequest(
        organisation_id=opening.organisation_id, recorded_at=now, expires_at=now + rules.PROVE_WITHIN, **typed
    )
    session.add(found)
    session.flush()
    return emails.queue(typed, opening.organisation.name, "link", request=found)


def prove(found: RegistrationRequest) -> None:
    """Notes that the link was used, and tells HR by one e-mail a day; using it again changes nothing."""
    if found.proved_at is not None:
        return
    found.proved_at = clock.now()
    found.expires_at = found.proved_at + rules.DECIDE_WITHIN
    session.flush()
    record(NOBODY, "accounts.request_to_join", "registration", found.id, organisation_id=found.organisation_id)
    emails.queue_for_hr(found)


def approve(actor: Actor, approved: Mapping[RegistrationRequest, str], *, role: str, from_on: date) -> list[Person]:
    """Adds the people who asked, each with a staff number and a placement from a day on, and invites them.

    Raises ``Invalid``, with the name of whom it is about, where a number is missing or taken or the e-mail is known.
    """
    # All of them or, where one is refused, none: the page then shows them again.
    with session.begin_nested():
        added = [_approve(actor, request, number, role=role, from_on=from_on) for request, number in approved.items()]
    request_invitations(actor, [_account_of(person).id for person in added])
    return added


def _approve(actor: Actor, request: RegistrationRequest, number: str, *, role: str, from_on: date) -> Person:
    details = AssignmentDetails(request.station_id, request.sector, role)
    try:
        if not number:
            raise Invalid(_("Write the staff number."))
        if len(number) > LONGEST_STAFF_NUMBER:
            raise Invalid(_("A staff number has at most %(most)s characters.", most=LONGEST_STAFF_NUMBER))
        person, _is_new = add_person(
            actor, request.organisation_id, details, from_on,
            name=request.name, staff_number=number, email=request.email,
        )  # fmt: skip
    except Invalid as error:
        raise Invalid(_("%(name)s: %(why)s", name=request.name, why=error.message)) from error
    person.language = request.language
    _close(actor, "accounts.approve_registration", request, person=person.id)
    return person


def join(actor: Actor, request: RegistrationRequest, person: Person) -> None:
    """Decides that who asked is a person already recorded, who gets the e-mail and, without a password, an invitation.

    Raises ``Invalid`` where the actor may not correct the e-mail of the person, and what ``correct_person`` does.
    """
    here = [each for each in list_employments_of(actor, [person.id]) if each.organisation_id == request.organisation_id]
    if not here or not may_correct(actor, person.id):
        raise Invalid(_("You cannot change the e-mail of this person. An administrator can."))
    if person.email != request.email:
        reason = _("Asked to join with this e-mail.")
        values = {"email": request.email}
        correct_person(actor, person, values, organisation_id=request.organisation_id, reason=reason)
    account = _account_of(person)
    if not account.password:
        request_invitations(actor, [account.id])
    _close(actor, "accounts.join_registration", request, person=person.id)


def refuse(actor: Actor, request: RegistrationRequest, *, reason: str) -> None:
    """Refuses a request; who asked reads the reason in an e-mail."""
    emails.queue_refusal(request, reason)
    _close(actor, "accounts.refuse_registration", request, reason=reason)


def remove_expired_requests() -> None:
    """Removes what nobody proved or decided in time."""
    with unit_of_work():
        queries.remove_expired(clock.now())


def _account_of(person: Person) -> Account:
    return require_found(find_account_of_person(person.id))


def _close(actor: Actor, action: str, request: RegistrationRequest, *, reason: str = "", **detail: int) -> None:
    number, organisation_id = request.id, request.organisation_id
    session.execute(delete(RegistrationRequest).where(RegistrationRequest.id == number))
    session.expunge(request)
    record(actor, action, "registration", number, organisation_id=organisation_id, reason=reason, **detail)
