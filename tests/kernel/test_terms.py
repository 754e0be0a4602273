"""The first use of a glossary's term is linked, once, and only in plain text."""

import pytest

from lms.kernel.markup import LinkedTerm, Rendered, RenderedPicture, Vocabulary, render

WORDS = Vocabulary(
    [
        LinkedTerm("referral", ("referral",)),
        LinkedTerm("pathway", ("referral pathway", "local pathway")),
        LinkedTerm("psea", ("protection from sexual exploitation and abuse", "PSEA")),
        LinkedTerm("abuse", ("abuse",)),
        LinkedTerm("dot", ("a.b",)),
    ]
)
LINK = '<a href="/glossary#{}">{}</a>'


def linked(text: str) -> Rendered:
    rendered = render(text, vocabulary=WORDS)
    assert rendered.problems == []
    return rendered


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("A referral helps.", f"<p>A {LINK.format('referral', 'referral')} helps.</p>"),
        ("Referrals help.", f"<p>{LINK.format('referral', 'Referrals')} help.</p>"),
        # The longest form wins, and each term is linked once.
        (
            "A referral pathway, referral, referral.",
            f"<p>A {LINK.format('pathway', 'referral pathway')}, {LINK.format('referral', 'referral')}, referral.</p>",
        ),
        ("**abuse** and abuse", f"<p><strong>{LINK.format('abuse', 'abuse')}</strong> and abuse</p>"),
        ("*see* abuse *there*", f"<p><em>see</em> {LINK.format('abuse', 'abuse')} <em>there</em></p>"),
        ("- one\n- PSEA", f"<ul>\n<li>one</li>\n<li>{LINK.format('psea', 'PSEA')}</li>\n</ul>"),
        # Not within words, links, code and addresses.
        ("disabuse abuser cross-referral", "<p>disabuse abuser cross-referral</p>"),
        ("[abuse](/help-now) `abuse`", '<p><a href="/help-now">abuse</a> <code>abuse</code></p>'),
        ("axb", "<p>axb</p>"),
    ],
)
def test_the_first_use_is_linked(text: str, html: str) -> None:
    (segment,) = linked(text).segments
    assert segment["html"] == html


def test_headings_checks_and_sector_blocks_stay_plain() -> None:
    text = (
        "## Abuse\n\n/// sector | wash\nAbuse.\n///\n\n/// check\nAbuse?\n\n- [x] abuse | abuse\n- [ ] no | no\n///\n\n"
        "/// scenario | Abuse\nabuse\n\n/// option | best\nabuse\n\nabuse\n///\n/// option | weak\nb\n\nc\n///\n///\n\n"
        "/// note\nAbuse again.\n///\n"
    )
    rendered = linked(text)
    assert rendered.terms == [("abuse", "Abuse")]
    assert [segment["kind"] for segment in rendered.segments if "/glossary" in str(segment)] == ["html"]
    assert LINK.format("abuse", "Abuse") in rendered.segments[-1]["html"]
    assert '<p class="callout-word">Note</p>' in rendered.segments[-1]["html"]
    assert [link.target for link in rendered.links] == ["/glossary#abuse"]


def test_without_words_nothing_is_linked() -> None:
    assert render("abuse", vocabulary=Vocabulary([])).segments == render("abuse").segments


def test_a_known_picture_brings_its_address_and_size() -> None:
    shown = {"img/a.svg": RenderedPicture("/courses/x/img/a.0123456789ab.svg", 360, 200)}
    rendered = render("![A road](img/a.svg)\n\n![b](img/b.svg)", image_base="/courses/x/", pictures=shown)
    html = rendered.segments[0]["html"]
    for words in ('src="/courses/x/img/a.0123456789ab.svg"', 'width="360"', 'height="200"', 'loading="lazy"'):
        assert words in html
    assert 'src="/courses/x/img/b.svg"' in html
    assert [(image.source, image.line) for image in rendered.images] == [("img/a.svg", 1), ("img/b.svg", 3)]


def test_a_description_is_a_segment_of_its_own() -> None:
    rendered = render("![A road](img/a.svg)\n\n/// description\nA road, and a river.\n///")
    assert [segment["kind"] for segment in rendered.segments] == ["html", "description"]
    assert rendered.segments[1]["html"] == "<p>A road, and a river.</p>"
    assert render("/// description | long\nA road.\n///").problems
