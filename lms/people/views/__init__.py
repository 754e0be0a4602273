"""Pages of people: for HR the directory, placements and imports, for administrators organisations and stations."""

from lms.people.corrections import views as corrections
from lms.people.details import views as details
from lms.people.erasing import views as erasing
from lms.people.importing import views as importing
from lms.people.views import admin, hr
from lms.people.views.blueprint import bp

__all__ = ["admin", "bp", "corrections", "details", "erasing", "hr", "importing"]
