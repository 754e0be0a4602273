"""Makes a question of our bank from one of another system, and names what is lost and what is still needed."""

from collections.abc import Iterable
from string import ascii_lowercase
from typing import Any

from lms.authoring.drafts.rules import ascii_slug
from lms.authoring.exchange.foreign_text import to_plain_text
from lms.authoring.exchange.questions import MAX_PARTS, PARTS, BankEntry, ForeignQuestion, ImportedQuestion, is_slug
from lms.authoring.exchange.tags import read_general_feedback, read_tags
from lms.kernel.i18n import gettext as _, ngettext

_TYPED = frozenset({"shortanswer", "numerical", "essay", "calculated", "calculatedsimple", "cloze", "multianswer"})
_MAX_ID, _MAX_SHOWN = 50, 300


class QuestionIds:
    """Gives questions ids that are not in use: ``taken`` ones belong to the bank already."""

    def __init__(self, taken: Iterable[str] = (), prefix: str = "") -> None:
        self._taken = set(taken)
        self._prefix = prefix

    def new(self, *names: str) -> str:
        """Returns an id made of the first name that has Latin letters or digits, such as ``first-name-2``."""
        slug = next((slug for slug in map(_latin_slug, names) if slug), "question")
        if self._prefix and not slug.startswith(f"{self._prefix}-"):
            slug = f"{self._prefix}-{slug}"
        found, number = slug, 1
        while found in self._taken:
            number += 1
            found = f"{slug}-{number}"
        self._taken.add(found)
        return found

    def take(self, given: str) -> bool:
        """Reserves an id that a file gives; returns whether it can be used."""
        free = is_slug(given) and given not in self._taken
        self._taken |= {given} if free else set()
        return free


def _latin_slug(name: str) -> str:
    slug = ascii_slug(name)
    return slug if len(slug) <= _MAX_ID else slug[:_MAX_ID].rpartition("-")[0] or slug[:_MAX_ID]


def convert(found: ForeignQuestion, ids: QuestionIds) -> ImportedQuestion:
    """Returns a question in our shape with its notes; a true/false question becomes one of type single.

    It has two answers with a feedback for each, as single has; statements would need a second sentence.
    """
    own, other_tags = read_tags(found.tags)
    parts, reason = _parts(found, own.pop("type", ""))
    if not found.stem and not reason:
        reason = _("it has no text")
    if reason:
        return ImportedQuestion(found.line, found.name, found.kind, None, (reason, *found.notes))
    own.setdefault("red_line", False)
    own |= {"stem": found.stem, **parts}
    _add_general_feedback(found, own)
    if other_tags:
        found.note(_("Left out: the tags %(tags)s.", tags=", ".join(other_tags)[:_MAX_SHOWN]))
    if ids.take(found.idnumber):
        own["id"] = found.idnumber
    else:
        own["id"] = ids.new(found.idnumber, found.name, found.stem)
        if found.idnumber:
            changed = {"id": found.idnumber[:_MAX_SHOWN], "new": own["id"]}
            found.note(_("The id “%(id)s” is in use or cannot be one here; it is now “%(new)s”.", **changed))
    order = ("id", "objective", "type", "red_line", "sectors", "stem", *PARTS, "source", "refresh")
    question = {key: own[key] for key in order if key in own}
    return ImportedQuestion(found.line, found.name, found.kind, question, tuple(found.notes), _still_needed(question))


def _parts(found: ForeignQuestion, own_type: str) -> tuple[BankEntry, str]:
    """Returns the type and the parts of a question, or why it cannot be carried."""
    reason = ""
    count = max(len(found.answers), len(found.pairs))
    if not found.kind:
        reason = found.notes.pop(0)
    elif found.kind in _TYPED:
        reason = _("its answer is typed, and here answers are chosen: write options for it")
    elif found.kind == "description":
        reason = _("it is a text without answers")
    elif found.kind not in {"multichoice", "truefalse", "matching", "ordering"}:
        reason = _("questions of the type “%(type)s” have no counterpart here", type=found.kind[:40])
    elif count < 2:
        reason = _("it has fewer than two answers")
    elif count > MAX_PARTS:
        reason = _("it has more than %(most)s answers", most=MAX_PARTS)
    if reason:
        return {}, reason
    match found.kind:
        case "matching":
            pairs = [{"id": letter, "left": left, "right": right} for letter, (left, right) in _lettered(found.pairs)]
            return {"type": "matching", "pairs": pairs}, ""
        case "ordering":
            return {"type": "ordering", "options": [_part(*each) for each in _lettered(found.answers)]}, ""
    if own_type == "statements":
        statements = [_part(letter, answer, true=answer.percent > 0) for letter, answer in _lettered(found.answers)]
        return {"type": "statements", "statements": statements}, ""
    return _choices(found), ""


def _choices(found: ForeignQuestion) -> BankEntry:
    """Returns the type and the options of a multiple-choice question."""
    percents = [answer.percent for answer in found.answers]
    whole = [percent >= 99.99 for percent in percents]
    right = whole if found.is_single else [percent > 0 for percent in percents]
    if found.is_single:
        if any(percent not in (0, 100) for percent in percents):
            found.note(_("An answer gives a part of the mark; here an option is right or wrong, and it became wrong."))
        if sum(whole) > 1:
            found.note(_("Several answers are right, of which one is chosen; leave one, or make it of type multiple."))
    elif len({percent for percent in percents if percent > 0}) > 1:
        found.note(_("Right answers give different parts of the mark; here they count alike."))
    if not found.is_single and sum(right) == 1:
        found.note(_("Several answers could be chosen, and one is right: it became of type single."))
    kind = "single" if found.is_single or sum(right) == 1 else "multiple"
    options = [
        _part(letter, answer, **({"correct": True} if is_right else {}))
        for (letter, answer), is_right in zip(_lettered(found.answers), right, strict=True)
    ]
    return {"type": kind, "options": options}


def _lettered(parts: list[Any]) -> Iterable[tuple[str, Any]]:
    return zip(ascii_lowercase, parts, strict=False)


def _part(letter: str, answer: Any, **key: bool) -> BankEntry:
    part = {"id": letter, "text": answer.text, **key}
    return part | ({"feedback": answer.feedback} if answer.feedback else {})


def _add_general_feedback(found: ForeignQuestion, own: BankEntry) -> None:
    """Adds what ``tags.general_feedback_of`` has written; anybody else's general feedback is noted."""
    if not found.general_feedback:
        return
    feedback, source = read_general_feedback(found.general_feedback) or ([], None)
    pairs = own.get("pairs", [])
    if source:
        own["source"] = source
    if feedback and len(feedback) == len(pairs):
        for pair, text in zip(pairs, feedback, strict=True):
            pair.update({"feedback": text} if text else {})
    elif feedback or not source:
        words, _lost = to_plain_text(found.general_feedback, "html")
        if words:
            found.note(_("Left out: the general feedback “%(text)s”.", text=words[:_MAX_SHOWN]))


def _still_needed(question: BankEntry) -> tuple[str, ...]:
    """Returns what the bank needs or should have and the file does not say."""
    parts: list[BankEntry] = next((question[name] for name in PARTS if name in question), [])
    silent = sum("feedback" not in part for part in parts)
    needed = [] if "objective" in question else [_("an objective")]
    if silent:
        needed.append(ngettext("the feedback of %(num)d answer", "the feedback of %(num)d answers", silent))
    if "options" in question and question["type"] != "ordering" and not any("correct" in part for part in parts):
        needed.append(_("which option is right"))
    if "source" not in question:
        needed.append(_("a source"))
    if "refresh" not in question:
        needed.append(_("where to read again"))
    return tuple(needed)
