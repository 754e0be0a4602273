"""A bare Flask page under the same server: what everything else is compared with."""

import multiprocessing
import sys

from flask import Flask

from lms.kernel.http_server import make_server
from lms.kernel.wsgi import BufferedApplication

app = Flask(__name__)


@app.get("/")
def hello() -> str:
    """Says hello."""
    return "hello"


if __name__ == "__main__":
    multiprocessing.set_start_method("fork", force=True)
    threads = int(sys.argv[2]) if len(sys.argv) > 2 else 2
    make_server("127.0.0.1", int(sys.argv[1]), workers=2).serve(
        target_loader=lambda: BufferedApplication(app, threads=threads, body_limit=lambda _: 0), wrap_loader=False
    )
