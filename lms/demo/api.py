"""What the application factory and the commands use of the demonstration: loading it, its sign-ins, its banner."""

from collections.abc import Callable

from lms.certification.api import Issuer
from lms.demo.banner import DemonstrationBanner
from lms.demo.sign_ins import accounts_are_open, sign_ins

__all__ = ["DemonstrationBanner", "accounts_are_open", "load", "sign_ins"]


def load(say: Callable[[str], None], issuer: Issuer) -> None:
    """Loads the demonstration that leads up to today, as ``lms.demo.operations.load`` says."""
    from lms.demo.operations import load as load_until  # noqa: PLC0415 - a server loads it once, if ever

    load_until(say, issuer)
