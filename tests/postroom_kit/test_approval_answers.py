"""What people answer to a mail that asks them to approve another: nothing but a plain yes lets it leave."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.approval_answers import LONGEST_DEFERRAL, Given, is_for_us, read_answer
from postroom_kit.mail_reading import new_text
from postroom_kit.word_lists import sections

ANSWERS = yaml.safe_load((Path(__file__).parent / "approval_answers.yaml").read_text("utf-8"))
ZONE = "Europe/Berlin"
NOW = datetime(2026, 9, 16, 8, tzinfo=UTC)
WRITER = "Ana Silva"


def read(text: str, **more: object) -> Given:
    return read_answer(text, **{"writer": WRITER, "now": NOW, "zone": ZONE, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ANSWERS["no_approval"])
def test_an_ambiguous_or_hostile_answer_approves_nothing(text: str) -> None:
    assert read(text).wish != "approve"


@pytest.mark.parametrize("wish", ["approve", "take_over", "hand_back", "stop", "stop_all", "other"])
def test_a_plain_wish_is_read(wish: str) -> None:
    assert {text: read(text) for text in ANSWERS[wish]} == {text: Given(wish) for text in ANSWERS[wish]}  # type: ignore[arg-type]


@pytest.mark.parametrize(("text", "reason"), ANSWERS["reject"])
def test_a_rejection_is_read_with_its_reason(text: str, reason: str) -> None:
    assert read(text) == Given("reject", reason=reason)


@pytest.mark.parametrize(("text", "body"), ANSWERS["edit"])
def test_a_new_text_is_read_as_it_stands(text: str, body: str) -> None:
    assert read(text) == Given("edit", text=body)


@pytest.mark.parametrize(("text", "local"), ANSWERS["defer"])
def test_a_time_is_read_by_the_clocks_of_the_zone(text: str, local: str) -> None:
    until = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(ZONE))
    assert read(text) == Given("defer", until=until)


@pytest.mark.parametrize(
    "subject", ["Fwd: Review", "FW: Review", " wg: Freigabe", "TR : Validation", "RV: x", "Doorst: x"]
)
@pytest.mark.parametrize("text", ["approve", "reject", "edit\nHello", "tomorrow", "stop"])
def test_what_is_forwarded_is_not_the_writers_own_wish(subject: str, text: str) -> None:
    assert read(text, subject=subject) == Given("other")
    assert read(text, subject=f"Re: {subject}") != Given("other")


def test_a_name_below_is_the_writers_or_a_word_too_many() -> None:
    assert read("Approved\nAna", writer="Silva, Ana M.").wish == "approve"
    assert read("Approved, thanks Łukasz", writer="Łukasz Nowak").wish == "approve"
    assert read("Approved\nAna", writer="").wish == "other"
    assert read("Approved\nAna", writer="Anabel Silva").wish == "other"
    assert read("Approved, Ana").wish == "other"
    assert read("Approved\nAna?").wish == "other"
    assert read("Reject: wrong price\nAna").reason == "wrong price"
    assert read("Reject: wrong price\nBob").reason == "wrong price\nBob"


@pytest.mark.parametrize(
    ("text", "now", "until"),
    [
        ("later today 16:30", "2026-09-16 16:29", "2026-09-16 16:30"),
        ("later today 16:30", "2026-09-16 16:30", None),
        ("today", "2026-09-16 08:59", "2026-09-16 09:00"),
        ("3 March", "2026-12-20 10:00", "2027-03-03 09:00"),
        ("3 March", "2026-12-01 10:00", None),
        ("in 90 days", "2026-09-16 10:00", "2026-12-15 09:00"),
        ("in 90 days", "2026-09-16 09:59", None),
        ("monday", "2026-09-21 08:00", "2026-09-28 09:00"),
        ("in -2 hours", "2026-09-16 10:00", None),
        ("29 February", "2028-02-01 10:00", "2028-02-29 09:00"),
        ("29 February", "2027-02-01 10:00", None),
        # The clocks go back on 25 October: three hours are two on the wall.
        ("in 3 hours", "2026-10-25 01:00", "2026-10-25 03:00"),
        ("tomorrow at 9", "2026-10-24 10:00", "2026-10-25 09:00"),
    ],
)
def test_a_moment_is_ahead_and_at_most_ninety_days_away(text: str, now: str, until: str | None) -> None:
    moment, expected = (
        datetime.fromisoformat(local).replace(tzinfo=ZoneInfo("Europe/Berlin")) if local else None
        for local in (now, until)
    )
    assert read(text, now=moment).until == expected
    assert (read(text, now=moment).wish == "defer") == (until is not None)


@pytest.mark.parametrize("text", [text for text in ANSWERS["approve"] if "ß" not in text])
def test_case_spacing_and_dots_do_not_matter(text: str) -> None:
    for written in (text.upper(), text.lower(), text.replace(" ", "  "), f"\n {text}. \n"):
        assert read(written).wish == "approve"


@pytest.mark.parametrize("text", [text for text in ANSWERS["approve"] if "Ana" not in text])
def test_line_breaks_do_not_matter(text: str) -> None:
    assert read(text.replace(" ", "\n")).wish == "approve"


LISTED = {
    word
    for name in ("greeting", "courtesy", "closing", "yes", "yes, alone", "approve")
    for word in re.findall(r"[\w']+", sections("postroom_kit", "approval_words.txt")[name])
} | {"ana", "silva"}
DOUBTS = """\
not don't no never but if only once after unless except without maybe hardly wait
nicht kein pas jamais sauf nunca pero mai niet maar nooit não mas se
"""
OTHER_WORDS = (
    st.from_regex(r"[a-zA-Zà-ÿ'0-9$€%?-]{1,12}", fullmatch=True) | st.sampled_from(re.findall(r"\S+", DOUBTS))
).filter(lambda word: re.search(r"[\w$€%?]", word) and not LISTED & set(re.findall(r"[\w']+", word.lower())))


@given(st.sampled_from(ANSWERS["approve"]), OTHER_WORDS, st.integers(0, 20))
def test_no_other_word_anywhere_in_an_approval_leaves_it_one(text: str, word: str, at: int) -> None:
    words = re.split(r"(\s+)", text)
    words.insert(at % (len(words) + 1), f" {word} ")
    assert read("".join(words)).wish != "approve"


FOREIGN = st.characters(exclude_characters=".,!…–—- \t\r\n\u00a0\u202f").filter(
    lambda sign: not (sign.isascii() and sign.isalpha())
)


@given(st.sampled_from(["approved", "yes, send it", "Looks good.", "oui", "ok"]), FOREIGN, st.integers(0, 12))
def test_no_foreign_sign_anywhere_in_an_approval_leaves_it_one(text: str, sign: str, at: int) -> None:
    assert read(text[:at] + sign + text[at:]).wish != "approve"


PIECES = [word for wish in ("approve", "take_over", "hand_back", "stop", "stop_all", "other") for word in ANSWERS[wish]]
PIECES += [text for wish in ("reject", "edit", "defer") for text, _ in ANSWERS[wish]]
ANY = st.one_of(st.text(), st.lists(st.sampled_from(PIECES), max_size=3).map(" ".join))


@given(
    ANY,
    st.text(),
    ANY,
    st.integers(0, 7_000_000_000),
    st.sampled_from([ZONE, "UTC", "Asia/Tokyo"]),
)
def test_whatever_is_answered_is_read_the_same_way_twice(
    text: str, subject: str, writer: str, seconds: int, zone: str
) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    found = read_answer(text, subject=subject, writer=writer, now=now, zone=zone)
    assert found == read_answer(text, subject=subject, writer=writer, now=now, zone=zone)
    assert (found.until is not None) == (found.wish == "defer")
    assert found.until is None or timedelta() < found.until - now <= LONGEST_DEFERRAL
    assert bool(found.text) == (found.wish == "edit")
    assert found.wish == "reject" or not found.reason


@pytest.mark.parametrize(
    "text", ["best regards " * 30, "\n" * 50_000, "no, " + "\n" * 50_000 + "x", "no " + "thanks " * 9_000]
)
def test_a_long_answer_is_read_at_once(text: str) -> None:
    started = time.process_time()
    read(f"approve {text} x")
    read(text)
    assert time.process_time() - started < 5


def test_a_new_text_that_ends_in_an_old_mail_is_not_read_as_one() -> None:
    block = "From: desk <desk@example.com>\nSent: Monday, 2 March 2026 10:00\nTo: Bo <bo@example.com>\nSubject: review"
    for end in ("My answers are below in red.", "This is what I got:"):
        assert read(f"edit:\nIt is teal.\n\n{end}\n\n{block}\n\nfor your eyes").wish == "other"
    assert read("edit:\nIt is teal, and yours to keep.").wish == "edit"


APPROVE = "<p>approve</p>"


@pytest.mark.parametrize(
    "html",
    [
        "<p><s>approve</s></p>",
        "<p><del>approve</del></p>",
        '<p><span style="color: red; text-decoration: line-through">approve</span></p>',
        f'{APPROVE}<p style="display: none">only if it is under 500</p>',
        '<p style="display:none">approve</p>',
        '<p>approve <img alt="\U0001f44e" src="cid:thumb"></p>',
        "<p>approve <s>only if it is under 500</s></p>",
        "<blockquote>approve</blockquote>",
        "<p>reject</p>",
        "<p>approve only if it is under 500</p>",
        "<p></p>",
    ],
)
def test_a_yes_that_does_not_show_as_one_is_none(html: str) -> None:
    assert read("approve", html=html) == Given("other")
    assert read(new_text(None, html), html=html).wish != "approve"


@pytest.mark.parametrize(
    "html",
    [
        APPROVE,
        f'<style type="text/css" style="display:none">s {{}}</style>{APPROVE}',
        f'{APPROVE}<div style="display:none"><img alt="" src="https://example.com/seen.gif"></div>',
        f'{APPROVE}<img style="display:none" alt="Example Ltd" src="cid:logo">',
        f"{APPROVE}<div>On 3 Mar 2026, at 10:00, desk &lt;desk@sandbox.test&gt; wrote:</div>"
        '<blockquote type="cite"><s>old</s> <img alt="\U0001f44e" src="cid:thumb"></blockquote>',
        '<div dir="ltr">approve</div><hr style="display:inline-block"><div><b>From:</b> desk &lt;desk@sandbox.test&gt;'
        "<br><b>Sent:</b> Monday, March 2, 2026 10:00<br><b>To:</b> Ana &lt;ana@example.com&gt;<br><b>Subject:</b> x"
        "</div><blockquote>It is blue.</blockquote>",
    ],
)
def test_what_programs_add_to_a_yes_leaves_it_one(html: str) -> None:
    assert read("approve", html=html) == Given("approve")


@pytest.mark.parametrize("text", ANSWERS["for_us"])
def test_words_that_begin_with_a_wish_are_for_us(text: str) -> None:
    assert is_for_us(text, offered=False)


@pytest.mark.parametrize("text", ANSWERS["for_us_where_a_reply_was_offered"])
def test_a_yes_with_a_condition_is_for_us_where_a_reply_was_offered(text: str) -> None:
    assert (is_for_us(text, offered=False), is_for_us(text, offered=True)) == (False, True)


@pytest.mark.parametrize("text", ANSWERS["for_a_customer"])
def test_words_to_a_customer_are_theirs(text: str) -> None:
    assert not is_for_us(text, offered=True)
