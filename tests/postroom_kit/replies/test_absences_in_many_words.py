"""The day of a return is read in the languages of automatic replies: dates, weekdays, counted days, edges of months."""

import datetime as dt
from pathlib import Path

import pytest

from postroom_kit.replies import absence_of, dates_named
from postroom_kit.replies.hearing import hear

SENT = dt.datetime(2026, 12, 22, 9, tzinfo=dt.UTC)  # a Tuesday
FILE = Path(__file__).with_name("absences_in_many_words.txt")
WEDNESDAY = dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)


def test_the_day_is_read_in_any_of_the_languages() -> None:
    mails = [line.split(" | ") for line in FILE.read_text("utf-8").splitlines() if " | " in line and line[0] != "#"]
    assert len(mails) > 100
    wrong = []
    for subject, text, day in mails:
        absence = absence_of(subject, text, SENT)
        told = f"back {absence.back}" if absence.back else f"until {absence.until}" if absence.until else "none"
        wrong += [(text, told, day)] if told != day else []
    assert wrong == []


def test_who_speaks_of_the_last_day_before_a_break_has_not_left() -> None:
    assert not absence_of("Out of office", "My last day before the break is Dec 23; I'm back on Jan 6.", SENT).left
    assert absence_of("Automatic reply", "Friday was my last day. Please write to sales@example.com.", SENT).left


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("I'm on vacation and will be back in two weeks.", dt.date(2027, 1, 5)),
        ("Ich bin bis Ende Januar im Urlaub.", dt.date(2027, 1, 31)),
        ("I am on parental leave.", dt.date(2027, 3, 22)),
        ("Thanks, I will read it.", None),
    ],
)
def test_what_is_heard_of_an_answer_has_the_day_it_tells(text: str, back: dt.date | None) -> None:
    assert hear("", text, "ana@example.com", SENT, "Sample").returns == back


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Ich überweise in zwei Wochen.", "2026-12-09"),
        ("Ich zahle in 10 Tagen.", "2026-12-05"),
        ("Ich melde mich in einem Monat.", "2026-12-25"),
        ("Wir treffen uns in KW 50.", "2026-12-07..2026-12-13"),
        ("Das geht Ende Januar.", "2027-01-21..2027-01-31"),
        ("Ich zahle Mitte Dezember.", "2026-12-10..2026-12-20"),
        ("Diese Woche geht es nicht.", "2026-11-23..2026-11-29"),
        ("Fragen Sie nächsten Monat noch einmal.", "2026-12-01..2026-12-31"),
        ("Je paie dans deux semaines.", "2026-12-09"),
        ("Je réglerai d'ici dix jours.", "2026-12-05"),
        ("Fin janvier, ce sera possible pour nous.", "2027-01-21..2027-01-31"),
        ("Revenez vers moi mi-décembre.", "2026-12-10..2026-12-20"),
        ("Lo pago en dos semanas.", "2026-12-09"),
        ("Lo pago dentro de 15 días.", "2026-12-10"),
        ("A finales de enero está bien.", "2027-01-21..2027-01-31"),
        ("Pago tra due settimane.", "2026-12-09"),
        ("Pago a fine gennaio.", "2027-01-21..2027-01-31"),
        ("Ik betaal over twee weken.", "2026-12-09"),
        ("Ik betaal eind januari.", "2027-01-21..2027-01-31"),
        ("Pago em duas semanas.", "2026-12-09"),
        ("Pago no fim de janeiro.", "2027-01-21..2027-01-31"),
        ("Zapłacę za dwa tygodnie.", "2026-12-09"),
        ("Jag betalar om två veckor.", "2026-12-09"),
        ("Jag betalar i slutet av januari.", "2027-01-21..2027-01-31"),
        ("Jeg betaler om to uger.", "2026-12-09"),
        ("Maksan kahden viikon kuluttua.", "2026-12-09"),
        ("Zaplatím za dva týdny.", "2026-12-09"),
        ("Оплачу через две недели.", "2026-12-09"),
        ("我两周后付款。", "2026-12-09"),
        ("2週間後に支払います。", "2026-12-09"),
        ("2주 후에 지불하겠습니다.", "2026-12-09"),
        ("Nous avons deux semaines de retard.", ""),
        ("Wir arbeiten in drei Teams.", ""),
        ("Die Rechnung des Monats liegt bei.", ""),
    ],
)
def test_counted_days_and_edges_of_months_are_read_in_other_languages(text: str, days: str) -> None:
    told = [
        str(named.first) if named.first == named.last else f"{named.first}..{named.last}"
        for named in dates_named(text, WEDNESDAY)
    ]
    assert "; ".join(told) == days
