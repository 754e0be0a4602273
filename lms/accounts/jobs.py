"""The job of accounts: sessions that began too long ago end each hour."""

from lms.accounts.sign_in.operations import remove_old_sessions
from lms.kernel.worker import PeriodicJob

JOBS = (PeriodicJob("accounts.remove_old_sessions", remove_old_sessions, minute="53"),)
