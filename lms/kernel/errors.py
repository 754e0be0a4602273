"""Refusals that every room may raise; the web floor turns them into pages and the command line into sentences."""


class Refusal(Exception):
    """Something asked for is refused; the message says what to do instead and is safe to show."""

    status = 409

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotThere(Refusal):
    """The thing does not exist, or the actor may not know that it does."""

    status = 404


class NotAllowed(Refusal):
    """The actor may see the thing but not do this to it."""

    status = 403


class Invalid(Refusal):
    """What was given cannot be accepted as it stands."""

    status = 422
