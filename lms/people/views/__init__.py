"""Pages of people: for HR the directory and placements, for administrators organisations and stations."""

from lms.people.views import admin, hr
from lms.people.views.blueprint import bp

__all__ = ["admin", "bp", "hr"]
