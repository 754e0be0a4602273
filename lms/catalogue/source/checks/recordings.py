"""Checks of recordings: each belongs to a text, and is not older than it."""

from collections.abc import Iterator

from lms.catalogue.source.checks.translations import REFERENCE_DIGITS
from lms.catalogue.source.parsing.parsed import ParsedCourse
from lms.catalogue.source.problems import Problem, error, warning
from lms.kernel.i18n import gettext as _


def check_recordings(course: ParsedCourse) -> Iterator[Problem]:
    """Checks every recording of a course."""
    texts = {module.recording_name: module.file for module in (*course.modules, *course.translations)}
    for name, recording in course.recordings.items():
        path, text = f"{course.path}/{name}", texts.get(name)
        if text is None:
            message = _("there is no text with the name of this recording")
            yield error(path, 1, message, _("it is named as its module, without the number: name.opus or name.ar.opus"))
        elif recording.reference and recording.reference != text.sha256[:REFERENCE_DIGITS]:
            message = _("the text has changed since it was recorded: %(file)s", file=text.name)
            yield warning(path, 1, message, _("listen to it, and record or encode it again"))
