"""The curriculum map, the glossary, and the pictures and recordings of courses."""

import re

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from lms.catalogue.api import considerations, find_picture, glossary as terms, list_courses, list_sectors
from lms.kernel.errors import NotThere
from lms.learning.blueprint import bp
from lms.learning.curriculum import courses_for_consideration, merged_sources
from lms.web.access import signed_in
from lms.web.headers import PICTURE_POLICY
from lms.web.language import direction_of, language_of_page

CACHED_FOREVER = "private, max-age=31536000, immutable"
# With the language of a recording, and the digest of a version: at-the-quay.pt-BR.0123456789ab.opus.
_NAME = re.compile(r"([a-z0-9-]+(?:\.[a-z]{2,3}(?:-[A-Za-z]{2,4})?)?)(?:\.([0-9a-f]{12}))?\.([a-z]{3,4})")


@bp.get("/courses/about")
@signed_in
def about() -> ResponseReturnValue:
    """Shows what the courses cover, their sources and who has reviewed them."""
    courses = list_courses(language_of_page())
    return render_template(
        "learning/about.html",
        courses=courses,
        considerations=[(row, courses_for_consideration(courses, row.number)) for row in considerations()],
        sectors=[
            (row, [(course, module) for course in courses for module in course.modules if module.sector == row.slug])
            for row in list_sectors()
            if row.core
        ],
        sources=merged_sources(courses),
    )


@bp.get("/glossary")
@signed_in
def glossary() -> ResponseReturnValue:
    """Explains the terms of the courses, with their equivalents in other languages."""
    language = language_of_page()
    listed = sorted(terms(), key=lambda term: term.term.get(language, term.term["en"]).lower())
    return render_template("learning/glossary.html", terms=listed, direction_of=direction_of)


@bp.get("/courses/<course>/img/<name>")
@bp.get("/courses/<course>/audio/<name>")
@signed_in
def picture(course: str, name: str) -> ResponseReturnValue:
    """Returns a picture or recording: with a digest in its name that version, else the one published now.

    Of a recording it also returns parts, so that a phone can begin in the middle.
    """
    parts = _NAME.fullmatch(name)
    found = find_picture(course, f"{parts[1]}.{parts[3]}", parts[2] or "") if parts else None
    if parts is None or found is None:
        raise NotThere
    response = Response(found.data, mimetype=found.media_type)
    is_picture = found.media_type.startswith("image/")
    if is_picture:
        response.headers["Content-Security-Policy"] = PICTURE_POLICY
    response.headers["Cache-Control"] = CACHED_FOREVER if parts[2] else "private, no-cache"
    response.set_etag(found.digest)
    # Parts of what is compressed would not fit together, and drawings are.
    return response.make_conditional(request, not is_picture, len(found.data))
