"""What compliance does in the background: prepare many people, fold the ledger, and check at night that all agrees."""

from flask import current_app

from lms.compliance.rebuilding import tend
from lms.kernel.worker import PeriodicJob


def tend_this_house() -> None:
    """Does what is to be done each minute."""
    tend(current_app._get_current_object())  # type: ignore[attr-defined]


JOBS = (PeriodicJob("compliance.tend", tend_this_house),)
