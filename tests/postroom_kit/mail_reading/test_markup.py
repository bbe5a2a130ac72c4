"""HTML mail becomes readable text, and safe HTML."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.mail_reading import html_to_text, safe_html

DANGEROUS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src='cid:1'>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='data:text/html,x'>x</a>",
    "<a href='/settings'>x</a>",
    "<p style='background:url(http://example.com/a.png)'>x</p>",
    "<p style='position:fixed;color:red'>x</p>",
    "<p style='background-color:url(http://example.com/a.png)'>x</p>",
    "<p style='color:u\\72l(http://example.com/a.png)'>x</p>",
    "<style>@import 'http://example.com/a.css'</style>",
    "<link rel=stylesheet href=http://example.com/a.css>",
    "<form action=http://example.com><input name=p></form>",
    "<iframe src=http://example.com></iframe>",
    "<svg><script>alert(1)</script></svg>",
    "<meta http-equiv=refresh content='0;url=http://example.com'>",
    "<base href=http://example.com>",
    "<div onclick=alert(1)>x</div>",
    "<video src=http://example.com/a.mp4 poster=http://example.com/a.png></video>",
    "<table background=http://example.com/a.png><tr><td>x</td></tr></table>",
]
LOADS = re.compile(
    r"<(?:script|img|style|link|form|input|iframe|svg|meta|base|video)|javascript:|data:|url\(|\son\w+=", re.I
)


@pytest.mark.parametrize("html", DANGEROUS)
def test_nothing_is_left_that_runs_or_loads(html: str) -> None:
    safe = safe_html(f"<p>before</p>{html}<p>after</p>")
    assert not LOADS.search(safe)
    assert "http://example.com" not in safe
    assert "position" not in safe
    assert "before" in safe
    assert "after" in safe


@given(
    st.lists(
        st.sampled_from([*DANGEROUS, "<div>", "</p>", "<!--", "]]>", "<svg>", "<math>", "'\">", "\x00"]), max_size=8
    )
)
def test_no_mixture_of_markup_gets_through(parts: list[str]) -> None:
    assert not LOADS.search(re.sub(r"&lt;.*?(?:&gt;|$)", "", safe_html("".join(parts)), flags=re.S))


def test_links_open_outside_and_tell_nothing() -> None:
    safe = safe_html("<a href='https://example.com/x' target=_self onclick=a()>read</a>")
    assert 'href="https://example.com/x"' in safe
    assert 'target="_blank"' in safe
    assert 'rel="noopener noreferrer nofollow"' in safe


def test_emphasis_colour_and_tables_stay() -> None:
    html = (
        '<table><tbody><tr><td colspan="2"><b style="x">bold</b></td></tr></tbody></table><p style="color:red">red</p>'
    )
    assert safe_html(html).replace(' style=""', "").count("bold</b></td>") == 1
    assert '<p style="color:red">red</p>' in safe_html(html)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Hi<br>there</p>", "Hi\nthere"),
        ("plain &amp; simple", "plain & simple"),
        ("<ul><li>one<li>two</ul>", "* one\n* two"),
        ("<ol start=3><li>red</ol><ol><li>one<li>two</ol>", "3. red\n1. one\n2. two"),
        ("<ol start=x><li>one</ol>", "1. one"),
        ("<style>p{}</style><script>x</script><p>word</p><!-- no -->", "word"),
        ("<?xml version='1.0' encoding='utf-8'?><p>ü</p>", "ü"),
        ("<blockquote type=cite>old</blockquote><p>new</p>", "> old\n\nnew"),
        ("<div>" * 3_000 + "deep", "deep"),
        ("<p>a\ud800b\x00</p>", "a?b"),
        ("", ""),
        ("<p>", ""),
    ],
)
def test_html_reads_as_a_person_sees_it(html: str, text: str) -> None:
    assert [part.split() for part in html_to_text(html).splitlines() if part.strip(" >")] == [
        part.split() for part in text.splitlines() if part.strip()
    ]


HEAVY = {
    "a pasted picture": f"<img src='data:image/png;base64,{'QUJD' * 300_000}'>",
    "a style sheet": f"<style>{'.a { color: red } ' * 60_000}</style>",
    "a comment": f"<!-- {'x' * 1_100_000} -->",
}


@pytest.mark.parametrize("weight", HEAVY.values(), ids=HEAVY)
def test_words_behind_what_is_no_words_are_read(weight: str) -> None:
    html = f"<p>See this:</p>{weight}<p>The lid is broken.</p>"
    assert html_to_text(html).split() == ["See", "this:", "The", "lid", "is", "broken."]
    assert "The lid is broken." in safe_html(html)


def test_words_of_a_long_mail_are_not_run_together() -> None:
    words = "<div>Hi<div>the <b>lid</b><p>broke</p></div></div><table><tr><td>Order</td><td>47</td></tr></table>"
    assert html_to_text(words + "<div></div>" * 20_000).split() == ["Hi", "the", "lid", "broke", "Order", "47"]


@given(st.text(alphabet=st.sampled_from(list("<>/\"'= abp&;!-\n\x00é\ud800")), max_size=200))
def test_no_markup_makes_reading_fail(html: str) -> None:
    html_to_text(html)
    safe_html(html)


def test_boxes_inside_each_other_indent_nothing() -> None:
    html = (
        "<div dir=ltr><div>Where is it?</div><div><br></div><div><div>Ann</div></div></div>"
        "<blockquote class=tutanota_quote><div>On its way.</div></blockquote>"
    )
    assert html_to_text(html) == "Where is it?\n\nAnn\n> On its way."
    assert html_to_text("<div>Please send:<ul><li>kettle<li>mug</ul></div>") == "Please send:\n  * kettle\n  * mug"


def test_colours_stay_however_they_are_written() -> None:
    for colour in ("red", "#ff0000", "rgb(255, 0, 0)", "RGBA(255,0,0,0.5)", "hsl(0 100% 50%)"):
        assert "color:" in safe_html(f"<p style='color: {colour}'>x</p>")


@pytest.mark.parametrize(
    "html",
    [
        "<div></b>" * 1_000,
        "<main>" * 1_000,
        "<x-y>" * 3_000,
        "<p>" + "".join(f"<font size={size}>" for size in range(390)) + "a<p>" * 2_000,
        "&nbsp;" * 60_000,
    ],
)
def test_html_that_a_parser_takes_seconds_for_becomes_bare_text(html: str) -> None:
    assert "<" not in safe_html(html + "<p>Cancel 47</p>")
    assert html_to_text(html + "<p>Cancel 47</p>").endswith("Cancel 47")


def test_html_whose_parts_end_stays_html() -> None:
    row = "<tr><td><p><font color=red><b>x</b></font>&nbsp;<o:p></o:p></p></td></tr>"
    assert safe_html(f"<div><table>{row * 2_000}</table></div>").count("<td>") == 2_000
