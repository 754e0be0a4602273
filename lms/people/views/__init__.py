"""Pages of people: for HR the directory, placements and imports, for administrators organisations and stations."""

from lms.people.importing import views as imports
from lms.people.views import admin, asking, hr
from lms.people.views.blueprint import bp

__all__ = ["admin", "asking", "bp", "hr", "imports"]
