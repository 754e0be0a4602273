"""Static files: read once at start-up, named by their content, compressed once, cached by browsers without limit.

A process compresses a file when it is first asked for it: commands are asked for none, and all of them take a quarter
of a second.

In debug mode they are read again after each change, so a page names the new content at the next request.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from urllib.parse import quote

import brotli
from flask import Flask, Response, abort, request

from lms.web.access import public

FOLDER = Path(__file__).parent / "static"
FOR_EVER = "public, max-age=31536000, immutable"
# A page written before an upgrade may ask for an old digest: it gets today's file and asks again soon.
FOR_A_MINUTE = "public, max-age=60"
DIGEST_LENGTH = 12
# What is compressed; written out because the table of the operating system differs from machine to machine.
CONTENT_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}


@dataclass(frozen=True)
class Asset:
    """One static file.

    ``path`` is below the path where the application is mounted. It is built once, not by ``url_for``: a page of a
    hundred icons asks a hundred times.
    """

    path: str
    digest: str
    content_type: str
    body: bytes
    compressible: bool

    @cached_property
    def bodies(self) -> Mapping[str, bytes]:
        """The bytes by content coding: ``identity``, and those that are smaller."""
        compressed = {}
        if self.compressible:
            compressed = {"br": brotli.compress(self.body), "gzip": gzip.compress(self.body, 9, mtime=0)}
        smaller = {coding: small for coding, small in compressed.items() if len(small) < len(self.body)}
        return {"identity": self.body} | smaller


def without_comments(css: str) -> str:
    """Returns a style sheet without comments and indentation, which nobody needs to download."""
    return re.sub(r"\s*\n\s*", "\n", re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)).strip() + "\n"


def in_one_scheme(css: str, scheme: str) -> str:
    """Returns a style sheet that is ``light`` or ``dark`` whatever its reader's device is: for previews."""
    counts = "all" if scheme == "dark" else "not all"
    css = css.replace("@media (prefers-color-scheme: dark)", f"@media {counts}")
    return css.replace("color-scheme: light dark", f"color-scheme: {scheme}")


def read_asset(path: Path, name: str, scheme: str = "") -> Asset:
    """Reads one file and computes its digest; of a style sheet in one scheme, where one is named."""
    body = path.read_bytes()
    if path.suffix == ".css":
        css = without_comments(body.decode())
        body = (in_one_scheme(css, scheme) if scheme else css).encode()
    guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
    digest = hashlib.sha256(body).hexdigest()[:DIGEST_LENGTH]
    return Asset(
        f"/static/{digest}/{quote(name)}",
        digest,
        CONTENT_TYPES.get(path.suffix, guessed),
        body,
        path.suffix in CONTENT_TYPES,
    )


def read_assets(folder: Path = FOLDER) -> dict[str, Asset]:
    """Reads every file of a folder, by its path below it; ``app.css`` also in each scheme, as ``app-dark.css``."""
    names = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    assets = {name: read_asset(path, name) for name, path in names.items()}
    for scheme in ("light", "dark") if "app.css" in names else ():
        assets[f"app-{scheme}.css"] = read_asset(names["app.css"], f"app-{scheme}.css", scheme)
    return assets


# A process that makes several applications, as tests do, reads and compresses each file once.
_cached_assets = lru_cache(8)(lambda folder, _changed_at: read_assets(folder))


def _current_assets(folder: Path) -> dict[str, Asset]:
    """Returns the files as they are now, read again only where one was saved since."""
    assets: dict[str, Asset] = _cached_assets(folder, max(path.stat().st_mtime_ns for path in folder.rglob("*")))
    return assets


def set_up_assets(app: Flask, folder: Path = FOLDER) -> None:
    """Serves a folder's files at ``/static/<digest>/<name>`` and gives templates ``asset_url(name)``."""
    assets = _current_assets(folder)

    def asset_url(name: str) -> str:
        """Returns the address of a static file's present content; raises KeyError for a wrong name."""
        return request.script_root + (_current_assets(folder) if app.debug else assets)[name].path

    @public
    def asset(digest: str, name: str) -> Response:
        """Sends a static file in the smallest coding the browser takes."""
        found = (_current_assets(folder) if app.debug else assets).get(name)
        if found is None:
            abort(404)
        response = Response(content_type=found.content_type)
        coding = next((c for c in ("br", "gzip") if c in found.bodies and request.accept_encodings[c]), "identity")
        response.set_data(found.bodies[coding])
        if coding != "identity":
            response.content_encoding = coding
        response.vary.add("Accept-Encoding")
        response.headers["Cache-Control"] = FOR_EVER if digest == found.digest else FOR_A_MINUTE
        response.set_etag(f"{found.digest}-{coding}")
        response.make_conditional(request)
        return response

    app.add_url_rule("/static/<digest>/<path:name>", "web.asset", asset, methods=["GET"])
    app.extensions["asset_url"] = app.jinja_env.globals["asset_url"] = asset_url
