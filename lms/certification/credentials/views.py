"""Badges for holders and HR; keys, status list and the page that verifies without a network for everybody."""

import json
from typing import Any

from flask import Response, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale

from lms.catalogue.api import load_course_revision
from lms.certification.awards import queries
from lms.certification.awards.explain import how_earned
from lms.certification.blueprint import bp
from lms.certification.credentials.badge import signed_badge
from lms.certification.credentials.did import did_document, did_of
from lms.certification.credentials.queries import status_version
from lms.certification.credentials.status_list import signed_status_list
from lms.certification.signing.queries import Signer, find_signer, list_keys
from lms.certification.signing.rules import CODE_CONTEXT, key_id
from lms.kernel import clock
from lms.kernel.actor import NOBODY
from lms.kernel.caching import cached
from lms.kernel.config import current_settings
from lms.kernel.errors import Refusal, require_found
from lms.kernel.i18n import gettext as _
from lms.web.access import current_actor, public, signed_in
from lms.web.downloads import download
from lms.web.setup import page_context

ONE_HOUR = "public, max-age=3600"
FOR_VERIFIERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": ONE_HOUR}
"""Programs verify in browsers too, on pages of their own."""


class NoKey(Refusal):
    """Nothing can be signed."""

    status = 503


def require_signer() -> Signer:
    """Returns the key that signs; raises ``NoKey`` where there is none."""
    signer = find_signer(str(current_app.secret_key))
    if signer is None:
        raise NoKey(_("This installation has no key to sign with yet. Ask the administrator to restart the server."))
    return signer


def issuer_address() -> str:
    """Returns the installation's public address, which is its name as an issuer."""
    return current_settings().public_address.rstrip("/")


@bp.get("/certificates/<serial>.json")
@signed_in
def certificate_json(serial: str) -> ResponseReturnValue:
    """Sends a certificate as an Open Badges 3.0 credential to its holder and their HR."""
    known = queries.load_award_for(current_actor(), serial)
    course = require_found(load_course_revision(known.award.course_revision_id))
    # In the language of the certificate, whoever asks: the badge is the same for all.
    with force_locale(known.award.printed["language"]):
        how = how_earned(known.award)
    badge = signed_badge(known, course, how, require_signer(), issuer_address())
    return download(json.dumps(badge, ensure_ascii=False, indent=2), f"{known.serial}.json")


@bp.get("/did.json")
@bp.get("/.well-known/did.json")
@public
def did() -> ResponseReturnValue:
    """Returns the keys that verify what this installation signs; the second address is for one below a path."""
    return did_document(issuer_address(), [key.public_key for key in list_keys()]), FOR_VERIFIERS


@bp.get("/certificates/status")
@public
def status_list() -> ResponseReturnValue:
    """Returns the signed list of certificates that count no longer, as of this hour."""
    signer, address, version = require_signer(), issuer_address(), status_version()
    hour = clock.now().replace(minute=0, second=0, microsecond=0)
    key = ("certificate status", signer.key_id, address, *version, hour)
    text = cached(key, lambda: json.dumps(signed_status_list(signer, address, version[0], hour)))
    response = Response(text, content_type="application/json", headers=FOR_VERIFIERS)
    response.add_etag()
    return response.make_conditional(request)


@bp.get("/certificates/keys")
@public
def keys() -> ResponseReturnValue:
    """Explains to verifiers who signs, with which keys, and how to verify a code, a badge or a serial number."""
    listed = [(key_id(key.public_key), key) for key in list_keys()]
    return render_template(
        "certification/keys.html", issuer=did_of(issuer_address()), listed=listed, first_line=CODE_CONTEXT.strip()
    )


@bp.get("/verify/offline")
@public
def offline() -> ResponseReturnValue:
    """Shows the page that a browser stores to verify codes without a network; it has nothing of who is signed in."""
    template = current_app.jinja_env.get_template("certification/offline.html")
    return template.render(page_context(), actor=NOBODY, layout_only=True)


@bp.get("/verify/sw.js")
@public
def worker() -> ResponseReturnValue:
    """Returns the service worker of the pages below /verify, with the addresses of what it stores."""
    asset = current_app.extensions["asset_url"]
    stored: dict[str, Any] = {
        "page": url_for("certification.offline"),
        "data": [url_for("certification.did"), url_for("certification.status_list")],
        "files": [asset(name) for name in ("app.css", "app.js", "verify.js", "mark.svg")],
        # Stored by the page itself, where its browser needs it.
        "library": asset("ed25519.js"),
    }
    script = render_template("certification/worker.js", stored=stored)
    headers = {"Service-Worker-Allowed": url_for("certification.verify")}
    return Response(script, content_type="text/javascript; charset=utf-8", headers=headers)
