"""What the states of drafts are called."""

from lms.authoring.reviewing.rules import ReviewState
from lms.kernel.i18n import lazy_gettext as _l

STATES = {
    ReviewState.DRAFTED: _l("Drafted"),
    ReviewState.IN_REVIEW: _l("In review"),
    ReviewState.CHANGED: _l("In review, changed since it was asked for"),
    ReviewState.SIGNED_OFF: _l("Signed off"),
}
