"""Days are read in rows of one month, in quarters, decades and parts of a week, and weekdays that are past."""

import datetime as dt

import pytest

from postroom_kit.replies import dates_named

WEDNESDAY = dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)


def _told(text: str) -> str:
    return "; ".join(
        (str(named.first) if named.first == named.last else f"{named.first}..{named.last}")
        + (f" {named.moment:%H:%M}" if named.moment else "")
        for named in dates_named(text, WEDNESDAY)
    )


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("around 2016", "2016-01-01..2016-12-31"),
        ("around 2000 requests came in", "none"),
        ("a full year of data", "none"),
        ("full year results", "none"),
        ("We were busy for a whole week", "none"),
        ("from the second of January through 9th", "2027-01-02..2027-01-09"),
        ("from the 3rd through the 7th of January", "2027-01-03..2027-01-07"),
        ("the third of april next year", "2027-04-03"),
        ("two years, three months and 4 days ago", "2024-08-21"),
        ("18Q4", "2018-10-01..2018-12-31"),
        ("this year h2", "2026-07-01..2026-12-31"),
        ("3rd q of this year", "2026-07-01..2026-09-30"),
        ("2H 2027", "2027-07-01..2027-12-31"),
        ("it took 2h 20", "none"),
        ("earlier this week", "2026-11-23..2026-11-25"),
        ("earlier this year", "2026-01-01..2026-11-25"),
        ("late in the week", "2026-11-27..2026-11-29"),
        ("later in the week", "2026-11-25..2026-11-29"),
        ("2016 or later", "2016-01-01..2016-12-31"),
        ("this fiscal year", "2026-01-01..2026-12-31"),
        ("FY2027", "2027-01-01..2027-12-31"),
        ("CY18", "2018-01-01..2018-12-31"),
        ("year to date", "2026-01-01..2026-11-25"),
        ("YTD", "2026-01-01..2026-11-25"),
        ("a decade ago", "2016-11-25"),
        ("in 2 decades", "2046-11-25"),
        ("the last century", "1900-01-01..1999-12-31"),
        ("Thanksgiving Day in 2019", "2019-11-28"),
        ("April Fools", "2027-04-01"),
        ("Chinese New Year", "none"),
        ("Jan 3rd or 4th", "2027-01-03; 2027-01-04"),
        ("December 3, 4 and 5", "2026-12-03; 2026-12-04; 2026-12-05"),
        ("on December 3 and 4 people left", "2026-12-03"),
        ("December 3, 2 of us", "2026-12-03"),
        ("this year's Christmas", "2026-12-25"),
        ("next year's Easter", "2027-03-28"),
        ("I will be out tomorrow and Friday", "2026-11-26; 2026-11-27"),
        ("in March two people left", "2027-03-01..2027-03-31"),
        ("the Monday of the week of December 14", "2026-12-14"),
        ("within two weeks of Friday", "2026-11-27..2026-12-11"),
        ("two weeks after that", "none"),
        ("Monday after next", "2026-12-07"),
        ("a week from Monday", "2026-12-07"),
        ("a month from today", "2026-12-25"),
        ("the 2nd and 3rd", "2026-12-02; 2026-12-03"),
        ("second week in January", "2027-01-11..2027-01-17"),
        ("last two weeks of December", "2026-12-18..2026-12-31"),
        ("first 10 days of January", "2027-01-01..2027-01-10"),
        ("Friday to Monday", "2026-11-27..2026-11-30"),
        ("between now and Christmas", "2026-11-25..2026-12-25"),
        ("between now and the 10th", "2026-11-25..2026-12-10"),
        ("around Christmas", "2026-12-25"),
        ("shortly after New Year", "2027-01-01"),
        ("sometime next week", "2026-11-30..2026-12-06"),
        ("anytime after the 10th", "2026-12-10"),
        ("until the new year", "2027-01-01"),
        ("the 10th, 11th or 12th", "2026-12-10; 2026-12-11; 2026-12-12"),
        ("Dec 10 & 11", "2026-12-10; 2026-12-11"),
        ("10 and 11 December", "2026-12-10..2026-12-11"),
        ("Tuesday 5pm", "2026-12-01 17:00"),
        ("Tuesday 5 pm.", "2026-12-01 17:00"),
        ("Monday 9am - Tuesday 5pm", "2026-11-30 09:00; 2026-12-01 17:00"),
        ("December 3, 2026", "2026-12-03"),
        ("Dec 3, 10 people", "2026-12-03"),
        ("3 and 4 December 2027", "2027-12-03..2027-12-04"),
        ("week 2 of January", "2027-01-11..2027-01-17"),
        ("week 50", "2026-12-07..2026-12-13"),
        ("5, 6 or 7 January", "2027-01-05; 2027-01-06; 2027-01-07"),
        ("room 3 or 4 on December 5", "2026-12-05"),
        ("Q1 through Q3 2017", "2017-01-01..2017-09-30"),
        ("Q1-Q2 2018", "2018-01-01..2018-06-30"),
        ("week 3 in 2027", "2027-01-18..2027-01-24"),
        ("the weekend of Dec 12", "2026-12-12..2026-12-13"),
        ("the upcoming weekend", "2026-11-28..2026-11-29"),
        ("from mid-May to late June", "2027-05-10..2027-06-30"),
        ("2017-01-06 - 2017-02-03", "2017-01-06..2017-02-03"),
        ("June 2017 until now", "2017-06-01..2026-11-25"),
        ("2 Sundays ago", "2026-11-15"),
        ("a year ago today", "2025-11-25"),
    ],
)
def test_the_days_of_other_wordings(text: str, days: str) -> None:
    assert _told(text) == ("" if days == "none" else days)


def test_seconds_are_kept() -> None:
    (named,) = dates_named("5 May 2026 at 20:30:15", WEDNESDAY)
    assert named.moment == dt.datetime(2026, 5, 5, 20, 30, 15, tzinfo=dt.UTC)
