"""Talks with a provider as OpenID Connect asks, by Authlib and joserfc: its addresses, its keys, its tokens.

Nothing here reads the database: it is done outside of transactions (``computed_first``). What a provider says of its
addresses and keys is cached for an hour; keys are fetched again when a token has a key that is not among them.

Authlib is imported in functions: loading it takes half a second, and most installations have no provider.
"""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from lms.accounts.single_sign_on.rules import Provider, ProviderIdentity, SignInProblem, read_identity
from lms.kernel.caching import application_cache
from lms.kernel.i18n import gettext as _
from lms.kernel.outgoing import NO_ANSWER_LABELS, Network, PrivateAddress, Unreachable, parse_address, request

T = TypeVar("T")
Networks = Sequence[Network]

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make: those by a shared secret, and none at all, are left out."""

CACHED_SECONDS = 3600
PAUSE_SECONDS = 30
"""For how long a provider that did not answer is left alone, and keys are not fetched again: threads would wait."""

LEEWAY_SECONDS = 120
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LOGOUT_SECONDS = 600
"""How old the token of a sign-out may be."""


class ProviderError(Exception):
    """A provider could not do what was needed; ``detail`` says to the administrator what is wrong."""

    def __init__(self, problem: SignInProblem, detail: str = "") -> None:
        super().__init__(problem)
        self.problem, self.detail = problem, detail


class Discovery(BaseModel):
    """What a provider says of itself at its well-known address."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None = None
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


def discover(issuer: str, own: Networks) -> Discovery:
    """Returns what a provider says of itself. Raises ``ProviderError``."""
    return _cached((issuer, "discovery"), lambda: _discover(issuer, own))


def check(issuer: str, own: Networks) -> Discovery:
    """Asks a provider anew for its addresses and keys. Raises ``ProviderError`` with the first thing that is wrong."""
    found = _discover(issuer, own)
    keys = _fetch_keys(found, own)
    cache = application_cache("providers", 200, CACHED_SECONDS)
    cache.put((issuer, "discovery"), found)
    cache.put((issuer, "keys"), keys)
    application_cache("silent providers", 200, PAUSE_SECONDS).put((issuer, "discovery"), None)
    return found


def make_secrets() -> dict[str, str]:
    """Returns new random values of one sign-in: what comes back, what the token says, and what proves who began."""
    return {name: secrets.token_urlsafe(36) for name in ("state", "nonce", "verifier")}


def address_to_sign_in(provider: Provider, own: Networks, *, back: str, values: Mapping[str, str]) -> str:
    """Returns the address of the provider that signs somebody in and leads ``back``. Raises ``ProviderError``.

    ``values`` are those of ``make_secrets``.
    """
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri  # noqa: PLC0415 - see above
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415 - see above

    address: str = prepare_grant_uri(
        discover(provider.issuer, own).authorization_endpoint,
        client_id=provider.client_id,
        response_type="code",
        redirect_uri=back,
        scope="openid profile email",
        state=values["state"],
        nonce=values["nonce"],
        code_challenge=create_s256_code_challenge(values["verifier"]),
        code_challenge_method="S256",
    )
    return address


def address_to_sign_out(provider: Provider, own: Networks, *, back: str, id_token: str | None) -> str | None:
    """Returns the address of the provider that signs somebody out there and leads ``back``; None where it has none."""
    from authlib.common.urls import add_params_to_uri  # noqa: PLC0415 - see above

    address = discover(provider.issuer, own).end_session_endpoint
    if address is None:
        return None
    values = {"client_id": provider.client_id, "post_logout_redirect_uri": back, "id_token_hint": id_token}
    return str(add_params_to_uri(address, [(name, value) for name, value in values.items() if value]))


def fetch_identity(
    provider: Provider, own: Networks, *, back: str, code: str, nonce: str, verifier: str, now: datetime
) -> ProviderIdentity:
    """Returns who the provider says has signed in, for the code with which they came back. Raises ``ProviderError``."""
    from authlib.oauth2.auth import ClientAuth  # noqa: PLC0415 - see above
    from authlib.oauth2.rfc6749.parameters import prepare_token_request  # noqa: PLC0415 - see above
    from authlib.oidc.core import CodeIDToken  # noqa: PLC0415 - see above

    if provider.client_secret is None:
        raise ProviderError(SignInProblem.NOT_SET_UP)
    found = discover(provider.issuer, own)
    methods = found.token_endpoint_auth_methods_supported
    method = "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"
    address, headers, body = ClientAuth(provider.client_id, provider.client_secret, method).prepare(
        "POST",
        found.token_endpoint,
        {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"},
        prepare_token_request("authorization_code", code=code, redirect_uri=back, code_verifier=verifier),
    )
    answer = _fetch(address, own, method="POST", body=body, headers=headers)
    id_token, access_token = answer.get("id_token"), answer.get("access_token")
    if not isinstance(id_token, str):
        raise ProviderError(SignInProblem.NOT_TRUSTED)
    header, said = _read_token(id_token, provider, found, own)
    expected = {"iss": {"essential": True, "value": provider.issuer}}
    expected["aud"] = {"essential": True, "value": provider.client_id}
    claims = CodeIDToken(
        said, header, expected, {"nonce": nonce, "client_id": provider.client_id, "access_token": access_token}
    )
    _verify(lambda: claims.validate(now=int(now.timestamp()), leeway=LEEWAY_SECONDS))
    if not _is_subject(claims["sub"]):
        raise ProviderError(SignInProblem.NOT_TRUSTED)
    return read_identity(provider, _ask_more(claims, found, own, access_token) | claims, id_token)


def read_sign_out(provider: Provider, own: Networks, token: str, now: datetime) -> tuple[str | None, str | None]:
    """Returns who a provider signs out everywhere: its person, or its session, or both. Raises ``ProviderError``.

    As OpenID Connect Back-Channel Logout 1.0 asks. A token that comes twice ends nothing twice, so none is remembered.
    """
    from authlib.oauth2.claims import JWTClaims  # noqa: PLC0415 - see above

    header, said = _read_token(token, provider, discover(provider.issuer, own), own)
    expected: dict[str, Any] = {name: {"essential": True} for name in ("iat", "jti", "events")}
    expected["iss"] = {"essential": True, "value": provider.issuer}
    expected["aud"] = {"essential": True, "value": provider.client_id}
    claims, moment = JWTClaims(said, header, expected), int(now.timestamp())
    _verify(lambda: claims.validate(now=moment, leeway=LEEWAY_SECONDS))
    subject, session = claims.get("sub"), claims.get("sid")
    is_sign_out = isinstance(claims["events"], dict) and LOGOUT_EVENT in claims["events"] and "nonce" not in claims
    whom = [each for each in (subject, session) if each is not None]
    if not is_sign_out or not whom or not all(map(_is_subject, whom)) or moment - claims["iat"] > LOGOUT_SECONDS:
        raise ProviderError(SignInProblem.NOT_TRUSTED)
    return subject, session


def _is_subject(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 255 and value.isprintable()


def _discover(issuer: str, own: Networks) -> Discovery:
    address = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    try:
        found = Discovery.model_validate(_fetch(address, own))
        for each in (found.authorization_endpoint, found.end_session_endpoint):
            if each is not None:
                parse_address(each, own)
    except ValidationError as error:
        names = ", ".join(sorted({str(each["loc"][0]) for each in error.errors() if each["loc"]}))
        detail = _("%(address)s does not say what it should: %(names)s", address=address, names=names)
        raise ProviderError(SignInProblem.NOT_SET_UP, detail) from None
    except PrivateAddress as error:
        raise ProviderError(SignInProblem.NOT_SET_UP, str(error)) from None
    # Tokens are compared with what was typed, letter by letter.
    if found.issuer != issuer:
        detail = _("The provider calls itself %(issuer)s. Type exactly that as the issuer.", issuer=found.issuer[:300])
        raise ProviderError(SignInProblem.NOT_SET_UP, detail)
    return found


def _fetch_keys(found: Discovery, own: Networks) -> Any:
    """Returns the keys of a provider, as joserfc has them."""
    from joserfc.errors import JoseError  # noqa: PLC0415 - see above
    from joserfc.jwk import KeySet  # noqa: PLC0415 - see above

    try:
        return KeySet.import_key_set(_fetch(found.jwks_uri, own))  # type: ignore[arg-type]  # it checks what it is given
    except (JoseError, KeyError, TypeError, ValueError):
        detail = _("At %(address)s there are no keys that can be read.", address=found.jwks_uri)
        raise ProviderError(SignInProblem.NOT_SET_UP, detail) from None


def _read_token(
    token: str, provider: Provider, found: Discovery, own: Networks
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Returns header and claims of a token that the provider signed; for a new key, the keys are fetched again."""
    from joserfc import jwt  # noqa: PLC0415 - see above
    from joserfc.errors import BadSignatureError, InvalidKeyIdError  # noqa: PLC0415 - see above
    from joserfc.jws import JWSRegistry  # noqa: PLC0415 - see above

    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    cache, key = application_cache("providers", 200, CACHED_SECONDS), (provider.issuer, "keys")
    keys = _cached(key, lambda: _fetch_keys(found, own))
    try:
        decoded = jwt.decode(token, keys, registry=registry)
    except (InvalidKeyIdError, BadSignatureError):
        paused = application_cache("fetched keys", 200, PAUSE_SECONDS)
        if paused.get(key):
            raise ProviderError(SignInProblem.NOT_TRUSTED) from None
        paused.put(key, True)
        keys = _fetch_keys(found, own)
        cache.put(key, keys)
        decoded = _verify(lambda: jwt.decode(token, keys, registry=registry))
    except Exception as error:
        raise ProviderError(SignInProblem.NOT_TRUSTED) from error
    return decoded.header, decoded.claims


def _verify(work: Callable[[], T]) -> T:
    """Returns what ``work`` returns; whatever is wrong with a token, it is not trusted."""
    from joserfc.errors import ExpiredTokenError, InvalidClaimError  # noqa: PLC0415 - see above

    try:
        return work()
    except ExpiredTokenError as error:
        raise ProviderError(SignInProblem.WRONG_TIME) from error
    except InvalidClaimError as error:
        is_of_time = error.claim in ("iat", "nbf")
        raise ProviderError(SignInProblem.WRONG_TIME if is_of_time else SignInProblem.NOT_TRUSTED) from error
    except Exception as error:
        # What is signed may still have any form, such as a list where a text should be.
        raise ProviderError(SignInProblem.NOT_TRUSTED) from error


def _ask_more(claims: Mapping[str, Any], found: Discovery, own: Networks, access_token: object) -> dict[str, Any]:
    """Returns what the provider says of the person besides: some put next to nothing into the token."""
    if found.userinfo_endpoint is None or not isinstance(access_token, str):
        return {}
    try:
        more = _fetch(found.userinfo_endpoint, own, headers={"Authorization": f"Bearer {access_token}"})
    except ProviderError:
        return {}
    if "email" in claims and more.get("email") != claims["email"]:
        # That another e-mail is verified says nothing of this one.
        more.pop("email_verified", None)
    # It must be of the same person.
    return more if more.get("sub") == claims["sub"] else {}


def _cached(key: tuple[str, str], load: Callable[[], T]) -> T:
    """Returns what is cached of a provider, or loads it; one that was silent just now is not asked again."""
    silent = application_cache("silent providers", 200, PAUSE_SECONDS)
    cache = application_cache("providers", 200, CACHED_SECONDS)
    known: T | None = cache.get(key)
    if known is not None:
        return known
    if (problem := silent.get(key)) is not None:
        raise ProviderError(problem)
    try:
        loaded = load()
    except ProviderError as error:
        silent.put(key, error.problem)
        raise
    cache.put(key, loaded)
    return loaded


def _fetch(
    address: str,
    own: Networks,
    *,
    method: str = "GET",
    body: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Returns the object that an address of a provider answers. Raises ``ProviderError``."""
    try:
        status, text = request(method, address, own, body=body, headers=headers)
    except Unreachable as error:
        why = NO_ANSWER_LABELS[error.args[0]]
        detail = _("%(address)s: %(why)s.", address=address, why=why)
        raise ProviderError(SignInProblem.UNREACHABLE, detail) from None
    except PrivateAddress as error:
        detail = _("%(address)s: %(why)s", address=address, why=error)
        raise ProviderError(SignInProblem.NOT_SET_UP, detail) from None
    try:
        answer = json.loads(text)
    except ValueError:
        answer = None
    if status == 400 and isinstance(answer, dict) and answer.get("error") == "invalid_grant":
        # The code was used already, or has expired.
        raise ProviderError(SignInProblem.LOST)
    if status != 200:
        problem = SignInProblem.UNREACHABLE if status >= 500 else SignInProblem.NOT_SET_UP
        raise ProviderError(problem, _("%(address)s answers with code %(status)s.", address=address, status=status))
    if not isinstance(answer, dict):
        detail = _("%(address)s does not answer with JSON. Is it the address of a provider?", address=address)
        raise ProviderError(SignInProblem.NOT_SET_UP, detail)
    return answer
