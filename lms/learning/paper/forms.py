"""The forms of quizzes on paper."""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import Field, HiddenField, IntegerField, SelectField, TextAreaField, ValidationError
from wtforms.validators import Length
from wtforms.widgets import HiddenInput

from lms.catalogue.api import PublishedCourse
from lms.kernel.i18n import gettext as _
from lms.kernel.text import normalise
from lms.people.models import DutyStation, Organisation, Sector
from lms.web.forms import BaseForm, choices_of, day_field, offer
from lms.web.language import language_name, languages

MOST_CHARACTERS = 20_000


class PaperQuizForm(BaseForm):
    """Whom to print a quiz for."""

    organisation = SelectField(_l("Organisation"), coerce=int)
    course = SelectField(_l("Course"), coerce=int)
    sector = SelectField(
        _l("Sector"), description=_l("Only for courses that are awarded by sector, such as the sector briefs.")
    )
    language = SelectField(_l("Language of the quiz"))
    numbers = TextAreaField(
        _l("Staff numbers"),
        description=_l("One per line, at most 50. You can paste a column from a spreadsheet."),
        validators=[Length(max=MOST_CHARACTERS, message=_l("This list is too long. Split it into several lists."))],
        render_kw={"rows": 8, "spellcheck": "false", "autocomplete": "off", "dir": "auto"},
    )
    station = SelectField(
        _l("And everybody who works at"), description=_l("All staff whose duty station this is today.")
    )
    token = HiddenField(validators=[Length(max=40)])
    only_organisation: int | None = None
    by_sector: frozenset[int] = frozenset()
    translated: Mapping[int, Sequence[str]] = MappingProxyType({})

    def offer(
        self,
        organisations: Iterable[Organisation],
        courses: Sequence[PublishedCourse],
        sectors: Iterable[Sector],
        stations: Iterable[DutyStation],
        language: str,
    ) -> None:
        """Fills the choices; a single organisation is chosen already."""
        names = [(each.id, each.name) for each in organisations]
        offer(self.organisation, names)
        self.only_organisation = names[0][0] if len(names) == 1 else None
        self.course.choices = choices_of((each.course_id, each.title) for each in courses)
        by_slug = ((each.slug, each.name(language)) for each in sectors)
        self.sector.choices = choices_of([("", _l("Not by sector")), *by_slug])
        self.by_sector = frozenset(each.course_id for each in courses if each.per_sector)
        self.translated = {each.course_id: each.meta.get("languages") or ["en"] for each in courses}
        self.language.choices = choices_of((each, language_name(each)) for each in languages())
        self.language.data = self.language.data or language
        places = ((str(each.id), f"{each.name}, {each.country}") for each in stations)
        self.station.choices = choices_of([("", _l("Nobody else")), *places])

    def staff_numbers(self) -> list[str]:
        """Returns the numbers typed, each once; what follows after a tab, comma or semicolon is ignored."""
        typed = (normalise(re.split(r"[\t;,]", line)[0]) for line in (self.numbers.data or "").splitlines())
        return list(dict.fromkeys(filter(None, typed)))

    def validate_sector(self, field: Field) -> None:
        """Requires the sector of a course that is awarded by sector."""
        if self.course.data in self.by_sector and not field.data:
            raise ValidationError(_l("Choose the sector: this course is awarded by sector."))

    def validate_language(self, field: Field) -> None:
        """Refuses a language that the course is not written in: half a copy would be in another one."""
        offered = self.translated.get(self.course.data, ())
        if offered and field.data not in offered:
            names = ", ".join(map(language_name, offered))
            raise ValidationError(_("This course is not in this language yet. Choose one of: %(names)s.", names=names))

    def validate_numbers(self, _field: Field) -> None:
        """Requires somebody to print for."""
        if not self.staff_numbers() and not self.station.data:
            raise ValidationError(_l("Write at least one staff number."))


class PaperEntryForm(BaseForm):
    """One entry of a copy, besides the answers: which one it is, and the day on the paper."""

    written_on = day_field(
        _l("Written on"),
        required=_l("Write the day that stands on the paper."),
        description=_l("The day on the paper. The certificate is dated to it."),
        render_kw={"autocomplete": "off"},
    )
    number: Any = IntegerField(widget=HiddenInput())
