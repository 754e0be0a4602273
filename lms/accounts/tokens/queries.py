"""Every SELECT of access tokens."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import joinedload

from lms.accounts import policy
from lms.accounts.models import AccessToken, Account
from lms.accounts.second_step.settings import roles_rest
from lms.accounts.sign_in.queries import OF_ACCOUNT, actor_of_rows, actor_statement
from lms.accounts.tokens.rules import TOKEN_ROLES, TokenScope, hash_secret, usable_scopes
from lms.kernel.actor import Actor, Role
from lms.kernel.db import read_rows, session
from lms.kernel.errors import require_found
from lms.kernel.pagination import Pagination, paginate
from lms.people.models import Organisation


@dataclass(frozen=True, slots=True)
class TokenHolder:
    """Who acts with an access token, as the one who made it with the roles of today, in its organisation alone.

    ``actor`` has no person: nothing is theirs because they hold it. ``scopes`` are those for which they still have a
    role.
    """

    token_id: int
    actor: Actor
    organisation_id: int
    organisation_slug: str
    scopes: frozenset[TokenScope]
    expires_at: datetime
    used_on: date | None


_token, _account, _organisation = AccessToken.__table__.c, Account.__table__.c, Organisation.__table__.alias().c
_live = (_token.digest == bindparam("digest"), _token.retracted_at.is_(None), _token.expires_at > bindparam("now"))
# Run with every request of a program, so built once.
_HOLDER = (
    actor_statement()
    .add_columns(
        *OF_ACCOUNT,
        _token.id.label("token_id"),
        _token.scopes.label("token_scopes"),
        _token.expires_at,
        _token.used_on,
        _organisation.id.label("token_organisation_id"),
        _organisation.slug.label("token_organisation_slug"),
        _organisation.name.label("token_organisation_name"),
        _organisation.time_zone.label("token_time_zone"),
    )
    .join(AccessToken.__table__, _token.account_id == _account.id)
    .join(_organisation.id.table, _organisation.id == _token.organisation_id)
    .where(*_live)
)


def find_token_holder(secret: str, now: datetime, today: date) -> TokenHolder | None:
    """Finds who acts with a token, in one query; nobody where it is unknown or has ended.

    It has ended too where its holder has no role there any more, or a role that rests until a second step is set up.
    """
    digest = hash_secret(secret)
    rows = read_rows(_HOLDER, {"digest": digest, "now": now, "today": today}).all() if digest else ()
    if not rows or not rows[0].active or roles_rest(rows[0].roles_since, has_second_step=rows[0].has_second_step):
        return None
    row, holder = rows[0], actor_of_rows(rows)
    here = row.token_organisation_id
    roles = [role for role in TOKEN_ROLES if holder.covers(role, here)]
    usable = usable_scopes(row.token_scopes, roles)
    if not usable:
        return None
    actor = replace(
        holder,
        person_id=None,
        sector=None,
        station_id=None,
        station_name="",
        organisation_id=here,
        organisation_name=row.token_organisation_name,
        # A program works nowhere: its day is that of the organisation.
        time_zone=row.token_time_zone,
        scopes={role: frozenset({here}) for role in roles if role is not Role.ADMIN},
    )
    return TokenHolder(row.token_id, actor, here, row.token_organisation_slug, usable, row.expires_at, row.used_on)


def list_tokens_for(actor: Actor, page: int) -> Pagination[AccessToken]:
    """Lists the tokens an actor may see and revoke, those that were not revoked, with holder and organisation."""
    found = paginate(
        select(AccessToken)
        .join(AccessToken.account)
        .options(joinedload(AccessToken.account).joinedload(Account.person), joinedload(AccessToken.organisation))
        .where(policy.visible_tokens(actor), AccessToken.retracted_at.is_(None))
        .order_by(AccessToken.account_id != actor.account_id, AccessToken.id.desc()),
        page,
    )
    return found.with_items([row.AccessToken for row in found.items])


def load_token_for(actor: Actor, token_id: int) -> AccessToken:
    """Loads a token an actor may see. Raises ``NotThere`` for any other."""
    statement = (
        select(AccessToken)
        .options(joinedload(AccessToken.account).joinedload(Account.person), joinedload(AccessToken.organisation))
        .where(AccessToken.id == token_id, policy.visible_tokens(actor))
    )
    return require_found(session.scalar(statement))


def count_live(actor: Actor, now: datetime) -> int:
    """Counts the tokens of an actor that can be used."""
    live = AccessToken.retracted_at.is_(None), AccessToken.expires_at > now
    return session.scalar(select(func.count()).where(AccessToken.account_id == actor.account_id, *live)) or 0
