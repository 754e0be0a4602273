"""The blueprint of the authors' pages, and which of them accept large files."""

from typing import Any

from flask import Blueprint, request
from flask.blueprints import BlueprintSetupState

from lms.kernel import db
from lms.kernel.actor import Role
from lms.web.access import current_actor, role_needed

bp = Blueprint("authoring", "lms.authoring", template_folder="templates")

authors = role_needed(Role.TRAINER, Role.ADMIN)
"""Opens a view to those who change courses; feedback alone is sent by learners."""

LARGE_BODIES = {"authoring.pictures": 13_000_000, "authoring.import_document": 13_000_000}
"""The largest request of the pages that accept files, in bytes."""


@bp.record
def allow_large_bodies(state: BlueprintSetupState) -> None:
    """Has the server read larger requests on these pages."""
    state.app.extensions.setdefault("body_limits", {}).update(LARGE_BODIES)


@bp.url_value_preprocessor
def raise_size_limit(endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Allows authors a larger request on these pages, before anything reads the request."""
    largest = LARGE_BODIES.get(endpoint or "")
    actor = current_actor() if largest and request.method == "POST" else None
    if actor and (actor.has(Role.TRAINER) or actor.has(Role.ADMIN)):
        request.max_content_length = largest
        # Asking who sends it began a transaction: none stays open while the file arrives.
        db.rollback()
