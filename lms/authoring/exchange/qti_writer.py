"""Writes QTI 3.0: a content package with one item for each question, and a test that names them in order.

Source: 1EdTech, "Question and Test Interoperability 3.0: Assessment, Section and Item Information Model" and its
packaging of items.
"""

import zipfile
from collections.abc import Iterable, Sequence
from io import BytesIO
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from lms.authoring.exchange.foreign_text import without_controls
from lms.authoring.exchange.qti_item import ITEMS, SCHEMAS, identifier_of, make_item, make_root
from lms.authoring.exchange.questions import BankEntry, QuestionFile
from lms.kernel.i18n import gettext as _

_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1", f"{SCHEMAS}/imsqtiv3p0_imscpv1p2_v1p0.xsd"
_TEST = "assessment.xml"


def write_qti3(questions: Iterable[BankEntry], course_title: str, language: str = "en") -> QuestionFile:
    """Returns a bank as a zipped QTI 3.0 package; equal banks give equal bytes.

    Marks are given as here, part by part. Objectives, sectors, red lines, sources and places to read again are not in
    it. Left out are stories.
    """
    content = BytesIO()
    items: list[BankEntry] = []
    left_out = []
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as package:
        for question in questions:
            if question["type"] == "branching":
                left_out.append((question["id"], _("this file cannot have stories (branching)")))
            else:
                items.append(question)
                _add_file(package, _href(question), make_item(question, language))
        _add_file(package, _TEST, _test(items, course_title))
        _add_file(package, "imsmanifest.xml", _manifest(items))
    return QuestionFile(content.getvalue(), len(items), tuple(left_out))


def _add_file(package: zipfile.ZipFile, name: str, root: Element) -> None:
    indent(root)
    # Without the day of today: the same bank is the same file.
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    package.writestr(entry, tostring(root, encoding="utf-8", xml_declaration=True), zipfile.ZIP_DEFLATED)


def _href(question: BankEntry) -> str:
    return f"items/{question['id']}.xml"


def _manifest(items: Sequence[BankEntry]) -> Element:
    manifest = make_root("manifest", _PACKAGE, identifier="questions")
    metadata = SubElement(manifest, "metadata")
    SubElement(metadata, "schema").text = "QTI Package"
    SubElement(metadata, "schemaversion").text = "3.0.0"
    SubElement(manifest, "organizations")
    resources = SubElement(manifest, "resources")
    files = [("assessment", "imsqti_test_xmlv3p0", _TEST)]
    files += [(identifier_of(each), "imsqti_item_xmlv3p0", _href(each)) for each in items]
    for identifier, kind, href in files:
        resource = SubElement(resources, "resource", identifier=identifier, type=kind, href=href)
        SubElement(resource, "file", href=href)
        if href == _TEST:
            for each in items:
                SubElement(resource, "dependency", identifierref=identifier_of(each))
    return manifest


def _test(items: Sequence[BankEntry], title: str) -> Element:
    test = make_root("qti-assessment-test", ITEMS, identifier="assessment", title=without_controls(title))
    part = {"identifier": "part", "navigation-mode": "nonlinear", "submission-mode": "individual"}
    section = {"identifier": "section", "title": without_controls(title), "visible": "true"}
    parent = SubElement(SubElement(test, "qti-test-part", part), "qti-assessment-section", section)
    for each in items:
        SubElement(parent, "qti-assessment-item-ref", identifier=identifier_of(each), href=_href(each))
    return test
