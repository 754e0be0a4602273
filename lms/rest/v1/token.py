"""What a token is."""

from datetime import datetime

from pydantic import Field

from lms.accounts.api import TokenHolder, TokenScope
from lms.rest.endpoints import Shape, endpoint


class Token(Shape):
    """The token of this request."""

    organisation: str = Field(description="The short name of the organisation whose records it opens.")
    scopes: list[TokenScope] = Field(description="What it may do, as its holder's role is today.")
    expires_at: datetime


@endpoint("GET", "/token", scope=None, answer=Token)
def token(*, caller: TokenHolder) -> Token:
    """What this token may do.

    For a first try, and to see in time when it expires.
    """
    return Token(organisation=caller.organisation_slug, scopes=sorted(caller.scopes), expires_at=caller.expires_at)
