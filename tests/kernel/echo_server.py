"""A server with a small application that says what it was asked: ``python -m tests.kernel.echo_server PORT``."""

import hashlib
import json
import multiprocessing
import sys
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment
from wsgiref.validate import validator

from lms.kernel.body import BodyReader, Patience
from lms.kernel.http_server import make_server
from lms.kernel.wsgi import REFUSAL, BufferedApplication

LIMIT_BYTES = 1_000_000
LARGE_BYTES = 3_000_000


def echo(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Answers by path: what was asked as JSON, a large body in parts, or a failure."""
    path = environ["PATH_INFO"]
    if path == "/fails":
        raise RuntimeError("for the test")
    refusal = environ.get(REFUSAL)
    # PEP 3333 as the validator wants it, with a size.
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = b"" if refusal else environ["wsgi.input"].read(length)
    found = {name: value for name, value in environ.items() if isinstance(value, str)}
    found |= {"length": len(body), "digest": hashlib.sha256(body).hexdigest()}
    content = json.dumps(found).encode()
    status = {"/empty": "204 No Content"}.get(path, f"{refusal.code} Refused" if refusal else "200 OK")
    headers = [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("X-Name", "na\u00efve")]
    parts = [content[:5], content[5:]]
    if path == "/large":
        parts = [b"x" * 1000] * (LARGE_BYTES // 1000)
    if environ["REQUEST_METHOD"] == "HEAD" or path == "/empty":
        parts = []
    if path != "/empty":
        headers.append(("Content-Type", "text/plain"))
    start_response(status, headers)
    return iter(parts)


if __name__ == "__main__":
    multiprocessing.set_start_method("fork", force=True)
    application = BufferedApplication(
        validator(echo) if len(sys.argv) < 3 else echo,
        threads=1,
        body_limit=lambda _: LIMIT_BYTES,
        bodies=BodyReader(Patience(silence_seconds=float(sys.argv[2]))) if len(sys.argv) > 2 else None,
    )
    make_server("127.0.0.1", int(sys.argv[1]), workers=1).serve(target_loader=lambda: application, wrap_loader=False)
