"""Checks that no text is published as a template has it."""

import re
from collections.abc import Iterator

from lms.catalogue.source.problems import Problem, error
from lms.catalogue.source.read import SourceFolders
from lms.kernel.i18n import gettext as _

# No keyboard has these brackets, and no language uses them: whatever authors write themselves is not meant.
_MARKED = re.compile("⟦[^⟦⟧]*⟧?|⟧")
_LINE_END = re.compile(r"\r\n|\r|\n")
MOST_SHOWN = 200
"""How many characters of such a text its problem quotes."""


def placeholder(text: str) -> str:
    """Returns a sentence of a template in the brackets that keep it from being published."""
    return f"⟦{text}⟧"


def check_placeholders(folders: SourceFolders) -> Iterator[Problem]:
    """Yields an error for each line of a course file in which text of a template is left."""
    files = [*folders.banks, folders.sectors, folders.glossary, folders.considerations]
    for folder in folders.courses:
        files += [folder.course, *folder.modules]
    for file in files:
        if file is None or not ("⟦" in file.text or "⟧" in file.text):
            continue
        for number, line in enumerate(_LINE_END.split(file.text), start=1):
            if found := _MARKED.search(line):
                message = _("this is still the text of a template: “%(text)s”", text=found[0][:MOST_SHOWN])
                yield error(file.path, number, message, _("write your own words in its place, without ⟦ and ⟧"))
