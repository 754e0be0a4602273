"""The e-mails to HR with people at a station and to its coordinators: what somebody changed, and what waits."""

from collections.abc import Callable

from flask import render_template
from flask_babel import force_locale

from lms.kernel import mail
from lms.kernel.actor import Actor
from lms.kernel.config import current_settings
from lms.kernel.i18n import gettext as _
from lms.pathways import policy, queries
from lms.pathways.confirming.rules import Confirmation, VersionState, contact_changes
from lms.pathways.labels import author_label
from lms.pathways.models import PathwayVersion
from lms.people.models import DutyStation
from lms.web.emails import address_of, language_for

LINE = ("name", "phone", "hours", "note")
"""The parts of a contact in the order in which an e-mail gives them."""


def queue_written(actor: Actor, station: DutyStation, version: PathwayVersion) -> None:
    """Tells everybody that contacts were changed, or would be; nobody where the numbers were only called again."""
    if version.confirmation != Confirmation.NONE:
        waits = version.confirmation == Confirmation.BEFORE
        _queue_version(actor, station, version, VersionState.WAITING if waits else VersionState.UNCONFIRMED)


def queue_decided(actor: Actor, station: DutyStation, version: PathwayVersion, reason: str | None = None) -> None:
    """Tells everybody that a change was confirmed, or why it was refused."""
    state = VersionState.CONFIRMED if reason is None else VersionState.REFUSED
    _queue_version(actor, station, version, state, reason or "")


def queue_marked(actor: Actor, station: DutyStation, phone: str, *, answers: bool) -> None:
    """Tells everybody that a number does not answer, or answers again."""

    def subject() -> str:
        if answers:
            return _("Referral pathway of %(station)s: a number answers again", station=station.name)
        return _("Referral pathway of %(station)s: a number does not answer", station=station.name)

    page = address_of("pathways.station", station=station.slug)
    _queue(actor, station, subject, "marked", phone=phone, answers=answers, page=page)


def _queue_version(
    actor: Actor, station: DutyStation, version: PathwayVersion, state: VersionState, reason: str = ""
) -> None:
    before = queries.find_published_before(version)

    def subject() -> str:
        name = station.name
        return {
            VersionState.WAITING: _("Referral pathway of %(station)s: a change waits to be confirmed", station=name),
            VersionState.UNCONFIRMED: _("Referral pathway of %(station)s: changed, not yet confirmed", station=name),
            VersionState.CONFIRMED: _("Referral pathway of %(station)s: contacts have changed", station=name),
            VersionState.REFUSED: _("Referral pathway of %(station)s: a change was refused", station=name),
        }[state]

    _queue(
        actor,
        station,
        subject,
        "changed",
        state=str(state),
        version=version,
        reason=reason,
        changes=contact_changes(before.contacts if before else [], version.contacts),
        new_note=version.note != (before.note if before else ""),
        author=author_label,
        line=lambda contact: ", ".join(filter(None, (contact[part] for part in LINE))),
        page=address_of("pathways.version", station=station.slug, number=str(version.number)),
    )


def _queue(actor: Actor, station: DutyStation, subject: Callable[[], str], kind: str, **context: object) -> None:
    """Queues the e-mail to everybody who may write the pathway but the actor; administrators read it on a page."""
    for editor, holder in policy.list_editors(station):
        if (
            not holder.email
            or holder.account_id == actor.account_id
            or not (editor.organisations or editor.coordinates)
        ):
            continue
        with force_locale(language_for(holder.language)):
            product = current_settings().product_name
            text = render_template(
                f"pathways/email/{kind}.txt", name=holder.name, station=station, product=product, **context
            )
            mail.queue(holder.email, subject(), text)
