"""What is wrong with publishing, for the administrator's page and that of authors."""

from collections.abc import Collection

from lms.authoring.git.jobs import PROBLEM
from lms.catalogue.api import list_withheld
from lms.kernel.i18n import gettext as _
from lms.kernel.installation import find_value


def list_problems() -> list[str]:
    """Returns a sentence where git is away, and one where the folders were not published as pages had changed them."""
    found = []
    away = find_value(PROBLEM)
    if away:
        found.append(
            _(
                "The git repository of course files could not be reached (%(reason)s). Nothing is lost: it is tried "
                "again every five minutes.",
                reason=away.value,
            )
        )
    names = list_withheld()
    if names:
        found.append(_withheld(names))
    return found


def _withheld(names: Collection[str]) -> str:
    return _(
        "These courses were changed on pages and in the folders of course files; what the folders have was not "
        "published: %(names)s. The command “flask content publish” on the server shows the files and the choices.",
        names=", ".join(names),
    )
