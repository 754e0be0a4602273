"""Makes an assessment item of QTI 3.0: what is chosen from, how it is marked, and the feedback of each part."""

from xml.etree.ElementTree import Element, SubElement

from lms.authoring.exchange.foreign_text import without_controls
from lms.authoring.exchange.moodle_writer import rights
from lms.authoring.exchange.questions import BankEntry
from lms.kernel.i18n import gettext as _

SCHEMAS = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd"
ITEMS = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0", f"{SCHEMAS}/imsqti_asiv3p0_v1p0.xsd"
"""The namespace of items and tests, and where its XSD is."""

_TRUE, _FALSE = "true", "false"


def make_root(tag: str, schema: tuple[str, str], **attributes: str) -> Element:
    """Returns the first element of a document: ``schema`` is its namespace and where its XSD is."""
    namespaces = {
        "xmlns": schema[0],
        "xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance",
        "xsi:schemaLocation": " ".join(schema),
    }
    return Element(tag, namespaces | attributes)


def identifier_of(question: BankEntry) -> str:
    """Returns the identifier of a question: it begins with a letter, and an id of ours may begin with a digit."""
    return f"q-{question['id']}"


def make_item(question: BankEntry, language: str) -> Element:
    """Returns a question as an assessment item; ``language`` is that of its texts."""
    item = make_root(
        "qti-assessment-item",
        ITEMS,
        **{
            "identifier": identifier_of(question),
            "title": without_controls(question["stem"])[:80],
            "adaptive": "false",
            "time-dependent": "false",
            "xml:lang": language,
        },
    )
    _Item(item, question).write()
    return item


class _Item:
    """Writes the parts of one item: its declarations, its interaction, how it is marked, and its feedback."""

    def __init__(self, item: Element, question: BankEntry) -> None:
        self.item = item
        self.question = question
        self.kind: str = question["type"]
        self.parts: list[BankEntry] = next(
            question[key] for key in ("options", "statements", "pairs") if key in question
        )
        self.is_match = self.kind in {"matching", "statements"}

    def write(self) -> None:
        self.response()
        self.outcomes()
        self.interaction(SubElement(self.item, "qti-item-body"))
        self.processing(SubElement(self.item, "qti-response-processing"))
        for part in self.parts:
            if part.get("feedback"):
                names = {"outcome-identifier": "FEEDBACK", "identifier": _choice(part), "show-hide": "show"}
                body = SubElement(SubElement(self.item, "qti-modal-feedback", names), "qti-content-body")
                SubElement(body, "p").text = without_controls(part["feedback"])

    def right_values(self) -> list[str]:
        """Returns the right response: identifiers, in their order for an ordering, or pairs of them."""
        match self.kind:
            case "ordering":
                return [_choice(part) for part in self.parts]
            case "matching":
                return [f"{_choice(part)} {_side(part)}" for part in self.parts]
            case "statements":
                return [f"{_choice(part)} {_TRUE if right else _FALSE}" for part, right in rights(self.question)]
        return [_choice(part) for part, right in rights(self.question) if right]

    def marks(self) -> tuple[dict[str, int], int]:
        """Returns the points of each part of a response in whole numbers, and those of a right response."""
        values = self.right_values()
        if self.kind != "multiple":
            return dict.fromkeys(values, 1), len(values)
        wrong = [_choice(part) for part, right in rights(self.question) if not right]
        gain = len(wrong) or 1
        return dict.fromkeys(values, gain) | dict.fromkeys(wrong, -len(values)), gain * len(values)

    def response(self) -> None:
        cardinality = {"single": "single", "ordering": "ordered"}.get(self.kind, "multiple")
        base = "directedPair" if self.is_match else "identifier"
        names = {"identifier": "RESPONSE", "cardinality": cardinality, "base-type": base}
        declaration = SubElement(self.item, "qti-response-declaration", names)
        correct = SubElement(declaration, "qti-correct-response")
        for value in self.right_values():
            SubElement(correct, "qti-value").text = value
        if self.kind != "ordering":
            mapping = SubElement(declaration, "qti-mapping", {"lower-bound": "0", "default-value": "0"})
            for value, points in self.marks()[0].items():
                SubElement(mapping, "qti-map-entry", {"map-key": value, "mapped-value": str(points)})

    def outcomes(self) -> None:
        for name, points in (("SCORE", 0), ("MAXSCORE", self.marks()[1])):
            outcome = SubElement(
                self.item,
                "qti-outcome-declaration",
                {"identifier": name, "cardinality": "single", "base-type": "float"},
            )
            SubElement(SubElement(outcome, "qti-default-value"), "qti-value").text = str(points)
        cardinality = "single" if self.kind == "single" else "multiple"
        names = {"identifier": "FEEDBACK", "cardinality": cardinality, "base-type": "identifier"}
        SubElement(self.item, "qti-outcome-declaration", names)

    def interaction(self, body: Element) -> None:
        names = {"response-identifier": "RESPONSE", "shuffle": "true"}
        if self.is_match:
            tag, names = "qti-match-interaction", names | {"max-associations": str(len(self.parts))}
        elif self.kind == "ordering":
            tag = "qti-order-interaction"
        else:
            tag, names = "qti-choice-interaction", names | {"max-choices": "1" if self.kind == "single" else "0"}
        element = SubElement(body, tag, names)
        SubElement(element, "qti-prompt").text = without_controls(self.question["stem"])
        if self.is_match:
            self.match_sets(element)
            return
        for part in self.parts:
            choice = SubElement(element, "qti-simple-choice", identifier=_choice(part))
            choice.text = without_controls(part["text"])

    def match_sets(self, element: Element) -> None:
        left = [(_choice(part), str(part["left" if "left" in part else "text"])) for part in self.parts]
        right = [(_TRUE, _("True")), (_FALSE, _("False"))]
        if self.kind == "matching":
            right = [(_side(part), part["right"]) for part in self.parts]
        for choices, most in ((left, 1), (right, len(left) if self.kind == "statements" else 1)):
            group = SubElement(element, "qti-simple-match-set")
            for identifier, text in choices:
                names = {"identifier": identifier, "match-max": str(most)}
                SubElement(group, "qti-simple-associable-choice", names).text = without_controls(text)

    def processing(self, rules: Element) -> None:
        """Adds how points and feedback follow from the response: that of the choices made, else that of every part."""
        if self.kind == "ordering":
            for place, part in enumerate(self.parts, start=1):
                _point_for_place(rules, place, _choice(part))
        else:
            SubElement(_set(rules, "SCORE"), "qti-map-response", identifier="RESPONSE")
        feedback = _set(rules, "FEEDBACK")
        if self.kind in {"single", "multiple"}:
            _variable(feedback, "RESPONSE")
            return
        every = SubElement(feedback, "qti-multiple")
        for part in self.parts:
            _value(every, "identifier", _choice(part))


def _choice(part: BankEntry) -> str:
    return f"c-{part['id']}"


def _side(pair: BankEntry) -> str:
    return f"r-{pair['id']}"


def _set(parent: Element, outcome: str) -> Element:
    return SubElement(parent, "qti-set-outcome-value", identifier=outcome)


def _variable(parent: Element, name: str) -> None:
    SubElement(parent, "qti-variable", identifier=name)


def _value(parent: Element, base_type: str, text: str) -> None:
    SubElement(parent, "qti-base-value", {"base-type": base_type}).text = text


def _point_for_place(rules: Element, place: int, choice: str) -> None:
    """Adds a rule: a point where the item stands in this place."""
    condition = SubElement(SubElement(rules, "qti-response-condition"), "qti-response-if")
    match = SubElement(condition, "qti-match")
    _variable(SubElement(match, "qti-index", n=str(place)), "RESPONSE")
    _value(match, "identifier", choice)
    total = SubElement(_set(condition, "SCORE"), "qti-sum")
    _variable(total, "SCORE")
    _value(total, "float", "1")
