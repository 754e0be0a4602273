"""What sign-in refuses. ``field`` names the control of a form that the refusal belongs beside."""

from lms.kernel.errors import Invalid


class EmailTaken(Invalid):
    """Another account signs in with this e-mail."""

    field = "email"


class LastAdministrator(Invalid):
    """Without this administrator nobody could look after the house."""


class PasswordRefused(Invalid):
    """The password is too short or too easy to guess."""

    field = "password"
