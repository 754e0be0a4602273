"""What is wrong with publishing, for the administrator's page and that of authors."""

from lms.catalogue.api import list_withheld
from lms.kernel.i18n import gettext as _


def list_problems() -> list[str]:
    """Returns a sentence where files in the folders were not published, because pages had changed them too."""
    names = list_withheld()
    if not names:
        return []
    return [
        _(
            "These courses were changed on pages and in the folders of course files; what the folders have was not "
            "published: %(names)s. The command “flask content publish” on the server shows the files and the choices.",
            names=", ".join(names),
        )
    ]
