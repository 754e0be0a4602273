"""``python -m bench.sign_ins``: how long a learner's answers take to be saved while forty people sign in at once.

The same learner saves once with nobody else there, as the baseline, and then during each of some rounds of forty
sign-ins. The server is the real one, with the demonstration on SQLite and limits off. ``BENCH_ROUNDS`` (10).
"""

import os
import re
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from urllib.parse import urlencode

from bench.running import PASSWORD, ROOT, environment_of, fetch, free_port, serve, server, sign_in

PEOPLE = 40
A_THOUSAND_A_MINUTE = 0.06
"""The seconds between two sign-ins."""
NAMES = ("amina", "tomas", "hana", "karim", "root")


def send(port: int, path: str, form: dict[str, str], cookie: str = "") -> tuple[int, float, str]:
    """Sends a form as one of our own pages would; returns the status, the seconds and where it leads."""
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin", "Cookie": cookie}
    began = time.perf_counter()
    connection.request("POST", path, urlencode(form), headers)
    response = connection.getresponse()
    response.read()
    return response.status, time.perf_counter() - began, response.getheader("Location", "")


def open_attempt(port: int, cookie: str) -> tuple[str, dict[str, str]]:
    """Starts an attempt at the first course that allows one; returns its address and an answer to save."""
    for course in sorted(path.name for path in (ROOT / "modules").iterdir() if path.is_dir()):
        _, _, address = send(port, f"/courses/{course}/quiz", {}, cookie)
        if address.startswith("/attempts/"):
            _, _, page = fetch(port, address, cookie, accept="identity")
            found = re.search(r'name="(q-[^"]+)"[^>]*value="([^"]+)"', page.decode())
            if found:
                return address, {found[1]: found[2]}
    raise SystemExit("no course allows an attempt")


def show(name: str, seconds: list[float], *, failed: int = 0) -> None:
    """Prints one row of the table."""
    took = sorted(each * 1000 for each in seconds)
    p50, p90 = took[len(took) // 2], took[int(len(took) * 0.9)]
    print(
        f"  {name:34} p50 {p50:6.0f}  p90 {p90:6.0f}  max {took[-1]:6.0f} ms  n {len(took)}, {failed} failed",
        flush=True,
    )


def repeat(act: Callable[[], tuple[int, float, str]], until: Callable[[], bool]) -> list[tuple[int, float, str]]:
    """Does something again and again, with a twentieth of a second between, until it is time to stop."""
    done = []
    while not until():
        done.append(act())
        time.sleep(0.05)
    return done


def enter(port: int, number: int) -> tuple[int, float, str]:
    """Signs somebody in."""
    form = {"email": f"{NAMES[number % len(NAMES)]}@demo.example", "password": PASSWORD}
    with suppress(OSError, HTTPException):
        return send(port, "/login", form)
    return 0, 120.0, ""


def save_beside_sign_ins(port: int, cookie: str, seconds: float) -> float:
    """Returns in how many milliseconds nine saves of ten are done while people sign in at a thousand a minute."""
    address, answer = open_attempt(port, cookie)
    with ThreadPoolExecutor(PEOPLE) as people:

        def begin() -> list[Future[tuple[int, float, str]]]:
            entering = []
            for number in range(int(seconds / A_THOUSAND_A_MINUTE)):
                entering.append(people.submit(enter, port, number))
                time.sleep(A_THOUSAND_A_MINUTE)
            return entering

        beginning = people.submit(begin)
        saves = repeat(lambda: send(port, address, answer, cookie), beginning.done)
        sign_ins = [each.result() for each in beginning.result()]
    if {each[0] for each in saves} != {303} or {each[0] for each in sign_ins} != {302}:
        raise SystemExit("somebody could not sign in or save")
    return sorted(each[1] for each in saves)[int(len(saves) * 0.9)] * 1000


def measure(port: int, rounds: int) -> None:
    """Measures the baseline and the rounds, and prints both."""
    cookie = sign_in(port, "amina")
    address, answer = open_attempt(port, cookie)

    def save() -> tuple[int, float, str]:
        return send(port, address, answer, cookie)

    ends = time.monotonic() + 5
    alone = repeat(save, lambda: time.monotonic() > ends)
    saves, sign_ins = [], []
    with ThreadPoolExecutor(PEOPLE) as people:
        for _ in range(rounds):
            entering = [people.submit(enter, port, number) for number in range(PEOPLE)]
            saves += repeat(save, lambda entering=entering: all(each.done() for each in entering))  # type: ignore[misc]
            sign_ins += [each.result() for each in entering]
    machine = f"2 workers, {os.cpu_count()} processors, load {os.getloadavg()[0]:.0f}"
    print(f"\n{PEOPLE} people sign in at once, {rounds} times; {machine}")
    show("a save, nobody else there", [each[1] for each in alone], failed=sum(each[0] != 303 for each in alone))
    show("a save, meanwhile (goal 500)", [each[1] for each in saves], failed=sum(each[0] != 303 for each in saves))
    show("a sign-in", [each[1] for each in sign_ins], failed=sum(each[0] != 302 for each in sign_ins))


def main() -> None:
    """Starts the server on a new installation and measures."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port()
        print("Loading the demonstration ...", flush=True)
        with server(serve(port, "--no-worker", "--prepare"), port, "/healthz", environment_of(folder)):
            measure(port, int(os.environ.get("BENCH_ROUNDS", "10")))


if __name__ == "__main__":
    main()
