"""Fails a test whose log lines name one of the invented people: no personal value is in any log, whatever fails."""

import re
from collections.abc import Generator

import pytest

PERSONAL = re.compile(
    r"[\w.+-]+@\w[\w.-]*\.example\b|\bAmina\b|Tomas Silva|Hana Haddad|Karim Nasser|Root Admin|Omar Said|Lena Okoro"
    r"|Ruth Adler|\b[WHRLD]-\d+\b"
)
"""E-mail addresses, names and staff numbers of tests/factories and of the demonstration."""


def personal_values(log: str, *, everything: bool = False) -> list[str]:
    """Returns what is personal in the lines of a log, or with ``everything`` also in what is no line of ours."""
    lines = [line for line in log.splitlines() if everything or line.startswith('{"')]
    return [found for line in lines for found in PERSONAL.findall(line)]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fails a test after which the captured log has a personal value; of those marked ``faults`` all of it is read."""
    report = yield
    if report.when == "teardown" and report.passed:
        faults = item.get_closest_marker("faults") is not None
        found = personal_values(report.capstderr, everything=faults)
        if found:
            report.outcome = "failed"
            report.longrepr = f"{item.nodeid}: the log names {sorted(set(found))}"
    return report
