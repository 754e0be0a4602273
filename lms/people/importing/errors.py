"""What importing refuses."""

from lms.kernel.errors import Refusal


class ImportChanged(Refusal):
    """The import is in another state by now, perhaps by a second click."""
