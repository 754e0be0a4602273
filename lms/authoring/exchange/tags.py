"""What our questions have and other systems do not, written as tags and as general feedback, and read back."""

import html
import re

from lms.authoring.exchange.questions import BankEntry, is_slug

_OURS = re.compile(
    r"(?:<ol>(?P<list>(?:<li>[^<]*</li>)+)</ol>)?"
    r"(?:<p><cite>(?P<title>[^<]+)</cite>(?: <span class=\"publisher\">(?P<publisher>[^<]+)</span>)?"
    r"(?: <span class=\"year\">(?P<year>[0-9]{4})</span>)?</p>)?"
)
_ITEM = re.compile(r"<li>([^<]*)</li>")


def tags_of(question: BankEntry) -> list[str]:
    """Returns the tags of a question: its objective, sectors, red line, and where to read again."""
    refresh = question.get("refresh") or {}
    found = [
        ("objective", question.get("objective")),
        *(("sector", each) for each in question.get("sectors") or ()),
        ("module", refresh.get("module")),
        ("section", refresh.get("section")),
    ]
    tags = [f"{key}:{value}" for key, value in found if value]
    return tags + ["red-line"] * bool(question.get("red_line")) + ["statements"] * (question["type"] == "statements")


def read_tags(tags: list[str]) -> tuple[BankEntry, list[str]]:
    """Returns what tags say of a question, and the tags that say nothing to us."""
    found: BankEntry = {}
    other = []
    for tag in tags:
        key, _colon, value = tag.strip().lower().partition(":")
        if key == "red-line" and not value:
            found["red_line"] = True
        elif key == "statements" and not value:
            found["type"] = key
        elif key not in {"objective", "sector", "module", "section"} or not is_slug(value):
            other.append(tag)
        elif key == "objective":
            found["objective"] = value
        elif key == "sector":
            found.setdefault("sectors", []).append(value)
        else:
            found.setdefault("refresh", {})[key] = value
    if "module" not in found.get("refresh", {"module": ""}):
        del found["refresh"]
    return found, other


def general_feedback_of(question: BankEntry) -> str:
    """Returns the feedback of pairs, which have none of their own elsewhere, and the source, as HTML."""
    feedback = [pair.get("feedback") or "" for pair in question.get("pairs", ())]
    items = "".join(f"<li>{html.escape(each, quote=False)}</li>" for each in feedback) if any(feedback) else ""
    written = f"<ol>{items}</ol>" if items else ""
    source = question.get("source")
    if source:
        written += f"<p><cite>{html.escape(source['title'], quote=False)}</cite>"
        for name in ("publisher", "year"):
            if source.get(name):
                written += f' <span class="{name}">{html.escape(str(source[name]), quote=False)}</span>'
        written += "</p>"
    return written


def read_general_feedback(text: str) -> tuple[list[str], BankEntry | None] | None:
    """Returns the feedback of pairs and the source from what ``general_feedback_of`` has written, else None."""
    match = _OURS.fullmatch(text.strip())
    if not match:
        return None
    source: BankEntry | None = None
    if match["title"]:
        source = {"title": html.unescape(match["title"])}
        if match["publisher"]:
            source["publisher"] = html.unescape(match["publisher"])
        if match["year"]:
            source["year"] = int(match["year"])
    return [html.unescape(each) for each in _ITEM.findall(match["list"] or "")], source
