"""Sets up an application's configuration and database from the settings."""

import secrets
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy.engine import make_url
from werkzeug.middleware.proxy_fix import ProxyFix

from lms.kernel.config import ROOT, Settings, make_writable_folder
from lms.kernel.db import db
from lms.kernel.errors import CannotStart
from lms.kernel.i18n import gettext as _
from lms.kernel.private_files import close_instance
from lms.kernel.transactions import prepare_engine


def set_up_config(app: Flask, settings: Settings) -> None:
    """Turns our settings into Flask's and its extensions'."""
    make_writable_folder(settings.instance)
    app.extensions["settings"] = settings
    address = database_address(settings)
    app.extensions["open_files"] = close_instance(settings.instance, sqlite_file(address))
    app.config.update(
        SECRET_KEY=settings.secret_key or stored_secret_key(settings.instance),
        SQLALCHEMY_DATABASE_URI=address,
        # No error quotes the values of a statement. PostgreSQL's connections are checked before use, so it may restart.
        SQLALCHEMY_ENGINE_OPTIONS={"hide_parameters": True}
        if address.startswith("sqlite")
        else {
            "hide_parameters": True,
            "connect_args": {"connect_timeout": 5},
            "pool_pre_ping": True,
            "pool_timeout": 10,
        },
        MAX_CONTENT_LENGTH=settings.max_request_bytes,
        MAX_FORM_MEMORY_SIZE=settings.max_request_bytes,
        MAX_FORM_PARTS=20_000,
        SESSION_COOKIE_NAME="every_sector",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        SESSION_REFRESH_EACH_REQUEST=False,
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        REMEMBER_COOKIE_SECURE=settings.secure_cookies,
        PERMANENT_SESSION_LIFETIME=settings.sign_in_hours * 3600,
        WTF_CSRF_TIME_LIMIT=None,
        COMPRESS_ALGORITHM=["br", "gzip"],
        COMPRESS_BR_LEVEL=4,
        COMPRESS_MIN_SIZE=500,
        COMPRESS_MIMETYPES=["text/html", "application/json", "text/csv", "image/svg+xml"],
        MAIL_SERVER=settings.mail_server,
        # For connecting and for each whole answer of the mail server; after it the mail is tried again later.
        MAIL_TIMEOUT_SECONDS=20.0,
        MAIL_PER_MINUTE=settings.mail_per_minute,
        PRODUCT_NAME=settings.product_name,
        QUICK_EXIT_URL=settings.quick_exit_address,
        LANGUAGES=settings.languages,
        BABEL_DEFAULT_LOCALE=settings.languages[0],
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def stored_secret_key(folder: Path) -> str:
    """Returns the secret key stored in the instance folder, making it the first time.

    Raises ``CannotStart`` where it belongs to somebody else.
    """
    path = folder / "secret_key"
    try:
        if not path.exists() or not path.stat().st_size:
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text()
    except OSError as error:
        raise CannotStart(
            _(
                "The secret key in %(file)s cannot be read (%(reason)s). Run this as the user of the server.",
                file=path,
                reason=(error.strerror or str(error)).lower(),
            )
        ) from None


def database_address(settings: Settings) -> str:
    """Returns the database's address for SQLAlchemy: SQLite in the instance folder where none is set."""
    if not settings.database_url:
        return f"sqlite:///{settings.instance / 'every_sector.db'}"
    return with_driver(settings.database_url)


def with_driver(address: str) -> str:
    """Returns a database's address with the driver for PostgreSQL, as SQLAlchemy needs it."""
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


def sqlite_file(address: str) -> Path | None:
    """Returns the file of a database where it is SQLite's."""
    url = make_url(address)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


class Migrations:
    """What Flask-Migrate looks for in an application; it is loaded, and Alembic with it, when it is asked for."""

    directory = str(ROOT / "migrations")

    def __init__(self, app: Flask) -> None:
        self._app = app

    def __getattr__(self, name: str) -> Any:
        from flask_migrate import Migrate  # noqa: PLC0415 - only commands migrate

        Migrate(self._app, db, directory=self.directory)
        return getattr(self._app.extensions["migrate"], name)


def set_up_database(app: Flask) -> None:
    """Connects the database and the migrations."""
    db.init_app(app)
    app.extensions["migrate"] = Migrations(app)
    with app.app_context():
        prepare_engine(db.engine)
