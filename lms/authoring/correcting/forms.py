"""The form that corrects a question: what is right now, in controls that fit the kind of the question."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import Field, HiddenField, RadioField, SelectField
from wtforms.validators import InputRequired

from lms.assessment.api import WITHOUT_KEY, CorrectionKind
from lms.authoring.correcting.rules import order_nodes, part_numbers
from lms.catalogue.models import QuestionRevision
from lms.kernel.i18n import gettext as _, lazy_gettext as _l
from lms.web.forms import BaseForm, checkboxes_field, choices_of, reason_field

KINDS = (
    (str(CorrectionKind.REKEY), _l("Only what is chosen below is right")),
    (str(CorrectionKind.ACCEPT), _l("What is chosen below is right as well as the answer in the course's file")),
    (str(CorrectionKind.VOID), _l("The question counts for nobody: the score is that of the other questions")),
    (str(CorrectionKind.FULL_MARKS), _l("Everybody gets full marks for the question")),
)
LETTERS = "ABCDEFGHIJ"


class CorrectionForm(BaseForm):
    """What a correction does and why; subclasses have the controls of one question, named ``right_1`` and so on."""

    question_kind = ""
    parts: Mapping[str, str] = {}

    kind = RadioField(
        _l("What is right now"),
        choices=choices_of(KINDS),
        default=str(CorrectionKind.REKEY),
        validators=[InputRequired(_l("Choose what should happen."))],
    )
    # What the previewed consequence was computed for.
    previewed = HiddenField()
    reason = reason_field()

    @property
    def key_fields(self) -> list[Field]:
        """Returns the controls that say what is right, in their order."""
        return [self._fields[name] for name in self.parts.values()]

    @property
    def correction_kind(self) -> CorrectionKind:
        """Returns what the correction does."""
        return CorrectionKind(self.kind.data)

    def key(self) -> Any:
        """Returns the key as chosen, in the shape of ``assessment``; None where something is left open."""
        if self.correction_kind in WITHOUT_KEY:
            return None
        given = {part: self._fields[name].data for part, name in self.parts.items()}
        match self.question_kind:
            case "single" | "multiple":
                return sorted(given[""] or [])
            case "ordering":
                return sorted(given, key=lambda part: given[part]) if len(set(given.values())) == len(given) else None
            case "statements":
                return {part: word == "yes" for part, word in given.items()}
        return {part: sorted(chosen) if isinstance(chosen, list) else chosen for part, chosen in given.items()}

    def digest(self) -> str:
        """Returns what tells this correction from others, to see whether it is the one that was previewed."""
        said = json.dumps([self.kind.data, self.key()], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()


def correction_form(revision: QuestionRevision, right: Any) -> CorrectionForm:
    """Returns the form for a question, its controls filled with the key that is right until now."""
    body = revision.body
    match revision.kind:
        case "single" | "multiple":
            fields = {"": _options(_("Tick every answer that is right"), body["options"], right)}
        case "branching":
            nodes = body["nodes"]
            fields = {
                name: _options(nodes[name]["stem"], nodes[name]["options"], right[name]) for name in order_nodes(nodes)
            }
        case "statements":
            words = (("yes", _("True")), ("no", _("False")))
            fields = {
                part["id"]: _choice(part["text"], words, "yes" if right[part["id"]] else "no")
                for part in body["statements"]
            }
        case "ordering":
            places = [(str(place), str(place)) for place in range(1, len(body["options"]) + 1)]
            fields = {
                part["id"]: _choice(part["text"], places, str(right.index(part["id"]) + 1)) for part in body["options"]
            }
        case _:
            sides = [(pair["id"], pair["right"]) for pair in body["pairs"]]
            fields = {pair["id"]: _choice(pair["left"], sides, right[pair["id"]]) for pair in body["pairs"]}
    parts = part_numbers(fields)
    named = {parts[part]: field for part, field in fields.items()}
    shown = type("ShownCorrectionForm", (CorrectionForm,), {"question_kind": revision.kind, "parts": parts, **named})
    form: CorrectionForm = shown()
    for field in form.key_fields:
        # It may be left alone, but not be left empty.
        field.flags.optional = False
    return form


def _options(label: str, options: Sequence[Mapping[str, Any]], right: Sequence[str]) -> Any:
    choices = [(option["id"], f"{LETTERS[place]}. {option['text']}") for place, option in enumerate(options)]
    return checkboxes_field(label, choices=choices_of(choices), default=list(right))


def _choice(label: str, choices: Sequence[tuple[str, str]], chosen: str) -> Any:
    return SelectField(label, choices=choices_of(choices), default=chosen)
