"""More sentences of business mail: deliveries, meetings, deadlines, bills, each with the days that it names."""

import datetime as dt

import pytest

from days_told import told
from postroom_kit.replies import dates_named

NOW = dt.datetime(2026, 10, 14, 10, tzinfo=dt.UTC)  # a Wednesday

SENTENCES = [
    ("We close for the Thanksgiving weekend.", "2026-11-26/2026-11-29"),
    ("Prices are up over Labor Day weekend.", "2027-09-04/2027-09-06"),
    ("Nobody is in during Christmas week.", "2026-12-21/2026-12-27"),
    ("Let's do it Easter weekend 2027.", "2027-03-26/2027-03-29"),
    ("Let's speak on Oct. 21st.", "2026-10-21"),
    ("Let's speak on the 21st of October at 14h.", "2026-10-21 14:00"),
    ("It was due Monday, 12th October.", "2026-10-12"),
    ("It was due on Mon 12/10.", "2026-10-12"),
    ("Sent on 10/12/2026 at 3:15pm.", "2026-10-12 15:15"),
    ("Sent on 2026-10-12 15:15:30.", "2026-10-12 15:15"),
    ("Valid thru 12/31/26.", "2026-12-31"),
    ("Valid until 31st Dec.", "2026-12-31"),
    ("Deadline: Oct 30, 5 PM.", "2026-10-30 17:00"),
    ("Expected delivery: 20 – 24 October.", "2026-10-20/2026-10-24"),
    ("Expected delivery: Tue 20 Oct – Fri 23 Oct.", "2026-10-20/2026-10-23"),
    ("Expected delivery: Oct 28 - Nov 2.", "2026-10-28/2026-11-02"),
    ("Delivery 10/20 - 10/23.", "2026-10-20/2026-10-23"),
    ("Check-in 2 Nov 2026, check-out 5 Nov 2026.", "2026-11-02; 2026-11-05"),
    ("We stay 2nd to 5th Nov.", "2026-11-02/2026-11-05"),
    ("We stay 30 Dec 2026 - 2 Jan 2027.", "2026-12-30/2027-01-02"),
    ("I'm on holiday until the 26th.", "2026-10-26"),
    ("I'm on annual leave until Monday 26 October.", "2026-10-26"),
    ("I'm off today and tomorrow.", "2026-10-14; 2026-10-15"),
    ("I'm back on Monday the 19th.", "2026-10-19"),
    ("I'm back the following week.", "2026-10-19/2026-10-25"),
    ("I need it a week before the 30th.", "2026-10-23"),
    ("I need it two days before Halloween.", "2026-10-29"),
    ("Renewal is one year from today.", "2027-10-14"),
    ("Renewal is in 12 months.", "2027-10-14"),
    ("It stopped two and a half weeks ago.", "2026-09-27"),
    ("It started about a week ago.", "2026-10-07"),
    ("It started over 3 months ago.", "2026-07-14"),
    ("It takes effect in two months' time.", "2026-12-14"),
    ("It takes effect in a week's time.", "2026-10-21"),
    ("It takes effect a week on Monday.", "2026-10-26"),
    ("Friday next week is fine.", "2026-10-23"),
    ("Friday of this week is fine.", "2026-10-16"),
    ("Friday of last week was bad.", "2026-10-09"),
    ("Friday the week after next is fine.", "2026-10-30"),
    ("Could we say Fri 23rd at 11?", "2026-10-23 11:00"),
    ("Could we say Fri 23 Oct 11am?", "2026-10-23 11:00"),
    ("Could we say Friday, 11 am?", "2026-10-16 11:00"),
    ("Could we say Friday around 11?", "2026-10-16 11:00"),
    ("Could we say Friday at 11 a.m.?", "2026-10-16 11:00"),
    ("Could we say 11 a.m. on Friday?", "2026-10-16 11:00"),
    ("Could we say Friday at eleven?", "2026-10-16 11:00"),
    ("Could we say Friday, 11:00 to 12:00?", "2026-10-16 11:00-12:00"),
    ("Could we say Friday from 2 to 3:30pm?", "2026-10-16 14:00-15:30"),
    ("Could we say Friday 2:30-3?", "2026-10-16 14:30-15:00"),
    ("Could we say 14:00 tomorrow afternoon?", "2026-10-15 14:00"),
    ("Could we say tomorrow at 2?", "2026-10-15 14:00"),
    ("Could we say tomorrow afternoon at 2?", "2026-10-15 14:00"),
    ("Could we say tomorrow evening, 7:30?", "2026-10-15 19:30"),
    ("Could we say quarter to three tomorrow?", "2026-10-15 14:45"),
    ("Could we say tomorrow at 20 past 10?", "2026-10-15 10:20"),
    ("Could we say 9:30 AM on 10/20?", "2026-10-20 09:30"),
    ("Could we say Wednesday 21 October 2026, 09:30 - 10:00?", "2026-10-21 09:30-10:00"),
    ("I called at 5pm yesterday.", "2026-10-13 17:00"),
    ("I called yesterday at 5.", "2026-10-13 17:00"),
    ("I called last night.", "2026-10-13"),
    ("I called last Monday evening.", "2026-10-05"),
    ("I called last Monday at 4pm.", "2026-10-05 16:00"),
    ("I'll call later today.", "2026-10-14"),
    ("I'll call you in an hour.", "2026-10-14 11:00"),
    ("I'll call you in two hours' time.", "2026-10-14 12:00"),
    ("I'll call you within the hour.", ""),
    ("The lease runs until September 2027.", "2027-09-01/2027-09-30"),
    ("The lease runs until 09/2027.", "2027-09-01/2027-09-30"),
    ("The lease runs until 2027-09.", "2027-09-01/2027-09-30"),
    ("The statement of Sep '26 is missing.", "2026-09-01/2026-09-30"),
    ("The statements of Aug and Sept are missing.", "2027-08-01/2027-08-31; 2027-09-01/2027-09-30"),
    ("The bills from July through September 2026 are wrong.", "2026-07-01/2026-09-30"),
    ("The bills from Jul-Sep 2026 are wrong.", "2026-07-01/2026-09-30"),
    ("The bills of 2024 and 2025 are wrong.", "2024-01-01/2024-12-31; 2025-01-01/2025-12-31"),
    ("We signed in early June 2025.", "2025-06-01/2025-06-15"),
    ("We signed at the end of June 2025.", "2025-06-21/2025-06-30"),
    ("We sign in mid to late November.", "2026-11-10/2026-11-30"),
    ("We sign before the end of the year.", "2026-09-01/2026-12-31"),
    ("We sign by year's end.", "2026-09-01/2026-12-31"),
    ("We sign at the start of next week.", "2026-10-19/2026-10-21"),
    ("We sign in the next 10 working days.", "2026-10-15/2026-10-28"),
    ("We sign in the coming weeks.", ""),
    ("We sign over the coming two weeks.", "2026-10-15/2026-10-28"),
    ("We sign in the second week of January.", "2027-01-11/2027-01-17"),
    ("We sign in the last weekend of October.", "2026-10-31/2026-11-01"),
    ("We sign in the third quarter of next year.", "2027-07-01/2027-09-30"),
    ("We sign in Q2 of 2027.", "2027-04-01/2027-06-30"),
    ("We sign in Q2/2027.", "2027-04-01/2027-06-30"),
    ("We sign in H1 next year.", "2027-01-01/2027-06-30"),
    ("We sign in late summer.", "2027-08-01/2027-08-31"),
    ("We sign on the first working day of November.", "2026-11-02"),
    ("We sign on the last day of the month.", "2026-10-31"),
    ("We sign on the 2nd Tuesday in November.", "2026-11-10"),
    ("We sign this weekend.", "2026-10-17/2026-10-18"),
    ("We sign next weekend.", "2026-10-24/2026-10-25"),
    ("We sign at the weekend.", "2026-10-17/2026-10-18"),
    ("We sign Saturday or Sunday.", "2026-10-17; 2026-10-18"),
    ("We sign tomorrow or the day after.", "2026-10-15; 2026-10-16"),
    ("We sign today, the 14th.", "2026-10-14; 2026-10-14"),
    ("We sign on October the fifteenth.", "2026-10-15"),
    ("We sign on the fifteenth of October, twenty twenty-six.", "2026-10-15"),
    ("We signed October 2nd, nineteen ninety-nine.", "1999-10-02"),
    ("We sign on the 31st of this month.", "2026-10-31"),
    ("We sign ten days after the 20th.", "2026-10-30"),
    ("We sign the Tuesday after the 20th.", "2026-10-27"),
    ("We sign sometime between Tuesday and Thursday.", "2026-10-20/2026-10-22"),
    ("We sign between 5 and 7 November.", "2026-11-05/2026-11-07"),
    ("Open Mon-Fri 9-17.", "2026-10-19/2026-10-23"),
    ("We sign in the fall of 2027.", "2027-09-01/2027-11-30"),
    ("We audit November 19-20.", "2026-11-19/2026-11-20"),
    ("We audit November 19 up to 20.", "2026-11-19/2026-11-20"),
    ("We audit the 19th through the 23rd.", "2026-10-19/2026-10-23"),
    ("We audit the 19th-23rd.", "2026-10-19/2026-10-23"),
    ("We audit from the 4th to the 23rd of next month.", "2026-11-04/2026-11-23"),
    ("We audit between November first and November tenth.", "2026-11-01/2026-11-10"),
    ("We audit from 10-28 to 11/7.", "2026-10-28/2026-11-07"),
    ("We audit 11/2 through 11/6.", "2026-11-02/2026-11-06"),
    ("We audit May the 4th.", "2027-05-04"),
    ("We audit on twenty second of May.", "2027-05-22"),
    ("We audit on the thirty-first of May.", "2027-05-31"),
    ("We audit on the 12th of next month.", "2026-11-12"),
    ("We audit Monday the twenty-sixth.", "2026-10-26"),
    ("We audit during the week of the 26th.", "2026-10-26/2026-11-01"),
    ("We audit the week beginning the 2nd of November.", "2026-11-02/2026-11-08"),
    ("We audit the first week of Nov.", "2026-11-02/2026-11-08"),
    ("We audited more than 2 weeks ago.", "2026-09-30"),
    ("We audited on or before May 3, 2026.", "2026-05-03"),
    ("We audited prior to 2020.", "2020-01-01/2020-12-31"),
    ("We audited in the year of 2019.", "2019-01-01/2019-12-31"),
    ("We audited in Oct nineteen ninety-five.", "1995-10-01/1995-10-31"),
    ("We audited Jan. 1, '21.", "2021-01-01"),
    ("We audit two days after today.", "2026-10-16"),
    ("We audit 2 weeks after November 9th.", "2026-11-23"),
    ("We audit 20 minutes from now.", "2026-10-14 10:20"),
    ("We audit on Jan 15 at 8 in the evening.", "2027-01-15 20:00"),
    ("We audit at seven pm tomorrow.", "2026-10-15 19:00"),
    ("We audit Oct. 23 at seven.", "2026-10-23 07:00"),
    ("We audit at the end of tomorrow.", "2026-10-15 23:59"),
    ("We audit today 7ish.", "2026-10-14 07:00"),
    ("We audit at 8:00 o'clock tomorrow.", "2026-10-15 08:00"),
    ("We audit any day before the end of this month.", "2026-10-21/2026-10-31"),
    ("We audit over the next three years.", "2026-10-15/2029-10-14"),
    ("We audited in the past two years.", "2024-10-14/2026-10-13"),
    ("We audit in November or December.", "2026-11-01/2026-11-30; 2026-12-01/2026-12-31"),
    ("We audit on 5 and 6 November.", "2026-11-05/2026-11-06"),
    ("We audit on Nov 5 and 6.", "2026-11-05/2026-11-06"),
    ("We audit on November 5th or 6th.", "2026-11-05; 2026-11-06"),
    ("We audit the 3rd week in November.", "2026-11-16/2026-11-22"),
    ("We audit next month, on the 5th.", "2026-11-01/2026-11-30; 2026-11-05"),
    ("We audit on the 5th next month.", "2026-11-05"),
    ("We audit Nov 5 (Thursday) at 10:30.", "2026-11-05 10:30"),
    ("We audit Thursday 5 Nov, 10:30am - 12pm.", "2026-11-05 10:30-12:00"),
    ("We audit Thu 05/11/2026.", "2026-11-05"),
    ("We audit 05.11.2026, 10:30.", "2026-11-05 10:30"),
    ("We audit 5-Nov-26.", "2026-11-05"),
    ("We audit 5 Nov 26.", "2026-11-05"),
    ("We audit Nov 5th, 2026 10:30 AM.", "2026-11-05 10:30"),
    ("We audit 2026-11-05T10:30:00Z.", "2026-11-05 10:30"),
    ("We audit 2026-11-05 at 10.", "2026-11-05 10:00"),
    ("We audit in early Q1.", "2027-01-01/2027-01-31"),
    ("We audit early in November.", "2026-11-01/2026-11-15"),
    ("We audit by mid November.", "2026-11-10/2026-11-20"),
    ("We audit by the middle of next month.", "2026-11-10/2026-11-20"),
    ("We audit by the 15th at noon.", "2026-10-15 12:00"),
    ("We audit no later than the 20th.", "2026-10-20"),
    ("We audit not before the 20th.", "2026-10-20"),
    ("We audit as of 1 November.", "2026-11-01"),
    ("We audit with effect from 1 January 2027.", "2027-01-01"),
    ("We audit starting next Monday.", "2026-10-19"),
    ("We audit by Thursday noon.", "2026-10-15 12:00"),
    ("We audit Thursday at noon.", "2026-10-15 12:00"),
    ("We audit Thursday midday.", "2026-10-15 12:00"),
    ("We audit tonight, 7pm.", "2026-10-14 19:00"),
    ("We audit tonight at half past eight.", "2026-10-14 20:30"),
    ("We audit at 5 tomorrow morning.", "2026-10-15 05:00"),
    ("We audit Saturday morning between 9 and 11.", "2026-10-17 09:00-11:00"),
    ("We audit Tuesday after 4pm or Wednesday before noon.", "2026-10-20 16:00; 2026-10-21 12:00"),
    ("We audit either Tue 20th 2pm or Thu 22nd 9am.", "2026-10-20 14:00; 2026-10-22 09:00"),
    ("We audit 10am Tuesday or 3pm Wednesday.", "2026-10-20 10:00; 2026-10-21 15:00"),
    ("We audit Monday 9-10am, Tuesday 2-3pm.", "2026-10-19 09:00-10:00; 2026-10-20 14:00-15:00"),
    ("We audit from Monday to Friday.", "2026-10-19/2026-10-23"),
    ("We audit from Thursday till Tuesday.", "2026-10-15/2026-10-20"),
    ("We audit all of next week.", "2026-10-19/2026-10-25"),
    ("We audit the whole of November.", "2026-11-01/2026-11-30"),
    ("We audit the entire week of 2 November.", "2026-11-02/2026-11-08"),
    ("We audit the last two weeks in November.", "2026-11-17/2026-11-30"),
    ("We audit this Thursday or Friday.", "2026-10-15; 2026-10-16"),
    ("We audit next Thursday or Friday.", "2026-10-22; 2026-10-23"),
    ("We are in Mon.-Fri.", "2026-10-19/2026-10-23"),
]

NONE = """The fall in prices was steep, and we spring into action.
The serial number is 2026-14-99-1.
It costs 12.10 EUR, or 9.11 dollars.
I have 3 orders, 2 from you.
He is 45 and she is in her forties.
There is a 1 in 10 chance.
One of the two is broken, the second one.
I want a second opinion on the first day's work.
A 5-10 minute call is enough.
A 9-to-5 job, 40 hours a week.
The march was long, the sun was hot.
That may be right on both counts.
It may, in 10 cases, fail.
What is the price for 10 to 12 pieces?
The answer is 42, give or take 2-3.
I ordered 2 of 3.
Ticket #10-14 and ticket 2026.
Flight BA 2026 to Oslo, seat 12A.
Please reply within the hour.
I paid 2000 to your account, 1999 of it by card.
More than 2000 customers, up to 2100 units.
The box is 10 x 12 x 14 cm.
I am not sure at the moment; call me now and then.
My number is 020 7946 0018, extension 12.
You said 10-15% off.
The file is scan_2026_10.pdf, of 2.5 MB.
We have waited for days, for weeks even.
The day was long; the week was longer.
Your Monday.com account is open.
We use Office 2019 and Windows 2022.
Every second Tuesday we meet.
Daily from 8am to 6pm.
The first half of the team, the second half of the order.
My apartment is 12/5B, nr. 12.10.
There are 365 days in a year and 24 hours in a day.
Order 10/2026 and the invoice 3/2026.
Page 3/4 of the scan, step 2/3.""".splitlines()


@pytest.mark.parametrize(("text", "days"), SENTENCES)
def test_a_sentence_of_business_names_its_days(text: str, days: str) -> None:
    assert "; ".join(map(told, dates_named(text, NOW))) == days


@pytest.mark.parametrize("text", NONE)
def test_numbers_and_verbs_name_none(text: str) -> None:
    assert [named.text for named in dates_named(text, NOW)] == []


def test_days_told_from_days_without_an_end_are_read_in_time_and_depth() -> None:
    dates_named("the day before " * 1_000, NOW)
    assert dates_named("Last winter was cold.", NOW.replace(month=1))[0].first == dt.date(2024, 12, 1)


def test_a_time_before_or_after_is_not_sure() -> None:
    (named,) = dates_named("Wednesday before noon suits me.", NOW)
    assert not named.sure


@pytest.mark.parametrize(
    "text", ["Friday at 3pm EST works.", "Friday 15:00 CET", "10am PT on Friday", "3pm Friday ET?"]
)
def test_a_time_by_the_clock_of_another_zone_is_not_sure(text: str) -> None:
    (named,) = dates_named(text, NOW)
    assert str(named.first) == "2026-10-16"
    assert not named.sure


def test_a_time_by_the_clock_of_the_writers_zone_is_sure() -> None:
    assert [named.sure for named in dates_named("Friday at 15:00 UTC, 2026-11-05T10:30:00Z", NOW)] == [True, True]
