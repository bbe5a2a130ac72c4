"""What people answer to a mail that numbers several things: each gets what its own line says plainly, or nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.approval_answers import Given
from postroom_kit.numbered_answers import read_numbered

ANSWERS = yaml.safe_load((Path(__file__).parent / "approval_answers.yaml").read_text("utf-8"))
NOW = datetime(2026, 9, 16, 8, tzinfo=UTC)
IN_ONE_LINE = [text for text in ANSWERS["approve"] if "\n" not in text.strip() and "Ana" not in text]


def read(text: str, **more: str) -> dict[int, Given]:
    lines = read_numbered(text, **{"writer": "Ana Silva", "now": NOW, "zone": "Europe/Berlin", **more})  # type: ignore[arg-type]
    return {line.number: line.given for line in lines}


def wishes(text: str, **more: str) -> dict[int, str]:
    return {number: given.wish for number, given in read(text, **more).items()}


def test_each_line_is_read_for_its_number() -> None:
    said = (
        "Hello,\n\n1 approve\n2 reject too dear\n3 tomorrow 9:00\n4: take over\n5) retry\n#6 hand back\n\nThanks\nAna"
    )
    found = read(said)
    assert {number: given.wish for number, given in found.items()} == {
        1: "approve", 2: "reject", 3: "defer", 4: "take_over", 5: "retry", 6: "hand_back",
    }  # fmt: skip
    assert found[2].reason == "too dear"
    assert found[3].until == datetime(2026, 9, 17, 7, tzinfo=UTC)


@pytest.mark.parametrize("text", IN_ONE_LINE)
def test_a_plain_yes_in_each_language_is_one_behind_a_number(text: str) -> None:
    assert wishes(f"2 {text.strip()}") == {2: "approve"}


@pytest.mark.parametrize(
    "words",
    ["nochmal", "erneut versuchen", "réessayer", "reintentar", "riprova", "opnieuw", "tentar de novo", "Retry!"],
)
def test_to_try_again_is_read_in_each_language(words: str) -> None:
    assert wishes(f"1: {words}") == {1: "retry"}


@pytest.mark.parametrize("text", ANSWERS["no_approval"])
def test_what_approves_nothing_as_a_whole_answer_does_not_behind_a_number(text: str) -> None:
    assert "approve" not in wishes(f"1 {text}").values()


@pytest.mark.parametrize(
    "text",
    ["1 approve only if under 500", "1 approve 2 approve", "1 3 approve", "1.5 approve", "1 approve?", "1 > approve",
     "1 approve\n1 approve", "1 approve\n1 reject", "1 approve\u2028unless it is wrong", "1 аpprove", "1 appr\u043eve"],
)  # fmt: skip
def test_an_unclear_line_wishes_for_nothing(text: str) -> None:
    assert set(wishes(text).values()) <= {"other"}


@pytest.mark.parametrize(
    "text",
    ["approve", "all approve", "1-3 approve", "1, 2 approve", "1 and 2: approve\nbut not today", "> 1 approve",
     "1 approve\nonly if Cy agrees", "Only if Cy agrees:\n1 approve", "1 approve\n\nNot before Friday.",
     "Fine.\n\nOn Mon, 3 Mar 2026 at 10:00, Bo <bo@example.com> wrote:\n> 1 approve", "1 appr\u200bove", "١ approve"],
)  # fmt: skip
def test_a_line_that_may_be_the_condition_of_any_makes_all_unclear(text: str) -> None:
    assert "approve" not in wishes(text).values()


def test_what_is_forwarded_or_numbered_by_a_program_is_not_followed() -> None:
    assert wishes("1 approve", subject="Fwd: review") == {}
    assert wishes("1 approve", html='<ol start="3"><li>approve</li></ol>') == {}
    assert wishes("1 approve", html="<ol><li value=4>approve</li></ol>") == {}
    assert wishes("1 approve", html='<ol start="1"><li>approve</li></ol>') == {1: "approve"}


def test_of_too_many_lines_none_is_followed() -> None:
    assert wishes("\n".join(f"{number} approve" for number in range(1, 102))) == {}


PIECES = st.sampled_from(
    ["1", "2", "12", " ", "  ", "\n", "\n\n", ": ", ". ", ") ", "#", "-", "> ", "approve", "yes", "ok", "send it",
     "reject", "if", "only", "not", "but", "unless", "don't", "please", "thanks", "Ana", "tomorrow", "9:00", "retry",
     "hand back", "freigegeben", "wenn", "nicht", "aprobado", "si", "pas", "500",
     "€", "?", ",", "\u200b", "\u202e", "\r", "\t", "a"]
)  # fmt: skip
APPROVE = "(?:approve|send it|freigegeben|aprobado)"
A_YES = re.compile(
    rf"(?:(?:please|thanks),? )*(?:yes|ok|si|(?:(?:yes|ok),? )?(?:(?:please|thanks),? )?{APPROVE}"
    rf"(?:,? (?:(?:please|thanks),? )?{APPROVE})?)"
    r"(?:,? (?:please|thanks)){0,3}(?:,? ana)?",
)


NUMBERS = st.sampled_from(["1 ", "2: ", "#3 ", "1) ", "2 - ", " 1. ", ""])
LINES = st.builds(lambda number, words: number + " ".join(words), NUMBERS, st.lists(PIECES, max_size=3))


@given(st.one_of(st.lists(PIECES, max_size=12).map("".join), st.lists(LINES, max_size=3).map("\n".join)))
def test_a_number_is_approved_only_where_its_line_is_that_and_a_plain_yes(text: str) -> None:
    for line in read_numbered(text, writer="Ana Silva", now=NOW, zone="UTC"):
        if line.given.wish != "approve":
            continue
        written = [each.strip() for each in re.split(r"[\r\n]+", text) if re.match(rf"\s*#?{line.number}\b", each)]
        assert len(written) == 1
        said = re.sub(rf"^#?{line.number}[\s.:)-]+", "", written[0].lower())
        said = " ".join(said.replace(":", " ").replace(".", " ").replace("-", " ").split()).strip(" ,")
        assert A_YES.fullmatch(re.sub(r"\s*,[\s,]*", ", ", said)), (text, said)


@given(
    st.lists(st.sampled_from(["1 approve", "2 reject", "3 retry", "thanks", "Ana"]), min_size=1, max_size=4),
    st.text(alphabet="abcdefghij ß界", min_size=2).filter(lambda words: words.strip() not in ("", "a")),
)
def test_words_without_a_number_undo_every_line(lines: list[str], words: str) -> None:
    assert "approve" not in wishes("\n".join([*lines, words.strip()])).values()
    assert "approve" not in wishes("\n".join([words.strip(), *lines])).values()


@given(st.text())
def test_nothing_written_breaks_it_and_none_of_it_is_a_yes(text: str) -> None:
    assert "approve" not in wishes(f"1 {text} never 9").values()


def test_a_line_that_shows_otherwise_than_its_words_tell_is_not_followed() -> None:
    assert wishes("1 approve", html="<p><s>1 approve</s></p>") == {}
    assert wishes("1 approve", html="<p>1 reject</p>") == {}
    assert wishes("1 approve\n2 reject", html="<p>1 approve</p><p>2 reject</p>") == {1: "approve", 2: "reject"}
