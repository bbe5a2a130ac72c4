"""Absences are read for a cadence: back when, away until when, gone for good, whom to ask instead."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.replies import absence_of

SENT = dt.datetime(2026, 12, 22, 9, tzinfo=dt.UTC)  # a Tuesday
MAILS = [
    # subject, text, back, until
    ("Out of office", "I am away and will be back on 7 January.", "2027-01-07", ""),
    ("Out of office", "Back 07.01.", "2027-01-07", ""),
    ("Out of office", "Back Monday", "2026-12-28", ""),
    ("Automatic reply: Hello", "I am out of the office until 4 January 2027.", "", "2027-01-04"),
    ("Automatic reply", "I'm on annual leave from 23 December to 3 January, returning on 4 January.", "2027-01-04", ""),
    ("Automatic reply", "I'll be out of the office through January 8.", "", "2027-01-08"),
    ("Out of Office Re: Offer", "I am travelling and will return on Monday, 11 January.", "2027-01-11", ""),
    ("OOO", "Away till 5/1, back 6/1.", "2027-01-06", ""),
    ("Away", "I am on holiday. I am back in the office tomorrow.", "2026-12-23", ""),
    ("Out of office", "I am out of office and will be back next week.", "2026-12-28", ""),
    ("Out of office", "I am on vacation and will be back in two weeks.", "2027-01-05", ""),
    ("Out of office", "I'm away until the end of the month.", "", "2026-12-31"),
    ("Out of office", "I will be on leave until the end of January.", "", "2027-01-31"),
    ("Out of office", "I'm on sick leave until further notice.", "", ""),
    ("Out of office", "Our office is closed 24.12. - 1.1.", "", "2027-01-01"),
    ("Out of office", "We are closed from December 24 to January 3.", "", "2027-01-03"),
    ("Out of office", "I am out of the office today and will be back tomorrow.", "2026-12-23", ""),
    ("Out of office", "I am at a conference this week. I will be back on Monday 28 December.", "2026-12-28", ""),
    ("Out of office", "Thank you for your mail. I am away with no access to email, back on the 4th.", "2027-01-04", ""),
    ("Out of office", "I will return to the office on Jan 4th, 2027.", "2027-01-04", ""),
    ("Out of office", "I'm off until 2027-01-11.", "", "2027-01-11"),
    ("Out of office", "I am away from Dec 23rd - Jan 5th.", "", "2027-01-05"),
    ("Out of office", "Returning 1/11/2027", "2027-01-11", ""),
    ("Out of office", "I am out of the office and back the Monday after next.", "2027-01-04", ""),
    ("Out of office", "I am out of the office since Monday and return on Thursday.", "2026-12-24", ""),
    ("Out of office", "I am out of the office w/c 28 December.", "", "2027-01-03"),
    ("Out of office", "I am away from Thursday till Tuesday.", "", "2026-12-29"),
    ("Out of office", "I am on leave for two weeks from 4 January.", "", "2027-01-17"),
    ("Out of office", "I am on leave until spring.", "", ""),
    ("Abwesenheitsnotiz", "Ich bin bis einschließlich 8. Januar nicht im Büro.", "", "2027-01-08"),
    ("Abwesenheit", "Ich bin ab dem 11.01.2027 wieder erreichbar.", "2027-01-11", ""),
    ("Abwesenheitsnotiz", "Ich bin im Urlaub und ab Montag wieder da.", "2026-12-28", ""),
    ("Automatische Antwort", "Bin vom 23.12. bis 06.01. im Urlaub. Ab 07.01. bin ich zurück.", "2027-01-07", ""),
    ("Abwesenheit", "Unser Büro ist vom 24.12.2026 bis 03.01.2027 geschlossen.", "", "2027-01-03"),
    ("Abwesenheit", "Ich bin auf Dienstreise und morgen wieder im Büro.", "2026-12-23", ""),
    ("Absence du bureau", "Je suis absent jusqu'au 4 janvier inclus.", "", "2027-01-04"),
    ("Réponse automatique", "Je suis en congé. De retour le 5 janvier 2027.", "2027-01-05", ""),
    ("Absence", "Notre bureau est fermé du 24 décembre au 3 janvier.", "", "2027-01-03"),
    ("Absence", "Je serai de retour lundi.", "2026-12-28", ""),
    ("Fuera de la oficina", "Estoy de vacaciones hasta el 7 de enero.", "", "2027-01-07"),
    ("Respuesta automática", "Estaré fuera de la oficina. Vuelvo el 11 de enero de 2027.", "2027-01-11", ""),
    ("Ausente", "Estoy fuera y regreso el lunes.", "2026-12-28", ""),
    ("Fuori sede", "Sono in ferie fino al 6 gennaio.", "", "2027-01-06"),
    ("Risposta automatica", "Sono fuori ufficio. Rientro il 7 gennaio 2027.", "2027-01-07", ""),
    ("Afwezig", "Ik ben afwezig tot en met 3 januari.", "", "2027-01-03"),
    ("Automatisch antwoord", "Ik ben met vakantie en vanaf 4 januari weer bereikbaar.", "2027-01-04", ""),
    ("Ausência", "Estarei de férias até 8 de janeiro.", "", "2027-01-08"),
    ("Resposta automática", "Estou fora do escritório. Volto no dia 11 de janeiro de 2027.", "2027-01-11", ""),
    ("Frånvaro", "Jag är ledig till och med 6 januari.", "", "2027-01-06"),
    ("Autosvar", "Jag är på semester och är tillbaka den 7 januari.", "2027-01-07", ""),
    ("Autosvar", "Jeg er på ferie til 4. januar.", "", "2027-01-04"),
    ("Fravær", "Jeg er tilbake på kontoret 5. januar.", "2027-01-05", ""),
    ("Poissaolo", "Olen lomalla 6.1. asti.", "", "2027-01-06"),
    ("Nieobecność", "Jestem na urlopie do 5 stycznia.", "", "2027-01-05"),
    ("Nieobecność", "Wracam 7 stycznia 2027.", "2027-01-07", ""),
    ("Nepřítomnost", "Jsem na dovolené do 4. ledna, vrátím se 5. ledna.", "2027-01-05", ""),
    ("Ofis dışında", "4 Ocak tarihine kadar izindeyim.", "", "2027-01-04"),
    ("Εκτός γραφείου", "Απουσιάζω έως 7 Ιανουαρίου.", "", "2027-01-07"),
    ("Автоответ", "Я в отпуске до 11 января.", "", "2027-01-11"),
    ("Автоответ", "Я в отпуске, вернусь 12 января 2027.", "2027-01-12", ""),
    ("Автовідповідь", "Я у відпустці до 11 січня.", "", "2027-01-11"),
    ("不在のお知らせ", "1月4日まで休暇をいただいております。", "", "2027-01-04"),
    ("不在のお知らせ", "休暇中です。1月5日より出社いたします。", "2027-01-05", ""),
    ("부재중", "1월 4일까지 휴가입니다.", "", "2027-01-04"),
    ("自动回复", "我正在休假，1月5日返回。", "2027-01-05", ""),
    ("Házon kívül", "Január 4-ig szabadságon vagyok.", "", "2027-01-04"),
    ("Absent", "Sunt în concediu până la 10 ianuarie.", "", "2027-01-10"),
    ("رد تلقائي", "أنا في إجازة حتى 5 يناير.", "", "2027-01-05"),
    # no absence, or none with a day
    ("Re: Offer", "Could you call me back on 5 January?", "", ""),
    ("Thank you", "We received your mail and will get back to you within two days.", "", ""),
    ("Out of office", "I have limited access to my mail.", "", ""),
    ("Out of office", "Our offer is valid until 15 January. We are closed on Sundays.", "", ""),
]


@pytest.mark.parametrize(("subject", "text", "back", "until"), MAILS)
def test_the_day_of_return_or_the_last_day_away_is_told_apart(subject: str, text: str, back: str, until: str) -> None:
    absence = absence_of(subject, text, SENT)
    told = (str(absence.back or ""), str(absence.until or ""))
    assert told == (back, until)
    assert not absence.left


@pytest.mark.parametrize(
    ("text", "name", "address"),
    [
        (
            "I am away until Monday. In urgent cases contact Tom Reyes (tom@birchline.example).",
            "Tom Reyes",
            "tom@birchline.example",
        ),
        ("Ich bin im Urlaub. Bitte wenden Sie sich an Frau Lutz, lutz@kern.example.", "Frau Lutz", "lutz@kern.example"),
        ("I'm on leave. For anything urgent write to help@firm.example.", "", "help@firm.example"),
        ("Je suis absent. En cas d'urgence, contactez Claire Morel.", "Claire Morel", ""),
    ],
)
def test_who_stands_in_is_given_as_it_is_written(text: str, name: str, address: str) -> None:
    contact = absence_of("Out of office", text, SENT).contact
    assert contact is not None
    assert (contact.name, contact.address) == (name, address)


@pytest.mark.parametrize(
    "text",
    [
        "Jane Marsh no longer works at Birchline. Please write to info@birchline.example.",
        "Frau Weber ist nicht mehr bei uns tätig.",
        "M. Dubois ne travaille plus dans notre société.",
        "I have left the company as of 1 December.",
    ],
)
def test_who_left_does_not_return(text: str) -> None:
    absence = absence_of("Automatic reply", text, SENT)
    assert absence.left
    assert absence.returns(SENT.date()) is None


@pytest.mark.parametrize("text", ["I am on maternity leave.", "Ich bin in Elternzeit.", "Je suis en congé parental."])
def test_a_parental_leave_of_no_told_end_is_ninety_days(text: str) -> None:
    absence = absence_of("Out of office", text, SENT)
    assert absence.parental
    assert absence.returns(SENT.date()) == dt.date(2027, 3, 22)


def test_a_parental_leave_ends_on_the_day_that_is_told() -> None:
    absence = absence_of("Out of office", "I am on parental leave until 31 August 2027.", SENT)
    assert absence.returns(SENT.date()) == dt.date(2027, 9, 1)


@given(st.text(), st.text(), st.datetimes(timezones=st.just(dt.UTC)))
def test_no_words_and_no_moment_make_it_fail(subject: str, text: str, sent: dt.datetime) -> None:
    absence_of(subject, text, sent)
