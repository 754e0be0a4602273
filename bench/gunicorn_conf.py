"""How `bench.servers` sets gunicorn up: as Granian is set up in lms/kernel/serve.py."""

import gc
from typing import Any

preload_app = True
workers = 2
worker_class = "gthread"
loglevel = "error"
worker_tmp_dir = "/dev/shm"


def when_ready(_server: Any) -> None:
    """Freezes what is loaded before the workers are forked."""
    gc.collect()
    gc.freeze()
