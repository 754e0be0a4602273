"""Who sent a form: one of our own pages, as the browser says, or somebody who knows the secret of the session."""

from urllib.parse import urlsplit

from flask import g, request
from flask_wtf.csrf import CSRFProtect


def sent_from_here() -> bool:
    """Returns whether the browser says that one of our own pages sent this request; no page can make it lie."""
    if request.headers.get("Sec-Fetch-Site") == "same-origin":
        return True
    origin = urlsplit(request.headers.get("Origin", ""))
    return bool(origin.netloc) and origin.netloc == request.host


class CsrfProtection(CSRFProtect):  # type: ignore[misc]
    """Accepts forms of our own pages, also of one that was opened before its reader signed in again.

    Where the browser does not say which page sent a form, the form must have the token of the session.
    """

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuses a request that another site may have sent."""
        if sent_from_here():
            g.csrf_valid = True
        else:
            super().protect(apply_exemptions)
