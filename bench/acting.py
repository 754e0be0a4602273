"""``python -m bench.acting``: what session and actor cost a request: prints milliseconds of CPU, and statements.

The installation is the one of ``LMS_INSTANCE``.
"""

import os
import time
from statistics import median

from flask import Flask
from sqlalchemy import event

from bench.application import quiet_app
from bench.running import PASSWORD
from lms.kernel.db import db, reading
from lms.web.access import current_actor

TIMES = 1000


def took(app: Flask, cookie: str) -> float:
    """Returns the milliseconds that it takes to learn who sends a request with a cookie."""
    environment, times = app.test_request_context("/", headers={"Cookie": cookie}).request.environ, []
    for _ in range(TIMES):
        began = time.process_time()
        with app.request_context(environment), reading():
            is_anonymous = current_actor().is_anonymous
        times.append((time.process_time() - began) * 1000)
        if is_anonymous == bool(cookie):
            raise SystemExit("a session is not recognised")
    return median(times)


def main() -> None:
    """Prints the difference that a session makes."""
    app = quiet_app(os.environ["LMS_INSTANCE"], database_url=os.environ.get("LMS_DATABASE_URL", ""))
    app.config["WTF_CSRF_ENABLED"] = False
    client, statements = app.test_client(), list[str]()
    client.post("/login", data={"email": "amina@demo.example", "password": PASSWORD})
    name = app.config["SESSION_COOKIE_NAME"]
    session = client.get_cookie(name)
    if session is None:
        raise SystemExit("amina could not sign in")
    bare = took(app, "")
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    spent = took(app, f"{name}={session.value}")
    print(spent - bare, len([each for each in statements if each != "BEGIN"]) / TIMES)


if __name__ == "__main__":
    main()
