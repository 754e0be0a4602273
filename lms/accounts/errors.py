"""What accounts refuse. ``field`` names the form field that the error belongs beside."""

from lms.kernel.errors import Invalid
from lms.kernel.i18n import lazy_gettext as _l


class EmailTaken(Invalid):
    """Another account signs in with this e-mail."""

    field = "email"
    default = _l(
        "An account already signs in with this e-mail. Look for it under People: if its holder has left, remove it "
        "from their details. Otherwise leave the e-mail empty, or ask your administrator."
    )


class RoleHoldersEmail(Invalid):
    """HR may not change the e-mail of somebody with a role: with it one could become an administrator."""

    field = "email"
    default = _l("This person has a role here. An administrator changes their e-mail.")


class OthersEmail(Invalid):
    """HR may not change the e-mail of somebody who works for others, or nowhere now: with it one signs in as them."""

    field = "email"
    default = _l(
        "This person works for another organisation too, or does not work here now. An administrator changes their "
        "e-mail."
    )


class HolderLeft(Invalid):
    """Somebody who no longer works here gets no role."""

    field = "role"


class LastAdministrator(Invalid):
    """Without this administrator nobody could manage the installation."""

    default = _l("This is the only administrator. Make somebody else an administrator first.")


class PasswordRefused(Invalid):
    """The password is too short or too easy to guess."""

    field = "password"
