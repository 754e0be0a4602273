"""Making, using and revoking access tokens."""

from collections.abc import Collection

from sqlalchemy import update

from lms.accounts.models import AccessToken
from lms.accounts.tokens import queries
from lms.accounts.tokens.rules import (
    BEGINNING,
    TOKEN_ROLES,
    TokenScope,
    hash_secret,
    make_secret,
    usable_scopes,
    valid_for,
)
from lms.audit.api import record
from lms.kernel import clock, records
from lms.kernel.actor import Actor
from lms.kernel.db import session
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _

MOST_TOKENS = 20
"""How many tokens somebody may have at a time."""


def make_token(
    actor: Actor, *, name: str, organisation_id: int, scopes: Collection[TokenScope], days: int
) -> tuple[AccessToken, str]:
    """Makes a token of the actor for one organisation; returns it and the secret, which is stored nowhere.

    Raises ``Invalid`` for a scope that no role of the actor there covers, and for more tokens than somebody may have.
    """
    if TokenScope.ROLES in scopes and TokenScope.DIRECTORY not in scopes:
        raise Invalid(_("Roles are given by a directory. Choose “directory” too."), field="scopes")
    roles = [role for role in TOKEN_ROLES if actor.covers(role, organisation_id)]
    if not scopes or usable_scopes(scopes, roles) != frozenset(scopes):
        raise Invalid(
            _("Your role in this organisation does not allow all of this. Choose less, or the other organisation."),
            field="scopes",
        )
    if queries.count_live(actor, clock.now()) >= MOST_TOKENS:
        raise Invalid(_("You have %(count)s tokens already. Revoke one that is no longer needed.", count=MOST_TOKENS))
    secret = make_secret()
    token = AccessToken(
        account_id=actor.account_id,
        organisation_id=organisation_id,
        name=name,
        digest=hash_secret(secret),
        beginning=secret[:BEGINNING],
        scopes=sorted(scopes),
        expires_at=clock.now() + valid_for(days),
    )
    records.add(actor, token)
    record(
        actor, "accounts.make_token", "access_token", token.id,
        organisation_id=organisation_id, scopes=sorted(scopes), days=days,
    )  # fmt: skip
    return token, secret


def revoke_token(actor: Actor, token: AccessToken) -> None:
    """Ends a token at once; one that has ended is left as it is."""
    if token.retracted_at is None:
        records.retract(actor, token)
        record(actor, "accounts.revoke_token", "access_token", token.id, organisation_id=token.organisation_id)


def record_use(actor: Actor, token_id: int) -> None:
    """Records that a token is used today (UTC), once a day: the actor is its holder's."""
    today = clock.today()
    unused = (AccessToken.used_on.is_(None)) | (AccessToken.used_on < today)
    used = session.scalar(
        update(AccessToken).where(AccessToken.id == token_id, unused).values(used_on=today).returning(AccessToken.id)
    )
    if used is not None:
        record(actor, "accounts.use_token", "access_token", token_id, organisation_id=actor.organisation_id)
