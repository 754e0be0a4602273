"""What the application factory and the commands use of the demonstration: loading it, its sign-ins, its banner."""

from lms.demo.banner import DemonstrationBanner
from lms.demo.operations import load, sign_ins

__all__ = ["DemonstrationBanner", "load", "sign_ins"]
