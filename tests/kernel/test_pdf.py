"""The certificate is read back from its PDF, as an archive, a screen reader or a doubtful officer would."""

import io
import os
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import typst
from hypothesis import given, settings, strategies as st
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from lms.kernel import pdf, qr

ADDRESS = "https://training.example.org/verify/7F3K-92QD-6MTVA"
AWARD = {
    "name": "Amina Yusuf",
    "course_title": "Safe identification of abuse, neglect, exploitation and violence",
    "course_code": "SID-101",
    "edition": "3",
    "organisation": "Rivers Relief",
    "sector": "WASH",
    "sector_key": "wash",
    "earned_on": "19 June 2026",
    "valid_through": "18 June 2028",
    "score": "92",
    "serial": "7F3K-92QD-6MTVA",
    "verify_address": ADDRESS,
    "issued_at": "2026-06-19T09:12:00Z",
    "qr": qr.picture(ADDRESS),
}
ARABIC = "أمينة بنت يوسف الطاهر"
HOSTILE = 'O\'Neil #1 $x$ *b* @a <b> "q" `r` _u_ \\ [z] // {serial} ~ --'


def certificate(**inputs: str) -> PdfReader:
    """Sets the award with some inputs changed and opens the result."""
    return PdfReader(io.BytesIO(pdf.render("standard", AWARD | inputs)))


def words(reader: PdfReader) -> str:
    """Returns the text of the only page, with line ends and runs of spaces as one space."""
    (page,) = reader.pages
    return re.sub(r"\s+", " ", page.extract_text())


def catalogue(reader: PdfReader) -> Any:
    """Returns the document's catalogue; untyped, for pypdf types every entry as a bare object."""
    return reader.root_object


def elements(reader: PdfReader) -> list[Any]:
    """Returns every structure element in reading order."""

    def below(node: Any) -> Iterator[Any]:
        node = node.get_object()
        if isinstance(node, ArrayObject):
            for child in node:
                yield from below(child)
        elif isinstance(node, DictionaryObject):
            if "/S" in node:
                yield node
            if "/K" in node:
                yield from below(node["/K"])

    return list(below(catalogue(reader)["/StructTreeRoot"]))


def test_says_what_the_award_says() -> None:
    text = words(certificate())
    for expected in (
        "Amina Yusuf",
        "Safe identification of abuse, neglect, exploitation and violence",
        "SID-101 · Edition 3",
        "Earned on 19 June 2026",
        "Valid through 18 June 2028",
        "How earned Course quiz",
        "Score 92 %",
        "Sector WASH",
        "Authorised signature",
        "Issued by Rivers Relief through Every Sector",
        "Check this certificate training.example.org/verify/7F3K-92QD-6MTVA",
        "Serial 7F3K-92QD-6MTVA",
    ):
        assert expected in text


def test_leaves_out_what_is_not_known_and_says_that_there_is_no_end() -> None:
    text = words(certificate(sector="", sector_key="", score="", valid_through="", how="in_person"))
    assert "Sector WASH" not in text
    assert "Score" not in text
    assert "Valid through No end date" in text
    assert "How earned In person" in text


def test_arabic_name_alone_and_beside_a_latin_one() -> None:
    # The text layer keeps the letters; the order in which a reader puts lines of both directions is its own.
    for name in (ARABIC, f"Amina Yusuf · {ARABIC}"):
        text = unicodedata.normalize("NFKC", words(certificate(name=name)))
        for part in name.split():
            assert part in text


def test_right_to_left_certificate_in_its_own_words() -> None:
    reader = certificate(lang="ar", name=ARABIC, label_certificate="شهادة", label_score_value="{score}٪")
    assert catalogue(reader)["/Lang"] == "ar"
    assert "شهادة" in words(reader)
    assert "Certificate" not in words(reader)


def test_is_archival_and_accessible_and_says_so() -> None:
    reader = certificate()
    metadata = catalogue(reader)["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>2<" in metadata
    assert "<pdfaid:conformance>A<" in metadata
    assert "<pdfuaid:part>1<" in metadata
    assert catalogue(reader)["/MarkInfo"]["/Marked"]
    assert catalogue(reader)["/Lang"] == "en"
    assert catalogue(reader)["/ViewerPreferences"]["/DisplayDocTitle"]


def test_metadata_comes_from_the_inputs() -> None:
    metadata = certificate().metadata
    assert metadata is not None
    assert metadata.title == f"Certificate: {AWARD['course_title']}, Amina Yusuf"
    assert metadata.author == "Rivers Relief"
    assert metadata.creation_date is not None
    assert metadata.creation_date.date().isoformat() == "2026-06-19"


def test_a_screen_reader_meets_one_heading_paragraphs_a_described_code_and_a_link() -> None:
    found = elements(certificate())
    kinds = [element["/S"] for element in found]
    assert kinds.count("/H1") == 1
    assert kinds.count("/Link") == 1
    (figure,) = (element for element in found if element["/S"] == "/Figure")
    assert figure["/Alt"] == f"QR code that opens {ADDRESS}"


def test_every_font_is_bundled_and_embedded() -> None:
    (page,) = catalogue(certificate(name=f"Amina Ωμέγα Юсуф {ARABIC}"))["/Pages"]["/Kids"]
    names = set()
    for font in page.get_object()["/Resources"]["/Font"].values():
        (descendant,) = font.get_object()["/DescendantFonts"]
        descriptor = descendant.get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & descriptor.keys()
        assert "/ToUnicode" in font.get_object()
        names.add(descriptor["/FontName"].split("+")[-1])
    assert {name.split("-")[0] for name in names} == {"NotoSerif", "NotoSans", "NotoNaskhArabic"}


@pytest.mark.parametrize("letter", ["W", "i", "م", "\N{ARABIC LIGATURE BISMILLAH AR-RAHMAN AR-RAHEEM}", "Юлия "])
def test_the_longest_inputs_stay_on_one_page(letter: str) -> None:
    longest = (letter * 200)[:200]
    same = dict.fromkeys(["name", "course_title", "organisation", "sector", "earned_on", "valid_through"], longest)
    reader = certificate(**same, signatory=longest, verify_address=f"https://example.org/{longest}")
    assert len(reader.pages) == 1
    assert "Serial 7F3K-92QD-6MTVA" in words(reader)


def test_a_long_name_is_printed_in_full() -> None:
    name = " ".join(f"Name{number}" for number in range(100, 125))
    assert len(name) <= 200
    assert name in words(certificate(name=name))


def test_inputs_are_data_and_never_markup() -> None:
    reader = certificate(name=HOSTILE, organisation=HOSTILE, course_title=HOSTILE)
    assert words(reader).count(HOSTILE) >= 3
    assert reader.metadata is not None
    assert reader.metadata.author == HOSTILE


@pytest.mark.parametrize(
    "name",
    ["#panic(1)", "#sys.inputs", "]", "}", '"', "\\", "/*", "//", "<label>", "@ref", "=", "-", "$", "`", "{name}"],
)
def test_a_name_that_looks_like_markup_is_printed(name: str) -> None:
    assert f"This certifies that {name} has completed" in words(certificate(name=name))


def test_same_inputs_same_bytes_also_in_another_process_and_from_many_threads() -> None:
    first = pdf.render("standard", AWARD)
    with ThreadPoolExecutor(8) as threads:
        many = list(threads.map(lambda number: pdf.render("standard", AWARD | {"edition": str(number % 2)}), range(16)))
    assert many[0::2] == [many[0]] * 8
    assert many[1::2] == [many[1]] * 8
    script = f"import sys; from lms.kernel import pdf; sys.stdout.buffer.write(pdf.render('standard', {AWARD}))"
    other = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, cwd=pdf.FOLDER.parent)
    assert other.stdout == first == pdf.render("standard", AWARD)


def test_one_thread_sets_a_pdf_however_many_processors_there_are() -> None:
    program = f"""
import os
from lms.kernel import pdf
before = len(os.listdir("/proc/self/task"))
pdf.render("standard", {AWARD!r})
print(len(os.listdir("/proc/self/task")) - before)
"""
    environment = {name: value for name, value in os.environ.items() if name != "RAYON_NUM_THREADS"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout == "1\n"


def test_a_forked_child_of_a_process_that_has_set_a_pdf_gets_an_error_and_does_not_hang() -> None:
    script = f"""
import os, signal
from lms.kernel import pdf
AWARD = {AWARD}
pdf.render("standard", AWARD)
if child := os.fork():
    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
signal.alarm(20)
try:
    pdf.render("standard", AWARD)
except pdf.PdfError:
    os._exit(0)
os._exit(1)
"""
    subprocess.run([sys.executable, "-c", script], check=True, cwd=pdf.FOLDER.parent)


@pytest.mark.parametrize("name", ["陈伟", "Zaya ᠵᠠᠶᠠ", "Zoë 😀", "a\ue000b", "a\u20dd", "\u0301\u0651x", "\uff41"])
def test_a_character_without_a_font_does_not_stop_the_certificate(name: str) -> None:
    assert len(certificate(name=name).pages) == 1


def test_unprintable_characters_are_known_before() -> None:
    assert pdf.unprintable("Li 伟强") == {"伟", "强"}
    assert pdf.unprintable(f"{ARABIC} Zoë Łukasz Ωμέγα Юсуф می‌خواهم O\u2019Brien") == frozenset()
    assert pdf.printable("Li 伟") == f"Li {pdf.REPLACEMENT}"


NAMES = {
    "NotoNaskhArabic": ARABIC, "NotoSansAdlam": "𞤀𞤢𞤥𞤭𞤲𞤢", "NotoSansNKo": "ߊߡߌߣߊ", "NotoSansOriya": "ଅନିତା ଦାସ",
    "NotoSansThaana": "އަމީނާ", "NotoSansTifinagh": "ⴰⵎⵉⵏⴰ", "NotoSerifArmenian": "Արմեն Սարգսյան",
    "NotoSerifBengali": "মোহাম্মদ রহমান", "NotoSerifDevanagari": "आरती चौधरी", "NotoSerifEthiopic": "አበበ ቢቂላ",
    "NotoSerifGeorgian": "ნინო ბერიძე", "NotoSerifGujarati": "આરતી પટેલ", "NotoSerifGurmukhi": "ਗੁਰਪ੍ਰੀਤ ਕੌਰ",
    "NotoSerifHebrew": "נועה כהן", "NotoSerifKannada": "ಅನಿತಾ ರಾವ್", "NotoSerifKhmer": "សុខ ស្រីមុំ",
    "NotoSerifLao": "ສົມພອນ ແກ້ວ", "NotoSerifMalayalam": "അനിത നായർ", "NotoSerifMyanmar": "အောင်ဆန်း",
    "NotoSerifSinhala": "නිමල් පෙරේරා", "NotoSerifTamil": "அனிதா குமார்", "NotoSerifTelugu": "అనిత రావు",
    "NotoSerifThai": "สมชาย ใจดี",
}  # fmt: skip


@pytest.mark.parametrize(("font", "name"), NAMES.items(), ids=NAMES)
def test_a_name_is_printed_in_the_font_of_its_script(font: str, name: str) -> None:
    reader = certificate(name=name)
    fonts = reader.pages[0]["/Resources"]["/Font"].values()  # type: ignore[index]
    assert any(f"{font}-Regular" in entry.get_object()["/BaseFont"] for entry in fonts)
    # Readers put the letters of joined scripts in other orders; none is lost, marks included.
    assert set(name) <= set(words(reader))
    assert pdf.unprintable(name) == frozenset()


def test_every_bundled_font_is_asked_for_by_the_designs() -> None:
    named = set(re.findall(r'"(Noto [\w ]+)"', (pdf.FOLDER / "fonts" / "families.typ").read_text(encoding="utf-8")))
    assert {font.family for font in pdf._fonts().fonts()} == named


def test_invisible_characters_cannot_turn_a_name_round() -> None:
    assert pdf.printable("Ali\u202eesrever\u2066\x00\u200b") == "Aliesrever"
    assert pdf.printable("Zoe\u0308\tde\nla\u2028Cruz") == "Zoë de la Cruz"


def test_the_organisations_own_mark_is_described() -> None:
    mark = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><path d="M0 0h9v9z" fill="#246"/></svg>'
    alts = [element.get("/Alt") for element in elements(certificate(mark_svg=mark))]
    assert "Mark of Rivers Relief" in alts


@pytest.mark.parametrize(
    ("design", "changed", "reason"),
    [
        ("../secret", {}, "no such design"),
        ("absent", {}, "no such design"),
        ("standard", {"name": " "}, "missing input: name"),
        ("standard", {"lable_score": "Note"}, "unknown input: lable_score"),
        ("standard", {"issued_at": "yesterday"}, "issued_at"),
        ("standard", {"how": "bribe"}, "bribe"),
    ],
)
def test_what_cannot_be_set_is_a_clear_error(design: str, changed: dict[str, str], reason: str) -> None:
    with pytest.raises(pdf.PdfError, match=reason) as raised:
        pdf.render(design, AWARD | changed)
    assert raised.value.design == design
    assert "Amina" not in str(raised.value)


def test_the_design_asks_for_no_font_that_is_not_bundled() -> None:
    _, warnings = typst.compile_with_warnings(
        pdf.FOLDER / "standard.typ",
        format="pdf",
        root=pdf.FOLDER,
        font_paths=typst.Fonts(False, False, [pdf.FOLDER / "fonts"]),
        sys_inputs=AWARD,
    )
    assert [warning.message for warning in warnings] == []


def test_fonts_are_small_and_carry_their_licence() -> None:
    fonts = list((pdf.FOLDER / "fonts").glob("*.ttf"))
    assert sum(path.stat().st_size for path in fonts) < 6_000_000
    assert "SIL OPEN FONT LICENSE" in (pdf.FOLDER / "fonts" / "OFL.txt").read_text(encoding="utf-8")


def test_qr_rows_and_svg_draw_the_same_square() -> None:
    lines = qr.rows(ADDRESS)
    assert {len(line) for line in lines} == {len(lines)}
    assert lines[0].startswith("11111110")
    drawn = qr.svg(ADDRESS)
    dark = sum(int(length) for length in re.findall(r"h(\d+)v1", drawn))
    assert dark == "".join(lines).count("1")
    boxes = re.findall(r"M(\d+) (\d+)h(\d+)v1h-(\d+)z", qr.picture(ADDRESS))
    assert {(int(x) + step, int(y)) for x, y, there, back in boxes if there == back for step in range(int(there))} == {
        (x, y) for y, line in enumerate(lines) for x, module in enumerate(line) if module == "1"
    }
    assert 'style="' not in drawn
    assert "<script" not in qr.svg('"><script>')


@pytest.mark.parametrize("text", [ADDRESS, *(f"https://learn.example.org/verify/{number:014}" for number in range(20))])
def test_every_code_has_one_mask_and_none_is_searched_for(text: str) -> None:
    # The format beside the upper left finder: correction M, mask 0.
    row = qr.rows(text)[8]
    assert row[:6] + row[7:9] == "10101000"


@settings(max_examples=60, deadline=None)
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc", "Cf", "Zl", "Zp", "Zs"]), min_size=1, max_size=200)
    | st.text("WMمأ\u0301\u0651\u20dd ﷽ẞ{}#'İfi\u200c", min_size=1, max_size=200).map(lambda name: f"A{name}")
)
def test_any_name_makes_a_certificate_of_one_page(name: str) -> None:
    assert len(certificate(name=name).pages) == 1


def test_a_moment_finer_than_a_second_is_set_like_any_other() -> None:
    fine = pdf.render("standard", AWARD | {"issued_at": "2026-06-19T09:12:00.825685+00:00"})
    assert fine == pdf.render("standard", AWARD | {"issued_at": "2026-06-19T09:12:00+00:00"})


MEMORY = """
import re
from pathlib import Path
from lms.kernel import pdf
from tests.kernel.test_pdf import AWARD

def private_kilobytes():
    return int(re.search(r"Private_Dirty: *(\\d+)", Path("/proc/self/smaps_rollup").read_text())[1])

for number in range(40):
    pdf.render("standard", AWARD | {"name": f"Amina {number} Yusuf"})
    if number == 2:
        few = private_kilobytes()
print(private_kilobytes() - few)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process's own memory")
def test_typst_keeps_nothing_of_documents_that_are_made() -> None:
    # Those of the last ten would be some 15 MB.
    done = subprocess.run([sys.executable, "-c", MEMORY], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 7_000
