"""Limits are counted once for all processes of a machine, in a file that nothing depends on."""

import stat
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from limits import parse
from limits.strategies import MovingWindowRateLimiter

from lms.kernel import clock
from lms.web.limit_storage import FileStorage
from lms.web.limits import network_of
from tests.waiting import DEADLINE_SECONDS

FIVE = parse("5 per hour")
PROGRAM = """
import sys
from limits import parse
from limits.strategies import MovingWindowRateLimiter
from lms.kernel import clock
from lms.web.limit_storage import FileStorage
limiter = MovingWindowRateLimiter(FileStorage(sys.argv[1]))
print(sum(limiter.hit(parse("50 per hour"), "somebody") for _ in range(40)))
"""


def storage_of(path: Path) -> FileStorage:
    return FileStorage(f"sqlite://{path}")


def test_processes_count_together(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PROGRAM, f"sqlite://{tmp_path / 'limits.db'}"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    counted = [int(process.communicate(timeout=DEADLINE_SECONDS)[0]) for process in processes]
    assert sum(counted) == 50
    assert stat.S_IMODE((tmp_path / "limits.db").stat().st_mode) == 0o600


def test_a_window_moves(tmp_path: Path) -> None:
    storage = storage_of(tmp_path / "limits.db")
    limiter = MovingWindowRateLimiter(storage)
    began = datetime(2028, 2, 29, 23, 50, tzinfo=UTC)
    with clock.using(clock.FixedClock(began)) as now:
        assert limiter.hit(FIVE, "a")
        now.move_to(began + timedelta(minutes=30))  # type: ignore[attr-defined]
        assert [limiter.hit(FIVE, "a") for _ in range(5)] == [True] * 4 + [False]
        assert not limiter.test(FIVE, "a")
        assert limiter.test(FIVE, "b")
        assert limiter.get_window_stats(FIVE, "a").reset_time == (began + timedelta(hours=1)).timestamp()
        now.move_to(began + timedelta(minutes=61))  # type: ignore[attr-defined]
        assert limiter.get_window_stats(FIVE, "a").remaining == 1
        assert [limiter.hit(FIVE, "a") for _ in range(2)] == [True, False]
        # What has ended is not stored any longer.
        assert storage.get(FIVE.key_for("a")) == 5
        now.move_to(began + timedelta(hours=3))  # type: ignore[attr-defined]
        assert limiter.hit(FIVE, "b")
        assert storage.get(FIVE.key_for("a")) == 0


def test_a_damaged_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "limits.db"
    path.write_bytes(b"this is not a database" * 1000)
    storage = storage_of(path)
    with pytest.raises(storage.base_exceptions):
        storage.acquire_entry("a", 5, 60)
    assert not storage.check()
    assert storage.check()
    assert storage.acquire_entry("a", 1, 60)
    assert not storage.acquire_entry("a", 1, 60)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("", ""),
        ("a socket", "a socket"),
    ],
)
def test_one_subscriber_is_one_network(address: str, network: str) -> None:
    assert network_of(address) == network
