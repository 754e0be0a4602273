"""What importing refuses."""

from lms.kernel.errors import Refusal


class ImportChanged(Refusal):
    """The import has come further meanwhile, perhaps by the same person's second click."""
