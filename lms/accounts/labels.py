"""How accounts' coded values are written: roles."""

from lms.kernel.actor import Role
from lms.kernel.i18n import LazyString, lazy_gettext as _l

ROLE_LABELS: dict[str, LazyString] = {
    str(Role.TRAINER): _l("Trainer: writes courses"),
    str(Role.HR): _l("HR of one organisation: its people, requirements and reports"),
    str(Role.COORDINATOR): _l("Coordinator: figures across organisations, never names"),
    str(Role.ADMIN): _l("Administrator: accounts, organisations, the server"),
}
