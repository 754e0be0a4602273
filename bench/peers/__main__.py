"""``python -m bench.peers PEER --port PORT --cookie COOKIE [--id PAGE=NUMBER ...]``: our pages beside another system's.

The other system runs already, on 127.0.0.1, with a learner signed in whose cookie is given; so do ours and a bare page,
which this program starts. All are loaded in turn, round after round. A figure is the CPU of a system's processes for
one request, divided by that of the bare page. Nothing of the other systems is needed here but their addresses.
"""

import argparse
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import NamedTuple

from bench import load
from bench.running import MODULE, environment_of, free_port, hello, serve, server, sign_in


class Peer(NamedTuple):
    """Another system: the names its processes begin with, and its addresses beside ours; ``{}`` is a page's number."""

    processes: tuple[str, ...]
    pages: dict[str, tuple[str, str]]


PEERS = {
    "moodle": Peer(
        ("php-fpm", "nginx", "apache2", "postgres"),
        {
            "module": ("/mod/page/view.php?id={}", MODULE),
            "courses": ("/my/courses.php", "/courses"),
            "course": ("/course/view.php?id={}", "/courses/safe-identification"),
            "my": ("/my/", "/my"),
        },
    ),
    "kolibri": Peer(
        ("kolibri",),
        {
            "module": ("/api/content/contentnode/{}/", MODULE),
            "courses": ("/api/content/channel/?available=true", "/courses"),
            "my": ("/en/learn/", "/my"),
        },
    ),
}


def pids_of(names: tuple[str, ...]) -> list[int]:
    """Returns the processes whose names begin with one of those given."""
    commands = ((path.parent.name, path.read_text().strip()) for path in Path("/proc").glob("[0-9]*/comm"))
    return [int(pid) for pid, command in commands if command.startswith(names)]


def options() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.peers", description=__doc__)
    parser.add_argument("peer", choices=sorted(PEERS))
    parser.add_argument("--port", type=int, required=True, help="where it answers on 127.0.0.1")
    parser.add_argument("--cookie", default="", help="of a learner who is signed in")
    parser.add_argument("--id", action="append", default=[], metavar="PAGE=NUMBER", help="such as module=7")
    parser.add_argument("--page", action="append", help="measure only these")
    parser.add_argument("--process", action="append", help="the beginning of a process's name, in place of the usual")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of load on a page, a round")
    return parser.parse_args()


def main() -> None:
    """Measures the pages of one peer and ours, and prints them."""
    given = options()
    peer = PEERS[given.peer]
    numbers = dict(each.split("=", 1) for each in given.id)
    pages = {
        name: (theirs.format(numbers.get(name, "")), ours)
        for name, (theirs, ours) in peer.pages.items()
        if ("{}" not in theirs or name in numbers) and name in (given.page or peer.pages)
    }
    figures: dict[tuple[str, str], list[float]] = {}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        environment, port, bare = environment_of(folder), free_port(), free_port()
        print("Loading our demonstration ...", flush=True)
        with server(serve(port, "--no-worker", "--prepare"), port, "/healthz", environment):
            pass
        pid, _ = running.enter_context(server(serve(port, "--no-worker"), port, "/healthz", environment))
        hello_pid, _ = running.enter_context(server(hello(bare), bare, "/", environment))
        ours = [*load.family(pid), *load.family(hello_pid)]
        others = [each for each in pids_of(tuple(given.process or peer.processes)) if each not in ours]
        if not others:
            raise SystemExit(f"No process of {given.peer} runs here. Start it, or name its processes with --process.")
        cookie = sign_in(port, "amina")
        for _ in range(given.rounds):
            unit = load.run(bare, "/", (hello_pid,), seconds=given.seconds).cpu_ms
            for name, (theirs, our) in pages.items():
                found = load.run(given.port, theirs, others, cookie=given.cookie, seconds=given.seconds).cpu_ms
                own = load.run(port, our, (pid,), cookie=cookie, seconds=given.seconds).cpu_ms
                figures.setdefault((name, given.peer), []).append(found / unit)
                figures.setdefault((name, "ours"), []).append(own / unit)
    print(f"\n{'in hellos':12} {given.peer:>10} {'ours':>10} {'times':>8}")
    for name in pages:
        found, own = median(figures[name, given.peer]), median(figures[name, "ours"])
        print(f"{name:12} {found:10.1f} {own:10.1f} {found / own:8.1f}")


if __name__ == "__main__":
    main()
