"""What a process gives back."""

import subprocess
import sys

import pytest

HASHING = """
import sys
from pathlib import Path
from threading import Thread
from argon2.low_level import Type, hash_secret
from lms.kernel.memory import release_large_blocks

def megabytes():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))

def sign_in():
    for _ in range(4):
        hash_secret(b"learn-safely", b"some salt", 2, 19_456, 1, 32, Type.ID)

if "give" in sys.argv:
    release_large_blocks()
before = megabytes()
for _ in range(3):
    thread = Thread(target=sign_in)
    thread.start()
    thread.join()
print(megabytes() - before)
"""


def retained(*words: str) -> float:
    command = [sys.executable, "-c", HASHING, *words]
    return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_hashing_passwords_leaves_no_large_blocks_behind() -> None:
    assert retained("give") < 8
