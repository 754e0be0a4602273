"""What changes in compliance: requirements, their versions, and exemptions. Every act carries its reason."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from lms.audit.api import record
from lms.certification.api import parse_period
from lms.compliance import policy
from lms.compliance.errors import AlreadyWithdrawn, NothingRetroactive, PastNotAccepted
from lms.compliance.projection.update import mark_dirty, requirement_changed
from lms.compliance.requirements import exemption_queries as exemptions, queries
from lms.compliance.requirements.models import Exemption, Requirement, RequirementVersion
from lms.kernel import clock
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _

MOST_DAYS = 3650
EXEMPTION_KINDS = ("parental", "sick", "leave", "equivalence")
"""Why somebody need not meet a requirement: three kinds of leave, the last any other, and equivalence."""

MATCH_LISTS = ("sectors", "stations", "roles", "contracts")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a version says: whom it asks, and in how many days; `match` is stored as the rules read it.

    `match` holds lists under sectors (words), stations (row numbers), roles and contracts (words), an empty
    or missing list meaning everybody, and works_with_children as True, False or None. `max_age` is an ISO
    8601 period; `min_edition` and `renew_by` come together or not at all.
    """

    due_days: int
    window_days: int = 60
    grace_days: int = 0
    match: dict[str, Any] = field(default_factory=dict)
    max_age: str | None = None
    min_edition: int | None = None
    renew_by: date | None = None


def make_requirement(
    actor: Actor,
    *,
    organisation_id: int | None,
    course_id: int,
    effective_from: date,
    terms: Terms,
    reason: str,
    past_accepted: bool = False,
) -> Requirement:
    """Makes a requirement of an organisation, or with None of the whole house, with its first version.

    It may start in the past where `past_accepted` says that this is meant: people then turn out late at once.
    Raises NotYours, PastNotAccepted, Invalid.
    """
    policy.judge(policy.may_change_requirement(actor, organisation_id))
    if effective_from < clock.today(actor.time_zone) and not past_accepted:
        raise PastNotAccepted(
            _("This starts in the past, so people may become overdue at once. Tick the box to confirm.")
        )
    requirement = Requirement(
        organisation_id=organisation_id,
        course_id=course_id,
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    checked = _checked(terms)
    session.add(requirement)
    session.flush()
    version = _version(actor, requirement.id, (effective_from, None), checked, reason)
    record(
        actor, "compliance.make_requirement", "requirement", requirement.id,
        organisation_id=organisation_id, reason=version.reason, course=course_id, version=version.id,
    )  # fmt: skip
    requirement_changed(organisation_id)
    return requirement


def add_version(
    actor: Actor, requirement: Requirement, *, effective_from: date, terms: Terms, reason: str
) -> RequirementVersion:
    """Changes what a requirement says from a day on, today at the earliest: what was asked before stays.

    Raises NotYours, NothingRetroactive, Invalid.
    """
    policy.judge(policy.may_change_requirement(actor, requirement.organisation_id))
    _not_before_today(actor, effective_from)
    version = _version(actor, requirement.id, (effective_from, None), _checked(terms), reason)
    record(
        actor, "compliance.change_requirement", "requirement", requirement.id,
        organisation_id=requirement.organisation_id, reason=version.reason, version=version.id,
        effective_from=effective_from.isoformat(),
    )  # fmt: skip
    requirement_changed(requirement.organisation_id)
    return version


def end_requirement(
    actor: Actor, requirement: Requirement, *, effective_through: date, reason: str
) -> RequirementVersion:
    """Ends a requirement after a last day, today at the earliest, by a version that says the same until then.

    Raises NotYours, NothingRetroactive, and Invalid where it has ended already or a later version is waiting.
    """
    policy.judge(policy.may_change_requirement(actor, requirement.organisation_id))
    _not_before_today(actor, effective_through)
    versions = queries.list_versions(requirement.id)
    latest = max(versions, key=lambda version: (version.effective_from, version.recorded_at, version.id))
    if latest.effective_through is not None and latest.effective_through <= effective_through:
        raise Invalid(_("The requirement already ends by that day."))
    if latest.effective_from > effective_through:
        raise Invalid(_("A later version is already recorded. Choose a day from its start on."))
    terms = Terms(
        due_days=latest.due_days,
        window_days=latest.window_days,
        grace_days=latest.grace_days,
        match=latest.match,
        max_age=latest.max_age,
        min_edition=latest.min_edition,
        renew_by=latest.renew_by,
    )
    first = max(latest.effective_from, clock.today(actor.time_zone))
    version = _version(actor, requirement.id, (first, effective_through), terms, reason)
    record(
        actor, "compliance.end_requirement", "requirement", requirement.id,
        organisation_id=requirement.organisation_id, reason=version.reason, version=version.id,
        effective_through=effective_through.isoformat(),
    )  # fmt: skip
    requirement_changed(requirement.organisation_id)
    return version


def exempt(
    actor: Actor,
    *,
    person_id: int,
    requirement_id: int,
    organisation_id: int,
    from_on: date,
    until_on: date | None,
    kind: str,
    reason: str,
    evidence: str = "",
) -> Exemption:
    """Exempts a person from a requirement in one organisation from day to day; None: without a last day.

    `kind` is one of `EXEMPTION_KINDS`. Raises NotYours, and Invalid where the person is not employed there, the
    requirement does not apply there, or the same is recorded already.
    """
    policy.judge(policy.may_exempt(actor, organisation_id))
    if until_on is not None and until_on < from_on:
        raise Invalid(_("The last day is before the first day."))
    if kind not in EXEMPTION_KINDS:
        raise Invalid(_("Choose leave or equivalence."))
    if organisation_id not in queries.employers_of(person_id):
        raise Invalid(_("This person is not employed in the organisation."))
    if not queries.applies_in(requirement_id, organisation_id):
        raise Invalid(_("This requirement does not apply in the organisation."))
    exemption = Exemption(
        person_id=person_id,
        requirement_id=requirement_id,
        organisation_id=organisation_id,
        from_on=from_on,
        until_on=until_on,
        kind=kind,
        reason=_reason(reason),
        evidence=evidence.strip()[:200],
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    if exemptions.is_recorded(exemption):
        raise Invalid(_("This exemption is already recorded. Nothing was added."))
    session.add(exemption)
    session.flush()
    record(
        actor, "compliance.exempt", "exemption", exemption.id, organisation_id=organisation_id,
        reason=exemption.reason, person=person_id, requirement=requirement_id, kind=kind,
    )  # fmt: skip
    mark_dirty({person_id})
    return exemption


def withdraw_exemption(actor: Actor, exemption: Exemption, *, reason: str) -> None:
    """Withdraws an exemption as if it had never been; what was known before stays reproducible.

    Raises NotYours, AlreadyWithdrawn.
    """
    policy.judge(policy.may_exempt(actor, exemption.organisation_id))
    if exemption.retracted_at is not None:
        raise AlreadyWithdrawn(_("This exemption has already been withdrawn. Nothing was changed."))
    said = _reason(reason)
    exemption.retracted_at = clock.now()
    exemption.retracted_by = actor.account_id or None
    session.flush()
    record(
        actor, "compliance.withdraw_exemption", "exemption", exemption.id,
        organisation_id=exemption.organisation_id, reason=said,
    )  # fmt: skip
    mark_dirty({exemption.person_id})


def _not_before_today(actor: Actor, day: date) -> None:
    if day < clock.today(actor.time_zone):
        raise NothingRetroactive(_("Choose today or a later day: earlier terms cannot be changed."))


def _reason(text: str) -> str:
    said = text.strip()
    if not said:
        raise Invalid(_("Say why, in a few words."))
    return said[:500]


def _checked(terms: Terms) -> Terms:
    """Returns the terms with their match in the stored form; raises Invalid with what is wrong."""
    days = (terms.due_days, terms.window_days, terms.grace_days)
    if not all(0 <= amount <= MOST_DAYS for amount in days):
        raise Invalid(_("Enter a number of days from 0 to 3650."))
    if (terms.min_edition is None) != (terms.renew_by is None):
        raise Invalid(
            _("Enter both the minimum edition and the day by which older ones must be renewed, or neither.")
        )
    if terms.min_edition is not None and terms.min_edition < 1:
        raise Invalid(_("The first edition is 1."))
    if terms.max_age is not None:
        try:
            parse_period(terms.max_age)
        except ValueError as error:
            raise Invalid(str(error)) from None
    match: dict[str, Any] = {name: sorted(set(terms.match.get(name) or ())) for name in MATCH_LISTS}
    match["works_with_children"] = terms.match.get("works_with_children")
    return Terms(*days, match, terms.max_age, terms.min_edition, terms.renew_by)


def _version(
    actor: Actor, requirement_id: int, days: tuple[date, date | None], terms: Terms, reason: str
) -> RequirementVersion:
    version = RequirementVersion(
        requirement_id=requirement_id,
        effective_from=days[0],
        effective_through=days[1],
        match=terms.match,
        due_days=terms.due_days,
        window_days=terms.window_days,
        grace_days=terms.grace_days,
        max_age=terms.max_age,
        min_edition=terms.min_edition,
        renew_by=terms.renew_by,
        reason=_reason(reason),
        recorded_at=clock.now(),
        recorded_by=actor.account_id or None,
    )
    session.add(version)
    session.flush()
    return version
