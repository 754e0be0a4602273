"""Pages of certification: certificates and the public check, in-person sessions, recognised prior training."""

from lms.certification.views import certificates, prior, sessions
from lms.certification.views.blueprint import bp

__all__ = ["bp", "certificates", "prior", "sessions"]
