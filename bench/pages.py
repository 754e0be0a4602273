"""``python -m bench.pages INSTANCE``: what a first view costs on the wire, and the queries of a page.

INSTANCE is the folder of an installation that shows the demonstration.
"""

import re
import sys
import time

from flask import Flask
from sqlalchemy import event

from bench.application import quiet_app
from bench.running import MODULE, PASSWORD, environment_of, fetch, free_port, serve, server, sign_in
from lms.kernel.db import db


def sizes(port: int, cookie: str) -> None:
    """Prints what the first view of a module page costs on the wire."""
    _, _, plain = fetch(port, MODULE, cookie, accept="identity")
    status, headers, body = fetch(port, MODULE, cookie)
    head = sum(len(name) + len(value) + 4 for name, value in headers) + 17
    assets = sorted(set(re.findall(r'(?:href|src)="(/static/[^"#]+)', plain.decode())))
    total, css = head + len(body), 0
    print(f"\nA module page on the wire (status {status})")
    print(f"  HTML {len(body)} bytes + headers {head}")
    for asset in assets:
        _, asset_headers, content = fetch(port, asset)
        size = len(content) + sum(len(name) + len(value) + 4 for name, value in asset_headers) + 17
        css += size if asset.endswith(".css") else 0
        total += size
        print(f"  {asset.rsplit('/', 1)[1]:14} {size} bytes")
    print(f"  HTML with CSS: {head + len(body) + css} bytes (goal 14336)")
    print(f"  first view whole: {total} bytes (goal 30720) in {1 + len(assets)} requests (goal 5)")


def queries(app: Flask) -> None:
    """Prints how many queries each page asks, counted in this process."""
    app.config["WTF_CSRF_ENABLED"] = False
    statements: list[str] = []
    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2]))
    print("\nQueries a page (BEGIN not counted)")
    for who, paths in (("amina", (MODULE, "/my", "/courses")), ("hana", ("/compliance", "/people", "/requirements"))):
        client = app.test_client()
        client.post("/login", data={"email": f"{who}@demo.example", "password": PASSWORD})
        for path in paths:
            client.get(path)
            statements.clear()
            began = time.thread_time()
            status = client.get(path).status_code
            took = (time.thread_time() - began) * 1000
            count = sum(not statement.startswith("BEGIN") for statement in statements)
            print(f"  {path:60} {count:3}   ({took:.1f} ms CPU in process, status {status})")


def main() -> None:
    """Prints both."""
    port = free_port()
    with server(serve(port, "--no-worker"), port, "/healthz", environment_of(sys.argv[1])):
        sizes(port, sign_in(port, "amina"))
    queries(quiet_app(sys.argv[1]))


if __name__ == "__main__":
    main()
