"""Why a question cannot be shown or changed in a form."""

from lms.kernel.errors import Invalid
from lms.kernel.i18n import lazy_gettext as _l


class BankUnreadable(Invalid):
    """The bank's text is no YAML with a list of questions."""

    default = _l("This question bank cannot be read. Open it as text and correct the lines that are named there.")
