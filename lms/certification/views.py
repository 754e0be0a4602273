"""Pages of certification: certificates and the public check, in-person sessions, recognised prior training."""

import lms.certification.attendance.views
import lms.certification.awards.views
import lms.certification.credentials.views
import lms.certification.regraded.views
import lms.certification.training.views  # noqa: F401 - each puts its routes on the blueprint
from lms.certification.blueprint import bp

__all__ = ["bp"]
