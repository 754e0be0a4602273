"""Refusals of reminders, as facts. ``field`` names the control of a form that the refusal belongs beside."""

from lms.kernel.errors import Invalid, Refusal


class AheadOfTheDay(Refusal):
    """Mails are not sent before their day has come."""


class LeadUnknown(Invalid):
    """Nobody of the organisation goes by this e-mail or staff number, or they cannot be written to."""

    field = "who"


class AlreadyLead(Invalid):
    """The account gets these figures already."""

    field = "who"


class AlreadyWithdrawn(Refusal):
    """Somebody took this person off the list meanwhile, perhaps with a second click."""
