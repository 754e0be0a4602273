"""What the application factory and the commands use of the demonstration: loading it, its sign-ins, its banner."""

from lms.demo.banner import DemonstrationBanner
from lms.demo.operations import is_loaded, load, sign_ins

__all__ = ["DemonstrationBanner", "is_loaded", "load", "sign_ins"]
