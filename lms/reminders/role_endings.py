"""Roles end with employment: who is informed beforehand, and of what administrators are.

A role is suspended by itself after the last day at work; see ``role_works``. These notices only announce it.
"""

from datetime import date, timedelta

from flask import render_template
from flask_babel import force_locale, gettext as _

from lms.accounts.models import RoleGrant
from lms.kernel import clock, mail, outbox
from lms.kernel.actor import Role
from lms.kernel.days import ONE_DAY
from lms.kernel.db import reading
from lms.reminders.queries.role_endings import (
    list_administrators_who_left,
    list_concerned,
    list_ending_roles,
    list_organisations_without_hr,
)
from lms.web.emails import address_of, language_for, plain_day
from lms.web.formatting import day as in_words

NOTICE = timedelta(days=14)
"""How long before the last day those concerned are informed."""

LATE_NOTICE = timedelta(days=7)
"""How long after it they are informed where it became known late."""


def queue_notices(day: date) -> None:
    """Queues a notice to everybody concerned of each role that ends soon; each is queued once."""
    for ending in list_ending_roles(day + NOTICE + ONE_DAY):
        if ending.last_on < day - LATE_NOTICE:
            continue
        for to in list_concerned(ending, day):
            key = f"role-ending:{ending.grant_id}:{ending.last_on.isoformat()}:{to.person_id}"
            outbox.put("role_ending", key, {"grant_id": ending.grant_id, "person_id": to.person_id})


@outbox.handler("role_ending", quick=True)
def send_notice(payload: dict[str, int]) -> None:
    """Sends a notice that is still true. Raises ``MailServerMissing`` and ``NoLongerTrue``."""
    mail.require_server()
    with reading():
        notice = write_notice(**payload)
    mail.send(*notice)


def write_notice(grant_id: int, person_id: int) -> tuple[str, str, str, str]:
    """Writes to a person that a role ends: address, subject, body, language.

    Raises ``NoLongerTrue`` where it does not end any more, or the person is not concerned any more.
    """
    today = clock.today()
    ending = next(iter(list_ending_roles(today + NOTICE + ONE_DAY, RoleGrant.id == grant_id)), None)
    to = next((each for each in list_concerned(ending, today) if each.person_id == person_id), None) if ending else None
    if ending is None or to is None:
        raise outbox.NoLongerTrue
    own = to.person_id == ending.person_id
    language = language_for(to.language)
    with force_locale(language):
        said = plain_day(ending.last_on)
        body = render_template(
            "reminders/email/role_ending.txt",
            name=to.name,
            own=own,
            holder=ending.name,
            role=ending.role,
            organisation=ending.organisation or _("all organisations"),
            day=said,
            users=address_of("accounts.users"),
        )
        return (
            to.email,
            _("Your role ends on %(day)s", day=said) if own else _("A role ends on %(day)s", day=said),
            body,
            language,
        )


def list_problems() -> list[str]:
    """Returns what an administrator must know: organisations without HR now or soon, administrators who left."""
    today = clock.today()
    without = {row.id: row.name for row in list_organisations_without_hr(today)}
    problems = [
        _("%(name)s has no HR. Give somebody who works there the role, under Users.", name=name)
        for name in without.values()
    ]
    soon = {row.id: row.name for row in list_organisations_without_hr(today + NOTICE + ONE_DAY)}
    ending = list_ending_roles(today + NOTICE + ONE_DAY, RoleGrant.role == str(Role.HR))
    for organisation_id in soon.keys() - without.keys():
        last = max((each.last_on for each in ending if each.organisation_id == organisation_id), default=today)
        problems.append(
            _(
                "The last HR of %(name)s leaves on %(day)s. Give somebody else the role before then, under Users.",
                name=soon[organisation_id],
                day=in_words(last),
            )
        )
    problems += [
        _(
            "%(name)s is an administrator and no longer works here. Remove the role, or have the placement recorded.",
            name=name,
        )
        for name in list_administrators_who_left(today)
    ]
    return problems
