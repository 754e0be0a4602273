"""A bare Flask page under the same server: what everything else is compared with."""

import multiprocessing
import sys

from flask import Flask
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Says hello."""
    return "hello"


if __name__ == "__main__":
    multiprocessing.set_start_method("fork", force=True)
    Granian(
        "bench.hello:app",
        address="127.0.0.1",
        port=int(sys.argv[1]),
        interface=Interfaces.WSGI,
        workers=2,
        blocking_threads=int(sys.argv[2]) if len(sys.argv) > 2 else 2,
        log_level=LogLevels.warning,
    ).serve(target_loader=lambda: app, wrap_loader=False)
