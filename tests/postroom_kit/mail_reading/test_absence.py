"""The day an absent writer is back is read from their words."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.mail_reading import parse
from postroom_kit.mail_reading.absence import return_date

SENT = dt.datetime(2026, 8, 1, 9, tzinfo=dt.UTC)  # a Saturday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("I am out of the office until 14 August 2026.", "2026-08-14"),
        ("I am away from August 1st to August 14th and will be back on Monday, August 17.", "2026-08-17"),
        ("Ich bin vom 01.08. bis 14.08.2026 nicht im Büro. Ab dem 17.08. bin ich wieder erreichbar.", "2026-08-17"),
        ("Ich bin bis einschließlich 14. August nicht erreichbar.", "2026-08-14"),
        ("Ich bin vom 2.8. bis einschließlich 14.08.2026 nicht im Büro.", "2026-08-14"),
        ("Je suis absent du 1er au 14 août 2026 inclus. De retour le 17 août.", "2026-08-17"),
        ("Je suis en congé jusqu'au 14 août inclus.", "2026-08-14"),
        ("Estaré fuera de la oficina hasta el 14 de agosto.", "2026-08-14"),
        ("Sono fuori ufficio fino al 14 agosto 2026.", "2026-08-14"),
        ("Estarei ausente até 14 de agosto de 2026.", "2026-08-14"),
        ("Ik ben afwezig tot en met 14 augustus en ben vanaf 17 augustus weer bereikbaar.", "2026-08-17"),
        ("Jag är på semester till och med 14 augusti 2026.", "2026-08-14"),
        ("Jeg er på ferie til 14. august.", "2026-08-14"),
        ("Olen lomalla 14.8. asti.", "2026-08-14"),
        ("Jestem nieobecny do 14 sierpnia 2026.", "2026-08-14"),
        ("Я в отпуске до 14 августа.", "2026-08-14"),
        ("Ofisten 14 Ağustos 2026 tarihine kadar uzaktayım.", "2026-08-14"),
        ("8月14日まで休暇をいただいております。", "2026-08-14"),
        ("Our office is closed 24.12. – 1.1.", "2027-01-01"),
        ("I am on leave since 20 July 2026, until 14 August.", "2026-08-14"),
        ("Nie ma mnie w biurze od 9 do 20 sierpnia.", "2026-08-20"),
        ("I will return on 08/17/2026.", "2026-08-17"),
        ("I'll be back Monday.", "2026-08-03"),
        ("Returning 2026-08-17. For urgent matters call 555 123 4567.", "2026-08-17"),
        ("Back on 4 January.", "2027-01-04"),
        ("8/14まで不在にしております。8/17より出社いたします。", "2026-08-17"),
        ("Ik ben afwezig. Vanaf 16 maart ben ik weer bereikbaar.", "2027-03-16"),
        ("Augusztus 14-ig szabadságon vagyok. Augusztus 17-én leszek újra elérhető.", "2026-08-17"),
        ("Απουσιάζω έως 14 Αυγούστου. Επιστρέφω στις 17 Αυγούστου 2026.", "2026-08-17"),
        ("Sunt în concediu până la 14 august. Revin pe 17 august 2026.", "2026-08-17"),
        ("Я у відпустці до 14 серпня. Повернуся 17 серпня 2026.", "2026-08-17"),
        ("Som na dovolenke do 14. augusta. Vrátim sa 17. augusta.", "2026-08-17"),
    ],
)
def test_the_day_of_return_is_found(words: str, day: str) -> None:
    assert return_date("", words, SENT) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "words",
    [
        "Thank you for your message. We will get back to you within 2 days.",
        "We received your order 12/34 and will come back to you.",
        "I was away until 14 August 2019.",
        "Call me back on 030 123456.",
        "We answer in the order received, Monday to Friday, 9-17.",
        "Our office is open Monday to Friday and closed on public holidays.",
        "Thank you for writing to Example. Your delivery is planned for 15 December 2026.",
        "We have moved to a new office on 5 January 2027.",
        "We received your request 2026-12-01-77 until now.",
        "Rechnung vom 12.12.2026 liegt bei - bitte prüfen.",
        "I was away from 1 June until 3 June 2026.",
        "We will get back to you on order 4711 of 15 December 2026.",
        "",
    ],
)
def test_no_day_is_made_up(words: str) -> None:
    assert return_date("", words, SENT) is None


def test_without_a_date_header_there_is_no_day() -> None:
    assert return_date("", "I am away until Monday.", None) is None


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "X-Autoreply: yes"])
def test_an_automatic_reply_carries_its_day(header: str) -> None:
    raw = f"From: ann@example.com\nDate: Sat, 1 Aug 2026 09:00:00 +0000\nSubject: Away\n{header}\n\nBack on 5 August."
    mail = parse(raw.encode())
    assert mail.kind == "auto_reply"
    assert mail.auto_reply
    assert mail.auto_reply.until == dt.date(2026, 8, 5)


@given(st.text(max_size=300), st.datetimes(timezones=st.just(dt.UTC)))
def test_no_words_make_it_fail(words: str, sent: dt.datetime) -> None:
    return_date(words, f"until {words}", sent)
