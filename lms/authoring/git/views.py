"""The address that a git server calls after a push: it has the worker look, and nothing else in it is believed."""

from flask import abort, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from lms.authoring.blueprint import bp
from lms.authoring.git.jobs import put_look
from lms.authoring.git.rules import is_signed
from lms.kernel.config import current_settings
from lms.web.access import public
from lms.web.limits import limiter


@bp.post("/webhooks/git")
@public
@limiter.limit("30 per minute")
def git_pushed() -> ResponseReturnValue:
    """Has the worker look at git at once; answers 202, or 403 to who does not know the secret."""
    settings = current_settings()
    if not (settings.git_repository and settings.git_webhook_secret):
        abort(404)
    if not is_signed(request.get_data(), dict(request.headers), settings.git_webhook_secret):
        abort(403)
    put_look()
    return "", 202


@bp.record
def accept_without_session(state: BlueprintSetupState) -> None:
    """Lets git servers call: they have no session whose token they could send, and act for nobody."""
    state.app.extensions["csrf"].exempt(git_pushed)
