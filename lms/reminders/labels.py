"""What the kinds and states of reminders are called."""

from lms.kernel.i18n import lazy_gettext as _l
from lms.reminders.rules import ReminderStage

STAGE_LABELS = {
    ReminderStage.IN_1: _l("Due today or tomorrow"),
    ReminderStage.AFTER: _l("Newly overdue"),
    ReminderStage.WEEKLY: _l("Overdue for longer"),
    ReminderStage.IN_14: _l("Due within 14 days"),
    ReminderStage.IN_30: _l("Due within 30 days"),
}
KIND_LABELS = {
    **{str(stage): label for stage, label in STAGE_LABELS.items()},
    "hr_week": _l("Weekly figures, HR"),
    "sector_week": _l("Weekly figures, sector"),
}
"""The labels of `Reminder.kind`."""

STATE_LABELS = {"sent": _l("Sent"), "waiting": _l("Waiting"), "failed": _l("Failed"), "dropped": _l("Not sent")}
