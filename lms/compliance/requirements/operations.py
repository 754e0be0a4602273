"""Recording, changing and ending requirements; recording and withdrawing exemptions; each with its reason."""

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import date
from typing import Any, NotRequired, TypedDict, Unpack

from lms.audit.api import record, record_all
from lms.certification.api import parse_period
from lms.compliance import policy
from lms.compliance.projection.update import mark_dirty, requirement_changed
from lms.compliance.requirements import queries
from lms.compliance.requirements.models import LEAVE_KINDS, Exemption, Requirement, RequirementVersion
from lms.kernel import clock, records
from lms.kernel.actor import Actor
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _
from lms.kernel.identifiers import identifier_key
from lms.people.api import find_staff, list_employers_ever, load_merged_ids

MAX_DAYS = 3650
MATCH_LISTS = ("sectors", "stations", "roles", "contracts")
EXEMPTION_KINDS = (*LEAVE_KINDS, "equivalence")
"""Why a person is exempt: a kind of leave, or an equivalent qualification."""


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a version: whom it applies to, and in how many days; as in `RequirementVersion`.

    `match` holds lists under sectors, stations (ids), roles and contracts, where an empty or missing list matches
    everybody, and works_with_children as True, False or None. `max_age` is an ISO 8601 period; `min_edition` and
    `renew_by` are given together or not at all.
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
    """Records a requirement of an organisation, or with None of all organisations, with its first version.

    With `past_accepted` it may start in the past, so that people become overdue at once. Raises NotAllowed
    and Invalid.
    """
    policy.require_allowed(policy.may_change_requirement(actor, organisation_id))
    if effective_from < clock.today(actor.time_zone) and not past_accepted:
        message = _("This starts in the past, so people may become overdue at once. Tick the box to confirm.")
        raise Invalid(message, field="past_accepted")
    checked = _check_terms(terms)
    requirement = records.add(actor, Requirement(organisation_id=organisation_id, course_id=course_id))
    _record_version(
        actor, "compliance.make_requirement", requirement,
        effective_from=effective_from, terms=checked, reason=reason, course=course_id,
    )  # fmt: skip
    return requirement


def add_version(
    actor: Actor, requirement: Requirement, *, effective_from: date, terms: Terms, reason: str
) -> RequirementVersion:
    """Changes the terms of a requirement from a day on, today at the earliest; earlier days keep theirs.

    Raises NotAllowed and Invalid.
    """
    _require_changeable(actor, requirement, effective_from)
    return _record_version(
        actor, "compliance.change_requirement", requirement,
        effective_from=effective_from, terms=_check_terms(terms), reason=reason,
    )  # fmt: skip


def end_requirement(
    actor: Actor, requirement: Requirement, *, effective_through: date, reason: str
) -> RequirementVersion:
    """Ends a requirement after a last day, today at the earliest: a version with the same terms until then.

    Raises NotAllowed, and Invalid also where it has ended already or a later version is recorded.
    """
    _require_changeable(actor, requirement, effective_through)
    latest = queries.list_versions([requirement.id])[-1]
    if latest.effective_through is not None and latest.effective_through <= effective_through:
        raise Invalid(_("The requirement already ends by that day."))
    if latest.effective_from > effective_through:
        raise Invalid(_("A later version is already recorded. Choose a day from its start on."))
    first = max(latest.effective_from, clock.today(actor.time_zone))
    terms = Terms(**{each.name: getattr(latest, each.name) for each in fields(Terms)})
    return _record_version(
        actor, "compliance.end_requirement", requirement,
        effective_from=first, effective_through=effective_through, terms=terms, reason=reason,
    )  # fmt: skip


def clean_reason(text: str) -> str:
    """Returns a reason as it is stored; raises Invalid where it is empty."""
    reason = text.strip()
    if not reason:
        raise Invalid(_("Say why, in a few words."))
    return reason[:500]


def _require_changeable(actor: Actor, requirement: Requirement, day: date) -> None:
    policy.require_allowed(policy.may_change_requirement(actor, requirement.organisation_id))
    if day < clock.today(actor.time_zone):
        message = _("Choose today or a later day: earlier terms cannot be changed.")
        raise Invalid(message, field="effective_from")


def _check_terms(terms: Terms) -> Terms:
    """Returns the terms with their match as it is stored; raises Invalid."""
    if not all(0 <= days <= MAX_DAYS for days in (terms.due_days, terms.window_days, terms.grace_days)):
        raise Invalid(_("Enter a number of days from 0 to 3650."))
    if (terms.min_edition is None) != (terms.renew_by is None):
        raise Invalid(_("Enter both the minimum edition and the day by which older ones must be renewed, or neither."))
    if terms.min_edition is not None and terms.min_edition < 1:
        raise Invalid(_("The first edition is 1."))
    if terms.max_age is not None:
        try:
            parse_period(terms.max_age)
        except ValueError as error:
            raise Invalid(str(error)) from None
    match: dict[str, Any] = {name: sorted(set(terms.match.get(name) or ())) for name in MATCH_LISTS}
    match["works_with_children"] = terms.match.get("works_with_children")
    return replace(terms, match=match)


def _record_version(
    actor: Actor,
    action: str,
    requirement: Requirement,
    *,
    effective_from: date,
    effective_through: date | None = None,
    terms: Terms,
    reason: str,
    **detail: object,
) -> RequirementVersion:
    """Records a version, and `action` in the audit trail."""
    version = RequirementVersion(
        requirement_id=requirement.id,
        effective_from=effective_from,
        effective_through=effective_through,
        reason=clean_reason(reason),
        **asdict(terms),
    )
    records.add(actor, version)
    days = {"effective_from": effective_from.isoformat()}
    if effective_through is not None:
        days["effective_through"] = effective_through.isoformat()
    record(
        actor, action, "requirement", requirement.id,
        organisation_id=requirement.organisation_id, reason=version.reason, version=version.id,
        **days, **detail,
    )  # fmt: skip
    requirement_changed(requirement.organisation_id)
    return version


class ExemptionTerms(TypedDict):
    """The requirement (None: everything, also what is required later), from when and why.

    `until_on` None means without a last day; `kind` is one of `EXEMPTION_KINDS`.
    """

    requirement_id: int | None
    from_on: date
    until_on: date | None
    kind: str
    reason: str
    evidence: NotRequired[str]


def exempt(actor: Actor, *, person_id: int, organisation_id: int, **terms: Unpack[ExemptionTerms]) -> Exemption:
    """Exempts a person in one organisation.

    Raises NotAllowed, and Invalid where the person is the actor or not employed there, where the requirement does not
    apply there, or the same is recorded.
    """
    policy.require_allowed(policy.may_exempt(actor, organisation_id))
    if organisation_id not in list_employers_ever([person_id]):
        raise Invalid(_("This person is not employed in the organisation."))
    (exemption,) = _exempt(actor, {person_id: ""}, organisation_id, **terms)
    return exemption


def exempt_people(
    actor: Actor, numbers: Collection[str], *, organisation_id: int, **terms: Unpack[ExemptionTerms]
) -> None:
    """Exempts several persons, by staff number, in the same way as `exempt`: all of them or, if one is refused, none.

    No query for each of them. Raises NotAllowed, and Invalid with the unknown numbers or with the number of the first
    who is refused.
    """
    policy.require_allowed(policy.may_exempt(actor, organisation_id))
    staff = find_staff(organisation_id, numbers)
    by_key = {identifier_key(number): number for number in numbers}
    unknown = [number for key, number in by_key.items() if key not in staff]
    if unknown:
        raise Invalid(
            _(
                "Nobody of this organisation has these staff numbers: %(numbers)s. Correct or remove them. Nothing was "
                "recorded.",
                numbers=", ".join(unknown),
            )
        )
    labels = {staff[key].id: f"{number}: " if len(by_key) > 1 else "" for key, number in by_key.items()}
    _exempt(actor, labels, organisation_id, **terms)


def _exempt(
    actor: Actor,
    labels: Mapping[int, str],
    organisation_id: int,
    *,
    requirement_id: int | None,
    from_on: date,
    until_on: date | None,
    kind: str,
    reason: str,
    evidence: str = "",
) -> list[Exemption]:
    """Records exemptions of employed persons; `labels` has what a refusal of each begins with."""
    own = load_merged_ids(actor.person_id) if actor.person_id is not None else frozenset()
    refused = next((labels[person_id] for person_id in labels if person_id in own), None)
    if refused is not None:
        message = _("This is your own record. A second person must decide: ask another HR officer to record it.")
        raise Invalid(refused + message)
    if until_on is not None and until_on < from_on:
        raise Invalid(_("The last day is before the first day."))
    if kind not in EXEMPTION_KINDS:
        raise Invalid(_("Choose leave or equivalence."))
    if requirement_id is None and kind not in LEAVE_KINDS:
        raise Invalid(_("An equivalent qualification stands for one requirement. Choose which."))
    if requirement_id is not None and not queries.applies_in(requirement_id, organisation_id):
        raise Invalid(_("This requirement does not apply in the organisation."))
    same: dict[str, Any] = {
        "requirement_id": requirement_id, "organisation_id": organisation_id, "from_on": from_on, "until_on": until_on
    }  # fmt: skip
    already = queries.list_exempt_already(labels, **same)
    refused = next((labels[person_id] for person_id in labels if person_id in already), None)
    if refused is not None:
        raise Invalid(refused + _("This exemption is already recorded. Nothing was added."))
    words = {"kind": kind, "reason": clean_reason(reason), "evidence": evidence.strip()[:200]}
    exemptions = [Exemption(person_id=person_id, **same, **words) for person_id in labels]
    records.add_all(actor, exemptions)
    details = {each.id: {"person": each.person_id, "requirement": requirement_id, "kind": kind} for each in exemptions}
    record_all(
        actor, "compliance.exempt", "exemption", details, organisation_id=organisation_id, reason=words["reason"]
    )  # fmt: skip
    mark_dirty(labels)
    return exemptions


def withdraw_exemption(actor: Actor, exemption: Exemption, *, reason: str) -> None:
    """Withdraws an exemption, for all days; reports with earlier data still show it.

    Raises NotAllowed, and Invalid where it was withdrawn before.
    """
    policy.require_allowed(policy.may_exempt(actor, exemption.organisation_id))
    if exemption.retracted_at is not None:
        raise Invalid(_("This exemption has already been withdrawn. Nothing was changed."))
    reason = clean_reason(reason)
    records.retract(actor, exemption)
    record(
        actor, "compliance.withdraw_exemption", "exemption", exemption.id,
        organisation_id=exemption.organisation_id, reason=reason,
    )  # fmt: skip
    mark_dirty({exemption.person_id})
