"""Days are found in the ways that people write of a return, and hours are none."""

import datetime as dt

import pytest

from postroom_kit.mail_reading.absence import return_date

SENT = dt.datetime(2026, 8, 1, 9, tzinfo=dt.UTC)  # a Saturday


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Przebywam na urlopie w dniach 2-14.08.2026.", "2026-08-14"),
        ("Urlaub: 3. - 14.8.", "2026-08-14"),
        ("I am away Mon-Fri 3-14 August and back after that.", "2026-08-14"),
        ("Out of office - until 12-08", "2026-08-12"),
        ("Jsem na dovolené. V kanceláři budu opět v pondělí 17.8.2026.", "2026-08-17"),
        ("Olen lomalla. Olen taas tavoitettavissa 17.8.", "2026-08-17"),
        ("Я в отпуске. Буду на рабочем месте с 17 августа.", "2026-08-17"),
        ("אני בחופשה. אחזור למשרד ב-17.8.2026.", "2026-08-17"),
        ("سأكون خارج المكتب من 2 أغسطس إلى 14 أغسطس", "2026-08-14"),
        ("휴가 중입니다. 17일부터 정상 근무합니다.", "2026-08-17"),
        ("本人休假至8月14日，17日恢复上班。", "2026-08-17"),
    ],
)
def test_the_end_of_a_span_and_the_day_behind_a_word_of_return_are_found(words: str, day: str) -> None:
    assert return_date("", words, SENT) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "words",
    [
        "I am out of the office on Tuesdays. I work Mon-Fri 9-11.",
        "Ich bin nicht im Büro. Montag bis Freitag 8-12 Uhr sind wir da.",
    ],
)
def test_opening_hours_are_no_day(words: str) -> None:
    assert return_date("", words, SENT) is None


@pytest.mark.parametrize(
    "words",
    [
        "Отсъствам до 20 ноември 2026.",
        "Одсутан сам до 20. новембра.",
        "Отсуствувам, на одмор сум до 20 ноември.",
        "Atostogauju iki lapkričio 20 d.",
        "Esmu atvaļinājumā līdz 20. novembrim.",
        "ลาพักร้อนถึงวันที่ 20 พฤศจิกายน 2026",
        "ไม่อยู่จนถึง 20 พ.ย. 2026",
    ],
)
def test_an_absence_ends_on_its_day_in_more_languages(words: str) -> None:
    sent = dt.datetime(2026, 11, 10, 9, tzinfo=dt.UTC)
    assert return_date("", words, sent) == dt.date(2026, 11, 20)


@pytest.mark.parametrize(
    "words",
    [
        "I'm away and will return on August 4.",
        "I am out of the office from August 2 until August 4.",
        "I am away until August 4. Mary stands in for me.",
        "I am away August 2-4. Julia stands in.",
        "Back on August 4\nMartin Cole",
    ],
)
def test_neither_out_of_office_nor_a_name_behind_a_day_is_its_month(words: str) -> None:
    assert return_date("Out of office", words, SENT, away=True) == dt.date(2026, 8, 4)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Estoy fuera hasta el 14 de agosto. Vuelvo el lunes 17.", "2026-08-17"),
        ("Absente jusqu'au 14/08, de retour le lundi 17.", "2026-08-17"),
        ("Assente fino al 14/08, torno lunedì 17.", "2026-08-17"),
        ("Afwezig tot vrijdag 14 augustus, terug op maandag 17.", "2026-08-17"),
        ("Ich bin bis Freitag, 14. im Urlaub und ab Montag, 17. wieder da.", "2026-08-17"),
        ("I am on leave. Back on Monday 17 Uhr.", "2026-08-03"),
        ("I am on leave. Back on Monday 18", "2026-08-03"),
        ("Jsem na dovolené do 14.8. Vracím se 17.8.", "2026-08-17"),
        ("Tôi nghỉ phép. Tôi trở lại ngày 17/8.", "2026-08-17"),
    ],
)
def test_a_weekday_with_the_number_of_its_day_names_it(words: str, day: str) -> None:
    assert return_date("", words, SENT, away=True) == dt.date.fromisoformat(day)


def test_the_title_below_a_day_is_no_month_of_it() -> None:
    assert return_date("Out of office", "Back on the 9th", SENT, away=True) == dt.date(2026, 8, 9)
