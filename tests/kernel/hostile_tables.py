"""Tables that are small and cost much, or that no parser should follow; generated, so that no such file is stored."""

import io
import random
import zipfile
from collections.abc import Callable, Mapping

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NOISE = {"xl/media/noise.bin": random.Random(1).randbytes(1_500_000)}
"""What cannot be packed makes an archive as large as honest ones of such contents are."""

HEAD = '<row r="1"><c r="A1" t="inlineStr"><is><t>A</t></is></c><c r="B1" t="inlineStr"><is><t>B</t></is></c></row>'
ROW = '<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'


def archive(parts: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    """Packs parts as they are."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as packed:
        for name, data in parts.items():
            packed.writestr(name, data)
    return file


def workbook(
    rows: str = HEAD + ROW, *, strings: str = "", before: str = "", after: str = "", settings: str = "",
    styles: str = "<cellXfs><xf/></cellXfs>", doctype: str = "", relations: str = "",
    noise: bool | None = None, method: int = zipfile.ZIP_DEFLATED,
) -> io.BytesIO:  # fmt: skip
    """Writes a workbook of one sheet from the XML of its rows; without rows given it is an ordinary table."""
    kinds = {"worksheets/sheet1": "worksheet", "sharedStrings": "sharedStrings", "styles": "styles"}
    types = "".join(
        f'<Override PartName="/xl/{path}.xml" ContentType="{_TYPE}.{kind}+xml"/>' for path, kind in kinds.items()
    )
    relations += "".join(
        f'<Relationship Id="r{number}" Type="{_OFFICE}/{kind}" Target="{path}.xml"/>'
        for number, (path, kind) in enumerate(kinds.items())
    )
    shapes = '<fonts count="1"><font/></fonts><fills count="1"><fill><patternFill/></fill></fills>'
    shapes += '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    texts = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>{types}</Types>',
        "xl/workbook.xml": f'{doctype}<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{settings}<sheets>'
        '<sheet name="قائمة List" sheetId="1" r:id="r0"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">{relations}</Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">{shapes}{styles}</styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{rows}</sheetData>{after}'
        "</worksheet>",
    }
    large = sum(map(len, texts.values())) > 1_000_000 if noise is None else noise
    return archive({name: text.encode() for name, text in texts.items()} | (_NOISE if large else {}), method)


def _entities() -> io.BytesIO:
    nested = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    return workbook(doctype=f'<!--{"x" * 90_000}--><!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{nested}]>')


def _encrypted() -> io.BytesIO:
    data = bytearray(workbook().getvalue())
    place = data.find(b"PK\x01\x02")
    while place != -1:
        # The flag of an encrypted part, in each entry of the directory.
        data[place + 8] |= 1
        place = data.find(b"PK\x01\x02", place + 1)
    return io.BytesIO(bytes(data))


def text_cell(text: str) -> str:
    """Writes a cell of text."""
    return f'<c t="inlineStr"><is><t>{text}</t></is></c>'


def _declared(size: int) -> io.BytesIO:
    data = bytearray(workbook(noise=True).getvalue())
    place = data.find(b"PK\x01\x02")
    data[place + 24 : place + 28] = size.to_bytes(4, "little")
    return io.BytesIO(bytes(data))


# Each line of a text is a piece that the parser stores.
_LINES = text_cell("xyz\n" * 225_000)

REFUSED: dict[str, tuple[Callable[[], io.BytesIO], str]] = {
    "packed a thousandfold": (lambda: workbook(HEAD + ROW + " " * 30_000_000, noise=False), "too large when unpacked"),
    "three hundred megabytes": (lambda: _declared(301_000_000), "too large when unpacked"),
    "another method of packing": (lambda: workbook(method=zipfile.ZIP_BZIP2), "damaged"),
    "parts of a shared string": (lambda: workbook(strings=f"<si>{'<r><t>x</t></r>' * 200_000}</si>"), "too many"),
    "formats": (lambda: workbook(styles=f"<cellXfs>{'<xf/>' * 300_000}</cellXfs>"), "too many"),
    "cells of one row": (lambda: workbook(HEAD + f"<row>{'<c/>' * 300_000}</row>"), "too many"),
    "a cell of 30 MB": (lambda: workbook(HEAD + f"<row>{text_cell('x' * 30_000_000)}</row>"), "too large"),
    "attributes": (lambda: workbook(HEAD + "<row " + " ".join(f"a{n}=''" for n in range(150_000)) + "/>"), "too large"),
    "texts of many lines": (lambda: workbook(HEAD + f"<row>{_LINES * 50}</row>"), "too much time or memory"),
    "nested": (lambda: workbook(HEAD + "<x>" * 300_000), "damaged"),
    "entities": (_entities, "declarations"),
    "encrypted": (_encrypted, "password"),
    "encrypted by Excel": (lambda: io.BytesIO(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5000)), "password"),
    "no archive": (lambda: io.BytesIO(b"PK\x03\x04" + bytes(5000)), "damaged"),
    "a line of CSV": (lambda: io.BytesIO(b"A,B\n" + b"," * 5_000_000), "after row 1"),
    "a quoted row of CSV": (lambda: io.BytesIO(b'A,B\n"' + b'\n","' * 1_000_000), "after row 1"),
    "a quote of CSV that never ends": (lambda: io.BytesIO(b'A,B\n"' + b"x,y\n" * 1_000_000), "after row 1"),
}
"""Files by what is wrong with them, with words of the sentence that refuses them."""

# A sheet that is elsewhere is never fetched.
_LINK = f'<Relationship Id="x" Type="{_OFFICE}/worksheet" Target="http://x.example/" TargetMode="External"/>'

READ: dict[str, tuple[Callable[[], io.BytesIO], list[tuple[int, list[str]]]]] = {
    "declared dimensions": (lambda: workbook(before='<dimension ref="A1:XFD1048576"/>'), [(2, ["1", "2"])]),
    "the last cell": (lambda: workbook(HEAD + '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'), []),
    "a far row": (lambda: workbook(HEAD + '<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), [(1048576, ["1"])]),
    "a row after empty ones": (
        lambda: workbook(HEAD + "<row/>" * 5000 + '<row><c r="A5002"><v>1</v></c></row>'), [(5002, ["1"])],
    ),
    "merged cells": (lambda: workbook(after='<mergeCell ref="A1:XFD1048576"/>' * 300_000), [(2, ["1", "2"])]),
    "links to elsewhere": (lambda: workbook(relations=_LINK), [(2, ["1", "2"])]),
    "a row number that goes back": (lambda: workbook(HEAD + ROW + ROW.replace("<v>1", "<v>9")), [(2, ["1", "2"])]),
    "days since 1904": (
        lambda: workbook(
            HEAD + '<row><c s="1"><v>44565</v></c><c s="1"><v>0</v></c><c s="1"><v>-1</v></c></row>',
            settings='<workbookPr date1904="1"/>', styles='<cellXfs><xf/><xf numFmtId="14"/></cellXfs>',
        ),
        [(2, ["2026-01-05", "", "#VALUE!"])],
    ),
    "cells in another order": (
        lambda: workbook(HEAD + '<row><c r="B2"><v>2</v></c><c r="A2"><v>1</v></c></row>'), [(2, ["1", "2"])],
    ),
    "no number of rows and cells": (lambda: workbook(HEAD + "<row><c><v>1</v></c></row>"), [(2, ["1"])]),
    "signs that XML cannot hold": (
        lambda: workbook(HEAD + f"<row>{text_cell('a_x000D_b')}{text_cell('_x005F_x0041_')}</row>"),
        [(2, ["a\rb", "_x0041_"])],
    ),
}  # fmt: skip
"""Files that look strange and are read, with their rows below the headings."""
