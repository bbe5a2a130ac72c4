"""Days and times that words name are found with their words, told from the day of the mail."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.replies import dates_named

NOW = dt.datetime(2026, 11, 30, 9, tzinfo=dt.UTC)  # a Monday


@pytest.mark.parametrize(
    ("text", "first", "last", "clock"),
    [
        # dates
        ("04th Jan 2027", "2027-01-04", "", ""),
        ("January 2nd, 2027", "2027-01-02", "", ""),
        ("second of Aug", "2027-08-02", "", ""),
        ("2027-08-01", "2027-08-01", "", ""),
        ("2027-aug-1", "2027-08-01", "", ""),
        ("23/Sep/2027", "2027-09-23", "", ""),
        ("15.01.27", "2027-01-15", "", ""),
        ("22/04", "2027-04-22", "", ""),
        ("May 5 '27", "2027-05-05", "", ""),
        ("fourth of july of 2027", "2027-07-04", "", ""),
        ("january first two thousand and thirty two", "2032-01-01", "", ""),
        ("Friday (Dec-18)", "2026-12-18", "", ""),
        # a weekday tells the year, and the order
        ("Friday 4 December", "2026-12-04", "", ""),
        ("Friday 20 November", "2026-11-20", "", ""),
        ("Friday 4/12", "2026-12-04", "", ""),
        # told from the day of the mail
        ("tomorrow", "2026-12-01", "", ""),
        ("day after tomorrow", "2026-12-02", "", ""),
        ("Friday", "2026-12-04", "", ""),
        ("Monday", "2026-12-07", "", ""),
        ("this Friday", "2026-12-04", "", ""),
        ("next Tuesday", "2026-12-08", "", ""),
        ("last Wednesday", "2026-11-25", "", ""),
        ("next week Tuesday", "2026-12-08", "", ""),
        ("Wednesday of next week", "2026-12-09", "", ""),
        ("Friday week", "2026-12-11", "", ""),
        ("a week on Tuesday", "2026-12-08", "", ""),
        ("in two weeks", "2026-12-14", "", ""),
        ("3 weeks ago", "2026-11-09", "", ""),
        ("in 10 business days", "2026-12-14", "", ""),
        ("two weeks from tomorrow", "2026-12-15", "", ""),
        ("5 days before Christmas", "2026-12-20", "", ""),
        ("the 15th day of next month", "2026-12-15", "", ""),
        ("Tue 8th", "2026-12-08", "", ""),
        ("first Monday of January", "2027-01-04", "", ""),
        ("the last working day of January", "2027-01-29", "", ""),
        ("easter 2027", "2027-03-28", "", ""),
        # spans
        ("from 3 to 7 May", "2027-05-03", "2027-05-07", ""),
        ("January 12, 2027 - 01/22/2027", "2027-01-12", "2027-01-22", ""),
        ("April ninth through seventeenth", "2027-04-09", "2027-04-17", ""),
        ("from 4 to 23 next month", "2026-12-04", "2026-12-23", ""),
        ("from 20 December to 10 January", "2026-12-20", "2027-01-10", ""),
        ("from 15 November to 15 December", "2026-11-15", "2026-12-15", ""),
        ("Jan-Feb 2027", "2027-01-01", "2027-02-28", ""),
        ("Tuesday to Thursday", "2026-12-01", "2026-12-03", ""),
        ("next week", "2026-12-07", "2026-12-13", ""),
        ("the week of 15 December", "2026-12-14", "2026-12-20", ""),
        ("this month", "2026-11-01", "2026-11-30", ""),
        ("the end of the month", "2026-11-21", "2026-11-30", ""),
        ("mid-December", "2026-12-10", "2026-12-20", ""),
        ("Q1 2027", "2027-01-01", "2027-03-31", ""),
        ("the next two days", "2026-12-01", "2026-12-02", ""),
        ("within 5 days", "2026-11-30", "2026-12-05", ""),
        ("3 days starting from next Monday", "2026-12-07", "2026-12-09", ""),
        # times
        ("tomorrow 8:00am", "2026-12-01", "", "08:00"),
        ("Tuesday at 3pm", "2026-12-01", "", "15:00"),
        ("five-thirty tomorrow evening", "2026-12-01", "", "17:30"),
        ("at 8.30pm today", "2026-11-30", "", "20:30"),
        ("noon on Friday", "2026-12-04", "", "12:00"),
        ("Friday morning at 9", "2026-12-04", "", "09:00"),
        ("23.04.2027 14:55", "2027-04-23", "", "14:55"),
        ("2026-12-16T12:23", "2026-12-16", "", "12:23"),
        ("in half an hour", "2026-11-30", "", "09:30"),
        ("Wednesday 2-4pm", "2026-12-02", "", "14:00"),
    ],
)
def test_english_words_name_a_day(text: str, first: str, last: str, clock: str) -> None:
    for words in (text, f"Let us say {text}, if that suits you."):
        (named,) = dates_named(words, NOW)
        assert words[named.start : named.end] == named.text
        assert (str(named.first), str(named.last)) == (first, last or first)
        assert (named.moment.strftime("%H:%M") if named.moment else "") == clock


@pytest.mark.parametrize(
    ("text", "first", "last", "clock"),
    [
        ("Geht Dienstag um 15 Uhr?", "2026-12-01", "", "15:00"),
        ("Vom 3. bis 7. Mai bin ich da.", "2027-05-03", "2027-05-07", ""),
        ("Ich melde mich bis Ende des Monats.", "2026-11-30", "", ""),
        ("Je suis libre mardi à 14h30.", "2026-12-01", "", "14:30"),
        ("Je suis libre du 3 au 7 mai.", "2027-05-03", "2027-05-07", ""),
        ("Puedo el jueves a las 10.", "2026-12-03", "", "10:00"),
        ("Va bene il 14 dicembre.", "2026-12-14", "", ""),
        ("Ik kan op 14 december.", "2026-12-14", "", ""),
        ("Posso na quinta.", "2026-12-03", "", ""),
        ("Passar det på fredag?", "2026-12-04", "", ""),
        ("Mogę w piątek o 14:00.", "2026-12-04", "", "14:00"),
        ("Давайте в среду в 15:00.", "2026-12-02", "", "15:00"),
        ("12月3日はいかがでしょうか。", "2026-12-03", "", ""),
        ("12월 3일에 뵙겠습니다.", "2026-12-03", "", ""),
    ],
)
def test_words_of_other_languages_name_a_day(text: str, first: str, last: str, clock: str) -> None:
    (named,) = dates_named(text, NOW)
    assert (str(named.first), str(named.last)) == (first, last or first)
    assert (named.moment.strftime("%H:%M") if named.moment else "") == clock


@pytest.mark.parametrize(
    "text",
    [
        "This may or may not be right.",
        "Call me at (206) 555-1212.",
        "The number is 123-12-1234.",
        "8/1.5 looks like a formula.",
        "Open ABC-12345-A1B2C3 next.",
        "There are 10 stars and 24/7 support.",
        "We sat in the sun; I mar nothing, and march on.",
        "Feb 30",
        "We meet every Monday.",
        "Half of it, 1/2, is done.",
        "The price is 2,500.50 for 30 people.",
        "See page 3.14 and version 1.2.",
        "",
    ],
)
def test_other_words_and_numbers_name_none(text: str) -> None:
    assert dates_named(text, NOW) == []


def test_what_may_be_read_in_two_ways_is_not_sure() -> None:
    assert [named.sure for named in dates_named("3/4/2027 or 13/4/2027", NOW)] == [False, True]
    assert [named.sure for named in dates_named("Friday at 3, Friday at 3pm", NOW)] == [False, True]


def test_a_second_time_of_day_ends_the_first() -> None:
    (named,) = dates_named("Tuesday between 2 and 4", NOW)
    assert named.until == dt.datetime(2026, 12, 1, 16, tzinfo=dt.UTC)


@given(st.text(), st.datetimes(timezones=st.just(dt.UTC)))
def test_no_words_and_no_moment_make_it_fail(text: str, reference: dt.datetime) -> None:
    dates_named(text, reference)


_WORDS = [
    *("next", "last", "this", "first", "second", "friday", "5", "31", "12/12", "1.2.", "may", "december", "2027", "of"),
    *(
        "the",
        "to",
        "from",
        "-",
        ",",
        "(",
        "at",
        "3",
        "pm",
        "week",
        "month",
        "end",
        "in",
        "two",
        "days",
        "ago",
        "before",
    ),
    *("after", "christmas", ":", "99999", "0", "quarter", "q1", "half", "business", "until", "and", "between", "year"),
    *("noon", "morning", "weekend", "within", "feb", "29", "easter", "fortnight", "hours", "now", "tonight", "'", "s"),
]


@given(st.lists(st.sampled_from(_WORDS), max_size=14), st.datetimes(timezones=st.just(dt.UTC)))
def test_no_order_of_the_words_of_dates_makes_it_fail(words: list[str], reference: dt.datetime) -> None:
    text = " ".join(words)
    for named in dates_named(text, reference):
        assert named.first <= named.last
        assert text[named.start : named.end] == named.text
