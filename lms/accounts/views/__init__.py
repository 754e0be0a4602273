"""Pages of sign-in that are not Flask-Security's own."""

from lms.accounts.views import admin, hr, learner, public
from lms.accounts.views.blueprint import bp

__all__ = ["admin", "bp", "hr", "learner", "public"]
