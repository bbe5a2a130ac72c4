"""Letters: whatever a value says, the mail shows it as text and gains no markup from it."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from postroom.letters import LINK, LetterError, defused, render

# the engine's threads draw random numbers while strategies do, which hypothesis takes for a fault of the strategy
TEMPLATE = """Hello {{ name }},

{{ body }}

- {{ item }}

{{ body | quoted }}

See [our terms](https://example.com/terms). {{ name }}
"""
HARMLESS = {"div", "p", "br", "ul", "li", "blockquote"}
HOSTILE = st.text(st.sampled_from("ab1 \n\r\t\\`*_{}[]()<>#+-.!|~&=:/'\"\x0b\x0c\x00\u2028\u0085\xa0;"), max_size=30)
LINKS = st.sampled_from(
    ["[a](https://evil.example)", "![a](x)", "<a@b.example>", "https://evil.example", "<b>x</b>", "&#60;b&#62;"]
)
VALUES = st.one_of(st.text(max_size=40), HOSTILE, st.lists(st.one_of(HOSTILE, LINKS), max_size=4).map("\n".join))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("letters")
    (made / "emails").mkdir()
    (made / "emails" / "letter.md.j2").write_text(TEMPLATE)
    (made / "emails" / "quote.md.j2").write_text("They wrote:\n\n{{ text | quoted }}\n\nThe desk\n")
    return made


class Tags(HTMLParser):
    """Collects the tags of a mail, its links, and its visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.links: list[str | None] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        if tag == "a":
            self.links.append(dict(attrs)["href"])

    def handle_data(self, data: str) -> None:
        self.words += data


def visible(text: str) -> list[str]:
    """Return the characters a reader sees; U+0000 shows as U+FFFD (CommonMark 0.31.2, section 2.3)."""
    seen = text.replace("\x00", "\ufffd")
    return [c for c in seen if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf", "Cs")]


def has_words(text: str) -> bool:
    return any(character.isprintable() and not character.isspace() for character in text)


def in_order(words: str, text: str) -> bool:
    found = iter(visible(text))
    return all(character in found for character in visible(words))


@given(name=VALUES, body=VALUES.filter(has_words), item=VALUES)
@example(name="a\r===", body="a\r# b\r- c\r    d", item="a\r\n---")
@example(name="[x]", body="[x]: https://evil.example", item="1) a\n2) b")
@example(name="<script>", body="<https://evil.example>", item="&lt;b&gt; ![i](j)")
def test_a_value_never_becomes_markup_and_never_disappears(folder: Path, name: str, body: str, item: str) -> None:
    letter = render(folder, "letter", {"name": name, "body": body, "item": item})
    tags = Tags(letter.html)
    assert set(tags.found) - HARMLESS == {"a"}
    assert tags.links == ["https://example.com/terms"]
    assert tags.found.count("ul") == tags.found.count("li") == tags.found.count("blockquote") == 1
    for value in (name, body, item):
        assert in_order(value, letter.text), f"{value!r} is not in {letter.text!r}"
        assert in_order(value, tags.words), f"{value!r} is not in {tags.words!r}"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://evil.example/win?x=1", "https[:]//evil[.]example/win?x=1"),
        ("Win: HTTP://EVIL.EXAMPLE.", "Win: HTTP[:]//EVIL[.]EXAMPLE[.]"),
        ("see www.evil.example, please", "see www[.]evil[.]example, please"),
        ("evil.example/win", "evil[.]example/win"),
        ("(evil.example)", "(evil[.]example)"),
        ("bücher.example", "bücher[.]example"),
        ("http://127.0.0.1:8025/x", "http[:]//127[.]0[.]0[.]1:8025/x"),
        ("javascript://evil.example", "javascript[:]//evil[.]example"),
    ],
)
def test_a_link_in_a_value_shows_broken_up(folder: Path, written: str, shown: str) -> None:
    letter = render(folder, "letter", {"name": written, "body": written, "item": written})
    for text in (letter.text, Tags(letter.html).words):
        assert text.count(shown) == 5
        assert LINK.findall(text.replace("https://example.com/terms", "")) == []


@pytest.mark.parametrize(
    "text", ["ana@example.com", "Ana.Duarte@mail.example.com", "It costs 12.50, e.g. at 9.30 Uhr.", "Yes. No.", "3.5.1"]
)
def test_what_is_no_link_stays_as_written(text: str) -> None:
    assert defused(text) == text


@given(VALUES)
@example("a.bc.de")
@example("x://y.zz/www.a.bc")
def test_no_value_holds_a_link_once_it_is_defused(value: str) -> None:
    assert LINK.findall(str(defused(value))) == []


def test_a_link_of_the_agents_own_data_stays_whole_and_alone(tmp_path: Path) -> None:
    (tmp_path / "emails").mkdir()
    (tmp_path / "data").mkdir()
    (tmp_path / "emails" / "say.md.j2").write_text("{{ body }}\n")
    (tmp_path / "data" / "knowledge.json").write_text(
        '[{"answer": "See https://help.example/returns or help.example."}]'
    )
    body = "See https://help.example/returns, help.example, https://help.example/other and help.example.evil.test."
    letter = render(tmp_path, "say", {"body": body})
    assert letter.text == (
        "See https://help.example/returns, help.example, https[:]//help[.]example/other and "
        "help[.]example[.]evil[.]test.\n"
    )


def test_a_quotation_has_as_many_lines_as_was_quoted(folder: Path) -> None:
    letter = render(folder, "quote", {"text": "one\ntwo\n\nthree"})
    quoted = [line for line in letter.text.splitlines() if line.startswith("> ")]
    assert [line.removeprefix("> ") for line in quoted if line != "> "] == ["one", "two", "three"]
    assert letter.html.count("<blockquote>") == 1
    assert letter.text.rstrip().endswith("The desk")


def test_the_lines_of_a_value_stay_lines(folder: Path) -> None:
    letter = render(folder, "letter", {"name": "Ana", "body": "first\r\nsecond", "item": "x"})
    assert "first\nsecond" in letter.text
    assert re.search(r"first<br ?/?>\s*second", letter.html)


def test_a_link_of_the_template_shows_its_address_in_the_plain_text(folder: Path) -> None:
    letter = render(folder, "letter", {"name": "Ana", "body": "b", "item": "x"})
    assert "our terms (https://example.com/terms)" in letter.text


def test_a_missing_value_is_an_error_that_names_it(folder: Path) -> None:
    with pytest.raises(LetterError, match=r"letter\.md\.j2: 'item' is undefined; pass the value in the action"):
        render(folder, "letter", {"name": "Ana", "body": "b"})


def test_a_missing_template_is_an_error_that_names_the_file(folder: Path) -> None:
    with pytest.raises(LetterError, match=r"emails/other\.md\.j2 does not exist; add it"):
        render(folder, "other", {})


def test_a_value_that_is_none_is_an_error_and_not_a_word_of_the_mail(folder: Path) -> None:
    with pytest.raises(LetterError, match=r"letter\.md\.j2: a value it shows is None; pass the value in the action"):
        render(folder, "letter", {"name": "Ana", "body": None, "item": "x"})
    with pytest.raises(LetterError, match=r"quote\.md\.j2: a value it shows is None"):
        render(folder, "quote", {"text": None})


@pytest.mark.parametrize("body", ["", "  \n"])
def test_a_mail_that_says_nothing_is_an_error(tmp_path: Path, body: str) -> None:
    (tmp_path / "emails").mkdir()
    (tmp_path / "emails" / "say.md.j2").write_text("{{ body }}\n")
    with pytest.raises(LetterError, match=r"emails/say\.md\.j2 made an empty mail; pass it something to say"):
        render(tmp_path, "say", {"body": body})


@pytest.mark.parametrize("body", ["", "  \n", "\t\xa0\u2003", "\u200b\ufeff", "\x00"])
def test_a_body_without_words_is_an_error_whatever_stands_around_it(folder: Path, body: str) -> None:
    with pytest.raises(LetterError, match=r"letter\.md\.j2 is given the body '.*', which says nothing; pass the words"):
        render(folder, "letter", {"name": "Ana", "body": body, "item": "x"})
    assert "ok" in render(folder, "letter", {"name": "", "body": "ok", "item": ""}).text


def test_a_language_takes_its_own_template_where_there_is_one(tmp_path: Path) -> None:
    (tmp_path / "emails").mkdir()
    (tmp_path / "emails" / "note.md.j2").write_text("Hello {{ name }}")
    (tmp_path / "emails" / "note.de.md.j2").write_text("Hallo {{ name }}")
    said = {code: render(tmp_path, "note", {"name": "Ana", "language": code}).text for code in ("de", "fr", None)}
    assert said == {"de": "Hallo Ana\n", "fr": "Hello Ana\n", None: "Hello Ana\n"}


@pytest.mark.parametrize("language", ["../../etc", "de/../..", "{{ 7 }}"])
def test_a_language_leads_to_no_other_folder(tmp_path: Path, language: str) -> None:
    (tmp_path / "emails").mkdir()
    (tmp_path / "emails" / "note.md.j2").write_text("Hello")
    assert render(tmp_path, "note", {"language": language}).text == "Hello\n"
