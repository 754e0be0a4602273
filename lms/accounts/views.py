"""The pages of accounts that are not Flask-Security's own."""

from lms.accounts.administration import views as administration
from lms.accounts.blueprint import bp
from lms.accounts.codes import views as codes
from lms.accounts.invitations import views as invitations
from lms.accounts.registering import views as registering
from lms.accounts.second_step import views as second_step
from lms.accounts.sign_in import views as sign_in
from lms.accounts.single_sign_on import views as single_sign_on
from lms.accounts.slips import views as slips
from lms.accounts.support import views as support
from lms.accounts.tokens import views as tokens

__all__ = [
    "administration",
    "bp",
    "codes",
    "invitations",
    "registering",
    "second_step",
    "sign_in",
    "single_sign_on",
    "slips",
    "support",
    "tokens",
]
