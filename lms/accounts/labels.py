"""How accounts' coded values are written: roles, and why a password is too weak."""

from lms.accounts.rules import Weakness
from lms.kernel.actor import Role
from lms.kernel.i18n import LazyString, lazy_gettext as _l

ROLE_LABELS: dict[str, LazyString] = {
    str(Role.TRAINER): _l("Trainer: writes courses"),
    str(Role.HR): _l("HR of one organisation: its people, requirements and reports"),
    str(Role.COORDINATOR): _l("Coordinator: figures across organisations, never names"),
    str(Role.ADMIN): _l("Administrator: accounts, organisations, the server"),
}

WEAKNESS_MESSAGES: dict[Weakness, LazyString] = {
    Weakness.SHORT: _l("Use at least 10 characters. Three or four words are good and easy to remember."),
    Weakness.LONG: _l("This is too long: at most 128 characters fit."),
    Weakness.REPEATED: _l("This repeats the same few characters. Three or four words are better."),
    Weakness.GUESSABLE: _l("This is easy to guess. Three or four words of your own are better."),
    Weakness.PERSONAL: _l("People who know your name, e-mail or staff number could guess this. Choose other words."),
}
