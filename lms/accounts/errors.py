"""What accounts refuse. ``field`` names the form field that the error belongs beside."""

from lms.kernel.errors import Invalid
from lms.kernel.i18n import lazy_gettext as _l


class EmailTaken(Invalid):
    """Another account signs in with this e-mail."""

    field = "email"
    default = _l("An account already signs in with this e-mail. Leave the e-mail empty, or ask your administrator.")


class LastAdministrator(Invalid):
    """Without this administrator nobody could manage the installation."""

    default = _l("This is the only administrator. Make somebody else an administrator first.")


class PasswordRefused(Invalid):
    """The password is too short or too easy to guess."""

    field = "password"
