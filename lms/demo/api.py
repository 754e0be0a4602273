"""What the application factory and the commands use of the demonstration: loading it, its sign-ins, its banner."""

from lms.demo.banner import DemonstrationBanner
from lms.demo.operations import accounts_are_open, load, sign_ins

__all__ = ["DemonstrationBanner", "accounts_are_open", "load", "sign_ins"]
