"""Documents of Word (.docx) as Markdown: the words, headings, lists, tables and links; no pictures and no layout."""

import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Any

import mammoth  # type: ignore[import-untyped]
from markdownify import MarkdownConverter

from lms.authoring.documents.dialects import ConvertedText, convert_markdown
from lms.kernel.errors import Invalid
from lms.kernel.i18n import gettext as _

MOST_UNPACKED = 60_000_000
"""The most bytes of all parts of a document, unpacked: pictures are among them."""
MOST_WORDS_BYTES = 8_000_000
"""The most bytes of each part that is read: some hundred pages."""
_READ = re.compile(r"word/[\w-]+\.xml|word/_rels/.*|_rels/\.rels|\[Content_Types\]\.xml")


class _Markdown(MarkdownConverter):
    """Markdown as ours: four blanks for a list inside a list."""

    def convert_li(self, el: Any, text: str, parent_tags: Any) -> str:  # noqa: ARG002 - as the library calls it
        """Returns an item of a list."""
        words = (text or "").strip()
        number = len(el.find_previous_siblings("li")) + int(el.parent.get("start") or 1) if el.parent else 1
        mark = f"{number}." if el.parent is not None and el.parent.name == "ol" else "-"
        return f"{mark} {words.replace(chr(10), chr(10) + '    ')}\n" if words else ""


def convert_word(data: bytes) -> ConvertedText:
    """Returns a document as Markdown in our marks, with what could not be carried.

    Nothing in it is executed or fetched. Raises ``Invalid`` for what is no document, or unpacks to too much.
    """
    lost: list[str] = []
    with _as_invalid():
        _check_archive(data)
        pictures = 0

        def leave_out(_picture: Any) -> list[Any]:
            nonlocal pictures
            pictures += 1
            return []

        result = mammoth.convert_to_html(BytesIO(data), convert_image=leave_out)
        html = result.value
    if pictures:
        lost.append(_("%(count)s pictures were left out: add them on the page of pictures.", count=pictures))
    if "footnote" in html or "endnote" in html:
        lost.append(_("Footnotes stand as numbers in the text and as a list at the end: say them in the text."))
    if "rowspan" in html or "colspan" in html:
        lost.append(_("A table with joined cells became a plain one: look at it."))
    styles = sorted(
        {name for message in result.messages for name in re.findall(r"style: (.+?) \(Style ID", message.message)}
    )
    if styles:
        lost.append(_("Text in these styles became plain text: %(styles)s.", styles=", ".join(styles[:10])))
    html = re.sub(r"<a id=\"[^\"]*\"></a>", "", html)
    text = _Markdown(heading_style="ATX", bullets="-", table_infer_header=True, autolinks=False).convert(html)
    return convert_markdown(re.sub(r"\n{3,}", "\n\n", text), tuple(lost))


def _check_archive(data: bytes) -> None:
    """Refuses, before anything is unpacked whole, what is no document or too much of one."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        parts = archive.infolist()
        if all(part.filename != "word/document.xml" for part in parts):
            raise zipfile.BadZipFile
        read = [part for part in parts if _READ.fullmatch(part.filename)]
        if sum(part.file_size for part in parts) > MOST_UNPACKED or len(parts) > 5000:
            raise Invalid(_("This document unpacks to too much. Save it without its pictures."), field="file")
        for part in read:
            with archive.open(part) as opened:
                words = opened.read(MOST_WORDS_BYTES + 1)
            if len(words) > MOST_WORDS_BYTES:
                raise Invalid(_("This document is too long for a module. Split it."), field="file")
            # Word writes none, and nested entities can grow without limit.
            if b"<!DOCTYPE" in words.replace(b"\0", b""):
                raise zipfile.BadZipFile


@contextmanager
def _as_invalid() -> Iterator[None]:
    """Turns whatever a damaged document makes the library say into one sentence."""
    try:
        yield
    except Invalid:
        raise
    except Exception as error:
        message = _("This is not a Word document (.docx), or it is damaged or has a password. Save it again in Word.")
        raise Invalid(message, field="file") from error
