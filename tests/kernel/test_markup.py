"""Markup: nothing gets past the wall, and every fault of structure has its line."""

import re
import time
from functools import cache
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings, strategies as st

from lms.kernel.markup import render
from lms.kernel.markup.safety import ATTRIBUTES, CLASSES, TAGS, address_allowed, image_allowed, safe_html
from lms.kernel.markup.words import count_words

ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    '<img src="/a.png" alt="a" onerror="alert(1)">',
    "<img src=x onerror=alert(1)>",
    '<img src="//evil.example/a.png" alt="a">',
    '<img src="https://evil.example/a.png" alt="a">',
    '<img src="data:image/svg+xml;base64,PHN2Zz4=" alt="a">',
    '<a href="javascript:alert(1)">a</a>',
    '<a href="JaVaScRiPt:alert(1)">a</a>',
    '<a href=" javascript:alert(1)">a</a>',
    '<a href="java\tscript:alert(1)">a</a>',
    '<a href="java\nscript:alert(1)">a</a>',
    '<a href="&#106;&#97;&#118;&#97;script:alert(1)">a</a>',
    '<a href="&#x6A;avascript&colon;alert(1)">a</a>',
    '<a href="\x01javascript:alert(1)">a</a>',
    '<a href="vbscript:msgbox(1)">a</a>',
    '<a href="data:text/html,<script>alert(1)</script>">a</a>',
    '<a href="//evil.example">a</a>',
    '<a href="/\\evil.example">a</a>',
    '<a href="\\\\evil.example">a</a>',
    '<a href="/ok" onclick="alert(1)" style="x" target="_blank">a</a>',
    '<a href="blob:x">a</a>',
    '<a href="file:///etc/passwd">a</a>',
    '<p style="background:url(javascript:alert(1))">a</p>',
    "<style>p{color:red}</style>",
    '<link rel="stylesheet" href="//evil.example/x.css">',
    '<meta http-equiv="refresh" content="0;url=//evil.example">',
    '<base href="//evil.example">',
    '<iframe src="//evil.example"></iframe>',
    '<object data="x"></object><embed src="x">',
    '<svg onload="alert(1)"><script>alert(1)</script></svg>',
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    '<math><mi xlink:href="data:x,<script>alert(4)</script>">',
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    "<form action=//evil.example><input name=password><button>go</button></form>",
    "<details open ontoggle=alert(1)>",
    "<video autoplay src=x></video><audio src=x>",
    '<div class="callout caution evil">a</div>',
    '<div id="main" class="x" data-block="sector">a</div>',
    '<h2 id="a b" onmouseover="x">a</h2>',
    "<!-- <script>alert(1)</script> -->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml version='1.0'?><script>alert(1)</script>",
    '<noscript><p title="</noscript><img src=x onerror=alert(1)>">',
    "<template><script>alert(1)</script></template>",
    "<textarea></textarea><script>alert(1)</script>",
    '<xmp><p title="</xmp><script>alert(1)</script>">',
    "<<script>alert(1)//<</script>",
    "<a href='/ok' href='javascript:alert(1)'>a</a>",
]


class Gate(HTMLParser):
    """Reads HTML as a browser would and fails on anything outside the allow-list."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        found = dict(attrs)
        assert found.keys() <= ATTRIBUTES.get(tag, frozenset()), (tag, found)
        if "href" in found:
            assert address_allowed(found["href"] or "")
        if tag == "img":
            assert image_allowed(found.get("src") or "")
            assert (found.get("alt") or "").strip()
        if "class" in found:
            assert found["class"] in CLASSES[tag]

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def judge(html: str) -> None:
    gate = Gate()
    gate.feed(html)
    gate.close()
    assert not re.search(r"<\s*(script|style|iframe|svg|math)", html, re.IGNORECASE)


def every_html(segments: list[dict[str, object]]) -> list[str]:
    found = []
    stack: list[object] = [segments]
    while stack:
        thing = stack.pop()
        if isinstance(thing, dict):
            stack += [value for key, value in thing.items() if key not in {"kind", "id", "title", "quality"}]
        elif isinstance(thing, list):
            stack += thing
        elif isinstance(thing, str):
            found.append(thing)
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_does_not_pass_the_wall(attack: str) -> None:
    judge(safe_html(attack))
    judge(safe_html(safe_html(attack)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_in_a_course_text_is_reported_and_harmless(attack: str) -> None:
    """Raw HTML is an error with its line; in code marks it is an example and stays text."""
    rendered = render(f"## One\n\nText.\n\n{attack}\n")
    assert rendered.problems
    assert rendered.problems[0].line == 5
    for html in every_html(rendered.segments):
        judge(html)
    example = render("## One\n\n`" + attack.replace("\n", " ").replace("`", "") + "`\n")
    for html in every_html(example.segments):
        judge(html)


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "&#106;avascript:alert(1)",
        "&#x6a;avascript:alert(1)",
        "java&Tab;script:alert(1)",
        "\\javascript:alert(1)",
        "vbscript:x",
        "data:text/html;base64,PHNjcmlwdD4=",
        "//evil.example/x",
        "/\\evil.example",
        "http:evil",
        "ftp://evil.example",
        "other-module",
        "../../etc/passwd",
        "img/plan.png",
    ],
)
def test_a_link_to_elsewhere_is_reported_with_its_line_and_dropped(target: str) -> None:
    for text in (f"## One\n\nA [word]({target}) here.", f"## One\n\n[word][x]\n\n[x]: {target}"):
        rendered = render(text)
        assert [p.message for p in rendered.problems if "a link cannot lead" in p.message]
        for html in every_html(rendered.segments):
            judge(html)
            assert "href" not in html


@pytest.mark.parametrize(
    "target",
    [
        "https://example.org/a?b=c#d",
        "http://example.org",
        "mailto:help@example.org",
        "tel:+4412345",
        "/help-now",
        "#one",
    ],
)
def test_an_honest_link_stays(target: str) -> None:
    rendered = render(f"## One\n\nA [word]({target}).")
    assert not rendered.problems
    assert [link.target for link in rendered.links] == [target]
    assert f'href="{target.replace("&", "&amp;")}"' in rendered.segments[0]["html"]


def test_each_place_of_a_link_has_its_own_line() -> None:
    text = "## One\n\n[a](/help)\n\n[b](/help-now)\n\n[c](/help) and [d](/help).\n\n/// note\n[e](/help)\n///"
    found = [(link.target, link.line) for link in render(text).links]
    assert found == [("/help", 3), ("/help-now", 5), ("/help", 7), ("/help", 7), ("/help", 10)]


def test_an_image_needs_its_folder_and_words_for_those_who_cannot_see_it() -> None:
    good = render("## A\n\n![A tap stand](img/tap.png)", image_base="/courses/x/")
    assert not good.problems
    assert '<img alt="A tap stand" src="/courses/x/img/tap.png">' in good.segments[0]["html"]
    assert [(image.source, image.line) for image in good.images] == [("img/tap.png", 3)]
    silent = render("## A\n\n![](img/tap.png)", image_base="/courses/x/")
    assert [(p.line, "alternative text" in p.message) for p in silent.problems] == [(3, True)]
    assert "<img" not in silent.segments[0]["html"]
    for source in (
        "https://evil.example/a.png",
        "//evil/a.png",
        "data:image/png;base64,AA",
        "img/../../a.png",
        "img/a.exe",
    ):
        foreign = render(f"## A\n\n![a]({source})", image_base="/courses/x/")
        assert foreign.problems, source
        assert "<img" not in foreign.segments[0]["html"], source


def test_attributes_cannot_be_injected() -> None:
    for text in (
        "## One {#main .evil onclick=x}",
        "Text\n{: .evil onclick=x }",
        "[a](/help-now){ onclick=x }",
        '[a](/help-now "title\\" onclick=x")',
    ):
        rendered = render(text)
        for html in every_html(rendered.segments):
            judge(html)
    block = render("/// note\n    attrs: {class: evil, onclick: x}\n\nText\n///")
    assert [(p.line, "indented" in p.message) for p in block.problems] == [(2, True)]
    assert block.segments == []


COURSE_TEXT = """\
## Where you meet children

Text with *weight* and **more**, and [a way](/help-now).

| a | b |
|---|---|
| 1 | 2 |

/// caution
Do not wait.
///

/// sector | wash
At the tap.

/// do
Look up.
///
///

/// sector | health
In the ward.
///

/// check
Which one is *noticing*?

- [x] A girl stops coming. | A change you could **not** miss.
- [ ] You ask `a | b` every family. | It puts children at risk.
///

/// scenario | The list
Someone gives you a list.

/// option | harmful
Send it on.

It may reach the wrong hands.

Twice.
///
/// option | best
Keep it safe.

Good.
///
///

/// local
Your rules.
///

### Small heading

The end.
"""


def test_a_text_becomes_ordered_segments() -> None:
    rendered = render(COURSE_TEXT)
    assert rendered.problems == []
    assert [segment["kind"] for segment in rendered.segments] == [
        "html", "sectors", "check", "scenario", "local", "html",
    ]  # fmt: skip
    first, sectors, check, scenario, local, last = rendered.segments
    assert '<h2 id="where-you-meet-children">Where you meet children</h2>' in first["html"]
    assert '<div class="callout caution">' in first["html"]
    assert '<p class="callout-word">Caution</p>' in first["html"]
    assert "<table>" in first["html"]
    assert list(sectors["blocks"]) == ["wash", "health"]
    assert '<div class="callout do">' in sectors["blocks"]["wash"]
    assert check["id"] == "check-1"
    assert check["prompt"] == "<p>Which one is <em>noticing</em>?</p>"
    assert check["options"] == [
        {"text": "A girl stops coming.", "right": True, "why": "A change you could <strong>not</strong> miss."},
        {"text": "You ask <code>a | b</code> every family.", "right": False, "why": "It puts children at risk."},
    ]
    assert scenario["title"] == "The list"
    assert scenario["intro"] == "<p>Someone gives you a list.</p>"
    assert scenario["options"] == [
        {"quality": "harmful", "choice": "Send it on.", "why": "<p>It may reach the wrong hands.</p>\n<p>Twice.</p>"},
        {"quality": "best", "choice": "Keep it safe.", "why": "<p>Good.</p>"},
    ]
    assert local == {"kind": "local", "html": "<p>Your rules.</p>"}
    assert last["html"] == "<h3>Small heading</h3>\n<p>The end.</p>"
    assert rendered.sections == [{"id": "where-you-meet-children", "title": "Where you meet children"}]


def test_equal_slashes_need_no_blank_lines_to_nest() -> None:
    text = "/// scenario | T\nIntro.\n/// option | best\nA.\n\nB.\n///\n/// option | weak\nC.\n\nD.\n///\n///"
    rendered = render(text)
    assert rendered.problems == []
    assert [option["choice"] for option in rendered.segments[0]["options"]] == ["A.", "C."]


def test_running_words_are_those_of_a_learner_of_one_sector() -> None:
    text = "One two.\n\n/// sector | wash\nThree.\n///\n\n/// sector | health\nThree four five.\n///"
    assert render(text).words == 5
    assert count_words("<p>it's one-two 3.5, e.g.</p>") == 4


def test_line_ends_and_a_byte_order_mark_make_no_difference() -> None:
    plain = render(COURSE_TEXT)
    windows = render("\ufeff" + COURSE_TEXT.replace("\n", "\r\n"))
    assert windows.problems == []
    assert windows.segments == plain.segments


def test_a_translation_takes_the_section_ids_of_its_original_and_its_own_words() -> None:
    rendered = render("## أين تلتقي\n\n/// dont\nنص\n///\n\n## Zwei", language="ar", section_ids=["where", "second"])
    assert [section["id"] for section in rendered.sections] == ["where", "second"]
    assert "لا تفعل" in rendered.segments[0]["html"]


def test_section_ids_are_unique_and_never_those_of_the_page() -> None:
    rendered = render("## Try it\n\na\n\n## Try it\n\nb\n\n## Main\n\nc\n\n## ما\n\nd\n\n## “Quoted” & *so*!")
    assert [section["id"] for section in rendered.sections] == ["try-it", "try-it-2", "main-2", "ما", "quoted-so"]
    assert rendered.sections[-1]["title"] == "“Quoted” & so!"


FAULTS = [
    ("Text\n\n/// sectro | wash\nA\n///", 3, "there is no block “sectro”"),
    ("Text\n\n/// note\nA", 3, "the block “note” is never closed"),
    ("Text\n\n///", 3, "closes no block"),
    ("//// note\nA\n///", 3, "has 4 slashes, its end 3"),
    ("/// note: x\nA\n///", 1, "is invalid"),
    ("/// sector\nA\n///", 1, "names its sector"),
    ("/// sector | WASH!\nA\n///", 1, "names its sector"),
    ("/// note | x\nA\n///", 1, "takes no word"),
    ("/// note\n///", 1, "is empty"),
    ("/// option | best\nA\n\nB\n///", 1, "outside a scenario"),
    ("/// scenario | T\nx\n\n/// option | good\nA\n\nB\n///\n///", 4, "an option is best, harmful or weak"),
    ("/// scenario | T\nx\n\n/// option | best\nA\n///\n\n/// option | weak\nA\n\nB\n///\n///", 4, "two paragraphs"),
    ("/// scenario | T\nx\n\n/// option | best\nA\n\nB\n///\n///", 1, "at least two options"),
    ("/// scenario | T\nx\n\n/// option | weak\nA\n\nB\n///\n\n/// option | weak\nA\n\nB\n///\n///", 1, "one best"),
    ("/// scenario | T\n/// option | best\nA\n\nB\n///\nmore\n///", 7, "only options may follow"),
    ("/// scenario\nA\n///", 1, "a scenario has a title"),
    ("/// sector | wash\n/// check\nA\n///\n///", 2, "cannot be inside “sector”"),
    ("/// check\nQ?\n\n- [ ] a | b\n- [ ] c | d\n///", 1, "no answer of this check is right"),
    ("/// check\nQ?\n\n- [x] a | b\n///", 1, "at least two answers"),
    ("/// check\nQ?\n\n- [x] a\n- [ ] c | d\n///", 4, "gives its reason"),
    ("/// check\nQ?\n\n- [x] a | b\n- c | d\n///", 5, "begins with `- [x]`"),
    ("/// check\n- [x] a | b\n- [ ] c | d\n///", 1, "begins with its question"),
    ("- item\n\n    /// note\n    A\n    ///", 3, "beginning of its line"),
    ("> /// note\n> A\n> ///", 1, "beginning of its line"),
    ("# Title\n\nText", 1, "front matter"),
    ("##\n\nText", 1, "empty"),
    ("##### Deep", 1, "lowest level of headings"),
    ("/// note\n## Section\n///", 2, "cannot begin inside a block"),
    ("Text\n\nA \x07 bell", 3, "control character"),
    ("Text\n\n" + "word " * 1000, 3, "longer than 4000 characters"),
    ("Text\n\n" + "[" * 200, 3, "brackets"),
    ("1. " * 900, 1, "nested too deeply"),
    ("Text <b>bold</b>", 1, "HTML is not allowed"),
]


@pytest.mark.parametrize(("text", "line", "words"), FAULTS)
def test_a_fault_of_structure_has_its_line(text: str, line: int, words: str) -> None:
    rendered = render(text)
    assert [p for p in rendered.problems if p.line == line and words in p.message], rendered.problems
    assert rendered.segments == []
    moved = render(text, first_line=11)
    assert [p.line for p in moved.problems] == [p.line + 10 for p in rendered.problems]


def test_every_fault_is_reported_at_once() -> None:
    rendered = render("/// sectro\nA\n///\n\n<b>\n\n# Title\n\n/// note\n///\n\n/// check\n")
    assert [p.line for p in rendered.problems] == [1, 5, 7, 9, 12]


@pytest.mark.parametrize("unit", ["word ", "[", "*a ", "`", "/// note\n", "> ", "- a\n", "<", "&", "ا", "\\"])
def test_five_megabytes_are_refused_before_they_are_read(unit: str) -> None:
    rendered = render(unit * (5_000_000 // len(unit)))
    assert [p.line for p in rendered.problems] == [1]
    assert "longer than 200 kB" in rendered.problems[0].message


@pytest.mark.parametrize("unit", ["[", "`", "![", "*a ", "_*", "\\", "/// a | " + " " * 50, "> ", "<a", "|"])
def test_one_long_line_costs_less_than_ordinary_text(unit: str) -> None:
    """What looks ahead again and again would cost a thousand times as much as words of the same length."""
    assert seconds_of(unit) < seconds_of_ordinary_text()


def seconds_of(unit: str) -> float:
    started = time.process_time()
    render(unit * (190_000 // len(unit)))
    return time.process_time() - started


@cache
def seconds_of_ordinary_text() -> float:
    return seconds_of("Ordinary words, as people write them.\n\n")


PIECES = st.sampled_from(
    [
        "/// note\n",
        "///\n",
        "/// sector | wash\n",
        "/// check\n",
        "- [x] a | b\n",
        "- [ ] c | d\n",
        "## ",
        "\n\n",
        "<",
        "/// scenario | t\n",
        "/// option | best\n",
        "    attrs: {onclick: x}\n",
        "](javascript:a)",
        "[",
        "![",
        "](",
        ")",
        ">",
        "`",
        "*",
        "|",
        "{: onclick=x}",
        '"',
        "'",
        "<script>",
        "<svg onload=a>",
        "\n",
        " ",
        "a",
        "ا",
        "\\",
        "&",
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.one_of(PIECES, st.text(max_size=8)), max_size=40).map("".join))
def test_no_text_whatever_gets_past_the_allow_list(text: str) -> None:
    for html in every_html(render(text).segments):
        judge(html)


@settings(max_examples=300, deadline=None)
@given(
    st.one_of(
        st.text(), st.lists(st.sampled_from(ATTACKS), max_size=3).map("".join), st.from_regex(r"<[a-z]+ [a-z]+=.*>")
    )
)
def test_no_html_whatever_gets_past_the_allow_list(html: str) -> None:
    judge(safe_html(html))
