"""What belongs to all courses: the map of the curriculum, the glossary, and the courses' pictures."""

import re

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from lms.catalogue.api import find_picture, glossary as terms
from lms.kernel.errors import NotThere
from lms.learning.blueprint import bp
from lms.learning.curriculum import curriculum
from lms.web.access import signed_in
from lms.web.language import direction_of, language_of_page

PICTURE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
"""What a picture may do when somebody opens it by itself: use the colours it brings along, and nothing else."""

FOR_EVER = "private, max-age=31536000, immutable"
_NAME = re.compile(r"([a-z0-9-]+)(?:\.([0-9a-f]{12}))?\.([a-z]{3,4})")


@bp.get("/courses/about")
@signed_in
def about() -> ResponseReturnValue:
    """Shows what the courses cover, where it comes from and who has reviewed it."""
    return render_template("learning/about.html", map=curriculum(language_of_page()))


@bp.get("/glossary")
@signed_in
def glossary() -> ResponseReturnValue:
    """Explains the words of the courses, with their equivalents in other languages."""
    language = language_of_page()
    listed = sorted(terms(), key=lambda term: term.term.get(language, term.term["en"]).lower())
    return render_template("learning/glossary.html", terms=listed, direction_of=direction_of)


@bp.get("/courses/<course>/img/<name>")
@signed_in
def picture(course: str, name: str) -> ResponseReturnValue:
    """Sends a picture: by the digest in its name the version that a text was published with, else today's."""
    asked = _NAME.fullmatch(name)
    found = find_picture(course, f"{asked[1]}.{asked[3]}", asked[2] or "") if asked else None
    if asked is None or found is None:
        raise NotThere
    response = Response(found.data, mimetype=found.media_type)
    response.headers["Content-Security-Policy"] = PICTURE_POLICY
    response.headers["Cache-Control"] = FOR_EVER if asked[2] else "private, no-cache"
    response.set_etag(found.digest)
    return response.make_conditional(request)
