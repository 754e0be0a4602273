"""Pages of people: for HR the directory, placements and imports, for administrators organisations and stations."""

from lms.people.corrections import views as asking
from lms.people.importing import views as imports
from lms.people.views import admin, hr
from lms.people.views.blueprint import bp

__all__ = ["admin", "asking", "bp", "hr", "imports"]
