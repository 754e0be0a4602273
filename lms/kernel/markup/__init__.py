"""Markdown to safe segments, and the one function that makes HTML safe.

``outline`` finds every fault of structure with its line, ``blocks`` are the house's own blocks for the
library, ``rendering`` turns a text into segments, ``safety`` is the wall that all HTML passes.
"""

from lms.kernel.markup.outline import MAX_BYTES, Found, MarkupProblem, Outline, read_outline
from lms.kernel.markup.rendering import RENDERER, Image, Link, Rendered, Section, Segment, Shown, render
from lms.kernel.markup.safety import address_allowed, image_allowed, safe_html
from lms.kernel.markup.terms import Term, Vocabulary
from lms.kernel.markup.words import count_words, plain_text

__all__ = [
    "MAX_BYTES",
    "RENDERER",
    "Found",
    "Image",
    "Link",
    "MarkupProblem",
    "Outline",
    "Rendered",
    "Section",
    "Segment",
    "Shown",
    "Term",
    "Vocabulary",
    "address_allowed",
    "count_words",
    "image_allowed",
    "plain_text",
    "read_outline",
    "render",
    "safe_html",
]
