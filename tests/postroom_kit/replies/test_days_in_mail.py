"""Sentences as people write them in business mail, each with the days and times that it names."""

import datetime as dt

import pytest

from days_told import told
from postroom_kit.replies import dates_named

NOW = dt.datetime(2026, 10, 14, 10, tzinfo=dt.UTC)  # a Wednesday


DATES = [
    ("Invoice 4711, dated 04/22/2016, is still open.", "2016-04-22"),
    ("The contract was signed 2016-04-22 in Leeds.", "2016-04-22"),
    ("Please deliver on 22-Apr.", "2027-04-22"),
    ("Booked for 22 apr 16, paid in cash.", "2016-04-22"),
    ("Thanks for your mail of Sept. 5th '19.", "2019-09-05"),
    ("I moved in on the 1st of Sept 2025 and never got a key.", "2025-09-01"),
    ("It ended on the twenty-second of April two thousand and sixteen.", "2016-04-22"),
    ("Our start is March 3rd twenty twenty-seven.", "2027-03-03"),
    ("Nov. 9, 2026 is the deadline.", "2026-11-09"),
    ("Our order from 12.10.2026 has not come.", "2026-10-12"),
    ("Let's say 30/11 then.", "2026-11-30"),
    ("Delivered 2026/10/09, signed by a neighbour.", "2026-10-09"),
    ("Dec 4th at the latest, please.", "2026-12-04"),
    ("Given on the 4th day of December.", "2026-12-04"),
    ("Date: Fri, 16 Oct 2026 09:30", "2026-10-16 09:30"),
    ("The call is on Friday, October 16, 2026 at 2:15 PM.", "2026-10-16 14:15"),
    ("Sent: Tuesday, 13 October 2026 17:02", "2026-10-13 17:02"),
    ("Shipped 13-OCT-2026 from Rotterdam.", "2026-10-13"),
    ("Could you come on the 15th?", "2026-10-15"),
    ("We are closed on the 5th.", "2026-11-05"),
    ("Rent is due by the 1st.", "2026-11-01"),
    ("I'll be there the 31st, promise.", "2026-10-31"),
    ("We sign on the twenty-first.", "2026-10-21"),
    ("We meet Friday the 13th, do not laugh.", "2026-11-13"),
    ("Let's take Thursday the 22nd.", "2026-10-22"),
    ("The 20th of this month would be fine.", "2026-10-20"),
    ("Please bill me on the 3rd of next month.", "2026-11-03"),
    ("You charged us on the 10th of last month.", "2026-09-10"),
    ("The 5th or the 6th would suit us.", "2026-11-05; 2026-11-06"),
    ("I can do either the 19th or 20th.", "2026-10-19; 2026-10-20"),
    ("The fair is on the first Friday of July.", "2027-07-02"),
    ("We pay on the last Friday of the month.", "2026-10-30"),
    ("The board meets the third Thursday in November.", "2026-11-19"),
    ("How about the second Tuesday of next month?", "2026-11-10"),
    ("It is the last Monday in August 2027.", "2027-08-30"),
]

FROM_TODAY = [
    ("I wrote to you the day before yesterday.", "2026-10-12"),
    ("The technician comes the day after tomorrow.", "2026-10-16"),
    ("I returned it three days ago.", "2026-10-11"),
    ("The offer ends 10 days from now.", "2026-10-24"),
    ("You will have it in three weekdays.", "2026-10-19"),
    ("You will have it in 5 working days.", "2026-10-21"),
    ("I asked two business days ago.", "2026-10-12"),
    ("We answer within 3 business days.", "2026-10-14/2026-10-19"),
    ("The move is two weeks from Monday.", "2026-11-02"),
    ("Let's talk a week from Friday.", "2026-10-23"),
    ("The audit is a week today.", "2026-10-21"),
    ("The audit is a week tomorrow.", "2026-10-22"),
    ("The parcel left a fortnight ago.", "2026-09-30"),
    ("I cancelled a month ago.", "2026-09-14"),
    ("We look at it again in half a year.", "2027-04-14"),
    ("I bought it half a year ago.", "2026-04-14"),
    ("The lease ends six months from today.", "2027-04-14"),
    ("The lease ends in a year and a half.", "2028-04-14"),
    ("I'm back in a couple of days.", "2026-10-16"),
    ("I'll know more in a few days.", "2026-10-17"),
    ("It should arrive in 2-3 weeks.", "2026-10-28/2026-11-04"),
    ("You get it within 3 to 5 business days.", "2026-10-14/2026-10-21"),
    ("Shops open again the day after Christmas.", "2026-12-26"),
    ("We close the day before Thanksgiving.", "2026-11-25"),
    ("Let's meet the Friday before Christmas.", "2026-12-18"),
    ("I'm free the Monday after Easter.", "2027-03-29"),
    ("How about the Monday after next?", "2026-10-26"),
    ("Let us speak this time next week.", "2026-10-21"),
    ("ok tmr 9am then", "2026-10-15 09:00"),
    ("Please confirm by EOD Friday.", "2026-10-16 23:59"),
    ("We need it by COB Friday.", "2026-10-16"),
    ("We need it by close of business tomorrow.", "2026-10-15"),
    ("By close of play Thursday, please.", "2026-10-15"),
    ("I'll call you first thing Monday.", "2026-10-19"),
    ("We expect it by the end of the day.", "2026-10-14 23:59"),
]

WEEKDAYS = [
    ("See you on Monday.", "2026-10-19"),
    ("This coming Tuesday works.", "2026-10-20"),
    ("Next Thursday is better.", "2026-10-22"),
    ("It broke this past Saturday.", "2026-10-10"),
    ("It arrived last Friday.", "2026-10-09"),
    ("Sunday week is fine.", "2026-10-25"),
    ("Thurs. works for me.", "2026-10-15"),
    ("Can you do Tuesday or Thursday?", "2026-10-20; 2026-10-15"),
    ("Can you do Thursday or Friday next week?", "2026-10-22; 2026-10-23"),
    ("Thu, Fri or Sat of next week?", "2026-10-22; 2026-10-23; 2026-10-24"),
    ("I'm in Mon-Wed only.", "2026-10-19/2026-10-21"),
    ("I am away Monday through Friday next week.", "2026-10-19/2026-10-23"),
    ("I have waited since Monday.", "2026-10-12"),
    ("I have been a customer since 3 March.", "2026-03-03"),
    ("Nothing has worked since June.", "2026-06-01/2026-06-30"),
]

SPANS = [
    ("I'm off from the 3rd to the 10th.", "2026-11-03/2026-11-10"),
    ("Any day between the 20th and the 23rd.", "2026-10-20/2026-10-23"),
    ("We travel from the 28th to the 3rd.", "2026-10-28/2026-11-03"),
    ("We are at a fair the 3rd - 5th of November.", "2026-11-03/2026-11-05"),
    ("Rooms for Nov 3-5, please.", "2026-11-03/2026-11-05"),
    ("Rooms for Nov. 3 – Nov. 5, please.", "2026-11-03/2026-11-05"),
    ("Closed November 3rd through the 5th.", "2026-11-03/2026-11-05"),
    ("Between 10 and 14 December nobody is in.", "2026-12-10/2026-12-14"),
    ("From Dec 20, 2026 until Jan 3, 2027 we are closed.", "2026-12-20/2027-01-03"),
    ("From 2026-11-03 to 2026-11-05 the site is down.", "2026-11-03/2026-11-05"),
    ("The season runs from October to December.", "2026-10-01/2026-12-31"),
    ("Sometime between March and May 2027.", "2027-03-01/2027-05-31"),
    ("He worked here from 2019 to 2021.", "2019-01-01/2021-12-31"),
    ("I'm out from tomorrow until Sunday.", "2026-10-15/2026-10-18"),
    ("Any time between now and the 20th.", "2026-10-14/2026-10-20"),
    ("I'm on leave for two weeks from 2 November.", "2026-11-02/2026-11-15"),
    ("You billed us twice last week.", "2026-10-05/2026-10-11"),
    ("Let's meet the week of October 26th.", "2026-10-26/2026-11-01"),
    ("I'm away w/c 26 Oct.", "2026-10-26/2026-11-01"),
    ("Timesheets for the week ending 30 October.", "2026-10-24/2026-10-30"),
    ("Delivery in CW 45.", "2026-11-02/2026-11-08"),
    ("Delivery in calendar week 45.", "2026-11-02/2026-11-08"),
    ("The last week of November is busy.", "2026-11-23/2026-11-29"),
    ("The week after Thanksgiving is quiet.", "2026-11-30/2026-12-06"),
    ("The week before Christmas is full.", "2026-12-14/2026-12-20"),
    ("I can do it the week after next.", "2026-10-26/2026-11-01"),
    ("The month after next is better.", "2026-12-01/2026-12-31"),
    ("We signed the year before last.", "2024-01-01/2024-12-31"),
    ("The weekend after next is free.", "2026-10-31/2026-11-01"),
    ("I'll look at it later this week.", "2026-10-14/2026-10-18"),
    ("Early next week suits us.", "2026-10-19/2026-10-21"),
    ("You will have it by end November.", "2026-11-21/2026-11-30"),
    ("The launch is mid-2027.", "2027-05-01/2027-08-31"),
    ("We decide by the end of Q4.", "2026-12-01/2026-12-31"),
    ("We start in early 2027.", "2027-01-01/2027-04-30"),
    ("In the second half of November I travel.", "2026-11-16/2026-11-30"),
    ("In the first half of 2027 it pays off.", "2027-01-01/2027-06-30"),
    ("Sales fell last quarter.", "2026-07-01/2026-09-30"),
    ("We plan it for Q1 '27.", "2027-01-01/2027-03-31"),
    ("We plan it for 4Q 2026.", "2026-10-01/2026-12-31"),
    ("It opens in the summer of 2027.", "2027-06-01/2027-08-31"),
    ("We will talk again this winter.", "2026-12-01/2027-02-28"),
    ("Next spring we move.", "2027-03-01/2027-05-31"),
    ("Founded in the nineties, sold later.", "1990-01-01/1999-12-31"),
    ("The house is from the 1970s.", "1970-01-01/1979-12-31"),
    ("The house is from the '80s.", "1980-01-01/1989-12-31"),
    ("A map of the 19th century.", "1800-01-01/1899-12-31"),
    ("Over the next two weeks I am in Oslo.", "2026-10-15/2026-10-28"),
    ("Please send the bills of the past 3 months.", "2026-07-14/2026-10-13"),
    ("Over the next few weeks we rebuild.", "2026-10-15/2026-11-04"),
    ("The first two weeks of November are full.", "2026-11-01/2026-11-14"),
    ("The last three days of the month are full.", "2026-10-29/2026-10-31"),
    ("The last two months of the year are full.", "2026-11-01/2026-12-31"),
]

HOLIDAYS = [
    ("We are closed on Thanksgiving.", "2026-11-26"),
    ("New Year’s Day is free.", "2027-01-01"),
    ("We reopen after MLK Day.", "2027-01-18"),
    ("Closed for Presidents' Day.", "2027-02-15"),
    ("Is the Black Friday price still on?", "2026-11-27"),
    ("Or on Cyber Monday?", "2026-11-30"),
    ("Nobody works on the 4th of July.", "2027-07-04"),
    ("We are shut on Good Friday.", "2027-03-26"),
    ("It was a gift for St. Patrick's Day.", "2027-03-17"),
    ("Flowers for Mother’s Day, please.", "2027-05-09"),
    ("Offices close on Memorial Day.", "2027-05-31"),
    ("Closed on the Spring Bank Holiday.", "2027-05-31"),
]

TIMES = [
    ("Call me tomorrow at half past 7.", "2026-10-15 07:30"),
    ("Quarter past nine on Friday is fine.", "2026-10-16 09:15"),
    ("Tomorrow at ten past four, then.", "2026-10-15 16:10"),
    ("Tomorrow at 7ish?", "2026-10-15 07:00"),
    ("Let's eat at noon tomorrow.", "2026-10-15 12:00"),
    ("The server restarts tonight at 8.", "2026-10-14 20:00"),
    ("This afternoon at 3 is good.", "2026-10-14 15:00"),
    ("I tried this morning, no luck.", "2026-10-14"),
    ("Dinner at 8 in the evening next Sunday.", "2026-10-25 20:00"),
    ("Can we meet at 10 on the 20th?", "2026-10-20 10:00"),
    ("The 20th at 4pm is free.", "2026-10-20 16:00"),
    ("Oct 20 @ 3pm?", "2026-10-20 15:00"),
    ("3:30pm Oct 20 is taken.", "2026-10-20 15:30"),
    ("I am free tomorrow between 9 and 11.", "2026-10-15 09:00-11:00"),
    ("I am free between 2 and 4 pm tomorrow.", "2026-10-15 14:00-16:00"),
    ("From 8am to 6pm on Friday we test.", "2026-10-16 08:00-18:00"),
    ("Tomorrow 14:00-15:30 in room 2.", "2026-10-15 14:00-15:30"),
    ("2pm-3pm on the 20th?", "2026-10-20 14:00-15:00"),
    ("Any time after 2pm on Friday.", "2026-10-16 14:00"),
    ("Thursday pm works.", "2026-10-15"),
    ("It is 2 o’clock on Friday.", "2026-10-16 14:00"),
    ("10 o'clock tomorrow morning is good.", "2026-10-15 10:00"),
    ("1500 hrs on Friday.", "2026-10-16 15:00"),
    ("I'll ring you in 45 minutes.", "2026-10-14 10:45"),
    ("I paid an hour ago.", "2026-10-14 09:00"),
    ("I'm there in an hour and a half.", "2026-10-14 11:30"),
    ("The bus leaves at 6 this evening.", "2026-10-14 18:00"),
]

NONE = """Please update to version 3.11.2 or v2.10.
It is 12.50 per piece, $1,200 in all.
The work is 3/5 done, a 50/50 split.
We won 3-2 and lost 4–1.
Call 555-0142 or +44 20 7946 0011.
Order 20261020 is missing, as is INV-2026-1014.
I gave it 4/5 stars.
May I ask for a refund?
May we have the 3 keys?
You may call twice, we may not answer.
We sat down and marched on; mark my words.
The second attempt failed, the first did too.
The 3rd floor of 12 5th Avenue.
You have a 30-day trial and a 14 day right of return.
There is a notice period of 30 days' time at most.
We are open 9 to 5, every Friday and on Mondays.
I pay twice a week, once a month, 10 per month.
It weighs 3.12 kg and costs EUR 11.10.
See section 4.2, page 12 of 14, chapter 11.
The host is 192.168.1.12, on Windows 11.
Sizes 10-12, for 10-12 people.
Hi April, thanks for the quick answer.
April Jones called about it.
Best regards, June
Dear Jan, I need a second invoice.
Prices fall and leaves spring up.
A quarter of the price, half of the team.
It takes three years, or two hours, or 5 days.
1-800-555-0199 is toll-free; SKU 10-12-A.
Two thirds, 2/3, said no.
A third party and one second thought.
We asked 2000 people and 1999 of them agreed.
The ratio is 16:9, the score 10:12.
Every 2 weeks, every 3rd order is late.""".splitlines()


@pytest.mark.parametrize(("text", "days"), [*DATES, *FROM_TODAY, *WEEKDAYS, *SPANS, *HOLIDAYS, *TIMES])
def test_a_sentence_names_its_days(text: str, days: str) -> None:
    found = dates_named(text, NOW)
    assert [text[named.start : named.end] for named in found] == [named.text for named in found]
    assert "; ".join(map(told, found)) == days


@pytest.mark.parametrize("text", NONE)
def test_a_sentence_of_other_things_names_none(text: str) -> None:
    assert [named.text for named in dates_named(text, NOW)] == []


@pytest.mark.parametrize(
    "text", ["I'll know more in a few days.", "Over the next few weeks we rebuild.", "We will talk again this winter."]
)
def test_a_vague_word_is_not_sure(text: str) -> None:
    (named,) = dates_named(text, NOW)
    assert not named.sure
