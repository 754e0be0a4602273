"""Why a step of learning is refused."""

from flask_babel import lazy_gettext as _l

from lms.kernel.errors import Refusal


class ModulesMissing(Refusal):
    """The quiz is not open: modules are not completed."""

    default = _l("The quiz opens when all modules are completed. Please finish the modules first.")


class NoNewerEdition(Refusal):
    """There is no newer edition to switch to."""

    default = _l("You are already on the newest edition of this course.")
