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
        "Thank you for your mail. Our offer is valid until 15 December.",
        "Thank you for contacting us. The sale runs until 15 December. We are closed on Sundays.",
        "Vielen Dank für Ihre Nachricht. Unser Angebot gilt bis zum 15. Dezember.",
        "Merci pour votre message. Offre valable jusqu'au 15 décembre.",
        "Gracias por su mensaje. Oferta válida hasta el 15 de diciembre.",
        "You can return your lamp until 15 December.",
        "Your place is not in our list before 15 December.",
        "The course takes place from 1 to 15 December.",
        "We will be back in touch by 15 December.",
        "Interviews take place between 10 and 15 December.",
        "We received your mail. Registration is open until 15 December.",
        "",
    ],
)
def test_no_day_is_made_up(words: str) -> None:
    assert return_date("", words, SENT) is None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("I'm off sick until 14 August.", "2026-08-14"),
        ("I am OOO until Friday 14th Aug.", "2026-08-14"),
        ("I am not able to answer mail until 14-Aug-2026.", "2026-08-14"),
        ("I am at a conference through 14 August.", "2026-08-14"),
        ("My next working day is 14 August. I am out of the office.", "2026-08-14"),
        ("I am out of the office 8/3-8/14 with little access to mail.", "2026-08-14"),
        ("I am out of the office Monday, August 3rd – Friday, August 14th.", "2026-08-14"),
        ("I am away between 3 August and 14 August.", "2026-08-14"),
        ("Our office reopens on 14 August.", "2026-08-14"),
        ("Ich bin auf einer Fortbildung und erst am 14. August wieder am Arbeitsplatz.", "2026-08-14"),
        ("Ab dem 14.08.26 stehe ich Ihnen wieder zur Verfügung.", "2026-08-14"),
        ("Wir haben Betriebsferien vom 3. bis 14. August.", "2026-08-14"),
        ("Je ne suis pas au bureau jusqu'au 14 août.", "2026-08-14"),
        ("Je serai de nouveau joignable le 14 août.", "2026-08-14"),
        ("No estaré en la oficina hasta el viernes 14 de agosto.", "2026-08-14"),
        ("No estaré disponible entre el 3 y el 14 de agosto.", "2026-08-14"),
        ("Non sarò in ufficio dal 3 al 14 agosto.", "2026-08-14"),
        ("Ik ben niet op kantoor tot en met 14 augustus.", "2026-08-14"),
        ("Ik ben op zakenreis en pas op 14 augustus bereikbaar.", "2026-08-14"),
        ("Estou fora do escritório até 14 de agosto.", "2026-08-14"),
        ("Jag är tjänstledig t.o.m. 14 augusti.", "2026-08-14"),
        ("Jeg er ikke på kontoret før fredag den 14. august.", "2026-08-14"),
        ("En ole toimistolla ennen 14.8.", "2026-08-14"),
        ("Jestem poza biurem do 14.08.2026 r.", "2026-08-14"),
        ("Nejsem v kanceláři do 14. srpna.", "2026-08-14"),
        ("Irodán kívül vagyok, augusztus 14-én térek vissza.", "2026-08-14"),
        ("14 Ağustos 2026 tarihine kadar ofis dışındayım.", "2026-08-14"),
        ("Я в командировке по 14 августа.", "2026-08-14"),
        ("Буду на работе с 14 августа.", "2026-08-14"),
        ("Είμαι εκτός γραφείου μέχρι τις 14 Αυγούστου.", "2026-08-14"),
        ("Nu sunt la birou până vineri, 14 august.", "2026-08-14"),
        ("אני מחוץ למשרד עד 14 באוגוסט 2026.", "2026-08-14"),
        ("8月3日から14日まで出張しております。", "2026-08-14"),
        ("本人8月3日至14日休假。", "2026-08-14"),
        ("8월 14일까지 출장 중입니다.", "2026-08-14"),
    ],
)
def test_an_absence_is_told_in_many_ways(words: str, day: str) -> None:
    assert return_date("", words, SENT) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    "words",
    [
        "Jeg holder ferie og er tilbage fredag d. 14. august.",
        "Ich bin bis Fr. 14.8. im Urlaub.",
        "I will be on leave August 6-14.",
        "I am away 8-14 August.",
        "I was to be back on 28 July, but I am sick and return on 14 August.",
        "I am on vacation from Aug 3 to Aug 14. For urgent matters until Aug 7 write to Bob, after that to Ann.",
        "Ich bin vom 3. bis 14. August im Urlaub. Bis zum 7. August vertritt mich Bob, danach Ann.",
        "Je suis en congé du 3 au 14 août. Jusqu'au 7 août, écrivez à Bob, ensuite à Ann.",
    ],
)
def test_neither_a_part_of_a_span_nor_who_stands_in_nor_a_day_just_past_is_the_day(words: str) -> None:
    assert return_date("", words, SENT) == dt.date(2026, 8, 14)


@pytest.mark.parametrize(
    "words",
    [
        "Je suis absent, de retour le mardi 4 août.",
        "Je suis absent, de retour mardi 4/8.",
        "Estoy de vacaciones y vuelvo el martes 4 de agosto.",
        "Sono in ferie e rientro martedì 4 agosto.",
        "Je suis absent, de retour le mar. 4 août.",
        "I am out 2-4 August.",
    ],
)
def test_a_weekday_is_no_month(words: str) -> None:
    assert return_date("", words, SENT) == dt.date(2026, 8, 4)


@pytest.mark.parametrize(
    ("subject", "day"),
    [
        ("Automatic reply: Offer", dt.date(2026, 8, 14)),
        ("Abwesenheitsnotiz", dt.date(2026, 8, 14)),
        ("Out of Office AutoReply: Offer", dt.date(2026, 8, 14)),
        ("Re: Offer", None),
    ],
)
def test_below_the_subject_of_an_absence_any_last_day_is_one(subject: str, day: dt.date | None) -> None:
    head = f"From: ann@example.com\nDate: Sat, 1 Aug 2026 09:00:00 +0000\nSubject: {subject}\n"
    mail = parse(f"{head}Auto-Submitted: auto-replied\n\nDeep in the woods until 14 August!".encode())
    assert mail.auto_reply
    assert mail.auto_reply.until == day


def test_without_a_date_header_there_is_no_day() -> None:
    assert return_date("", "I am away until Monday.", None) is None


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("I am out of the office today and will be back tomorrow.", "2026-11-11"),
        ("I am away and back the day after tomorrow.", "2026-11-12"),
        ("Guten Morgen, ich bin ab morgen wieder da.", "2026-11-11"),
        ("Ich bin im Urlaub und am Montag Morgen wieder da.", "2026-11-16"),
        ("Je suis absent, de retour après-demain.", "2026-11-12"),
        ("Estoy de vacaciones. Vuelvo mañana.", "2026-11-11"),
        ("Rientro domani.", "2026-11-11"),
        ("Ik ben morgen weer bereikbaar.", "2026-11-11"),
        ("Jag är tillbaka i morgon.", "2026-11-11"),
        ("Jestem na urlopie, wracam jutro.", "2026-11-11"),
        ("本日は休暇です。明日より出社します。", "2026-11-11"),
        ("I'm back in the office on the 20th.", "2026-11-20"),
        ("I'm back in the office on the 5th.", "2026-12-05"),
        ("I am away from the 9th to the 20th.", "2026-11-20"),
        ("I'm away from 11 November and back on the 20th.", "2026-11-20"),
        ("I'm on leave from 10 December to the 20th.", "2026-12-20"),
        ("Ich bin vom 7. bis zum 20. im Urlaub.", "2026-11-20"),
        ("Ich bin vom 7. bis zum 20. November im Urlaub.", "2026-11-20"),
        ("Je serai absente du 7 au 20.", "2026-11-20"),
        ("Estou de férias até dia 20.", "2026-11-20"),
        ("休暇中です。20日に戻ります。", "2026-11-20"),
        ("I'm out of office until next week.", "2026-11-16"),
        ("Ik ben afwezig tot volgende week.", "2026-11-16"),
        ("Estoy fuera, vuelvo la semana que viene.", "2026-11-16"),
        ("我正在休假，下周一返回。", "2026-11-16"),
        ("I'm out until next Monday.", "2026-11-16"),
        ("Je suis absente jusqu’à lundi prochain.", "2026-11-16"),
        ("Ich bin bis Dienstag nächster Woche nicht im Büro.", "2026-11-17"),
        ("I'm away until Friday.", "2026-11-13"),
        ("I am away until Friday in order to attend a fair.", "2026-11-13"),
        ("خارج المكتب حتى 20 نوفمبر 2026", "2026-11-20"),
        ("أنا في إجازة وسأعود يوم ٢٠ نوفمبر", "2026-11-20"),
    ],
)
def test_a_day_told_from_the_day_of_the_mail_is_found(words: str, day: str) -> None:
    assert return_date("", words, dt.datetime(2026, 11, 10, 9, tzinfo=dt.UTC)) == dt.date.fromisoformat(day)  # Tuesday


@pytest.mark.parametrize(
    "words",
    [
        "I'm out until next Friday.",
        "I'm away until the end of next week.",
        "Ich bin bis Ende nächster Woche im Urlaub.",
        "I will be back the week after next.",
        "I am away and back on Monday week.",
        "I am out until Monday in two weeks.",
        "I am out until 5pm today.",
        "Our office is closed; we will get back to you tomorrow.",
        "Wir melden uns morgen wieder bei Ihnen.",
        "I'm away. Please come to our reception on the 13th floor until noon.",
        "休暇中です。3日間不在です。",
    ],
)
def test_a_day_that_is_told_loosely_is_not_guessed(words: str) -> None:
    assert return_date("", words, dt.datetime(2026, 11, 10, 9, tzinfo=dt.UTC)) is None


SUNDAY = dt.datetime(2026, 11, 15, 9, tzinfo=dt.UTC)


@pytest.mark.parametrize("back", ["next week", "next Monday", "Tuesday next week", "lundi prochain", "nächsten Montag"])
def test_next_week_and_its_days_are_not_guessed_on_a_sunday(back: str) -> None:
    assert return_date("", f"I am away until {back}.", SUNDAY) is None
    assert return_date("", f"I am away until {back}.", SUNDAY + dt.timedelta(days=1)) is not None
    assert return_date("", "I am away until Monday.", SUNDAY) == dt.date(2026, 11, 16)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("Odsutan sam do 10. listopada. Lijep pozdrav", "2026-10-10"),
        ("Na godišnjem odmoru sam do 15. listopada 2026. Vraćam se 16. listopada.", "2026-10-16"),
        ("Odsutna sam do 14. studenoga.", "2026-11-14"),
        ("Nisam u uredu od 5. lipnja do 5. srpnja 2027.", "2027-07-05"),
        ("Jestem nieobecny do 14 listopada 2026. Wracam 15 listopada.", "2026-11-15"),
        ("Jsem na dovolené do 14. listopadu.", "2026-11-14"),
        ("Dobrý den, do 14. listopadu nebudu dostupný.", "2026-11-14"),
    ],
)
def test_a_month_is_that_of_the_mails_language(words: str, day: str) -> None:
    sent = dt.datetime(2026, 9, 20, 9, tzinfo=dt.UTC)
    assert return_date("Automatski odgovor", words, sent, away=True) == dt.date.fromisoformat(day)


def test_a_month_of_two_languages_is_not_guessed() -> None:
    sent = dt.datetime(2026, 9, 20, 9, tzinfo=dt.UTC)
    assert return_date("", "Away until 14 listopada.", sent, away=True) is None


def test_a_day_of_trade_beside_an_absence_is_passed_over() -> None:
    words = "Orders placed until 25 August ship in September. I am out of the office until 14 August."
    assert return_date("", words, SENT) == dt.date(2026, 8, 14)


@pytest.mark.parametrize("year", [dt.MINYEAR, dt.MAXYEAR])
@pytest.mark.parametrize("words", ["1 January", "Monday", "next week", "tomorrow", "the 20th"])
def test_a_mail_at_an_end_of_time_names_no_day(words: str, year: int) -> None:
    ends = [dt.datetime(year, month, day, tzinfo=dt.UTC) for month, day in ((1, 1), (12, 31))]
    assert [return_date("", f"I am away until {words}.", end) for end in ends] == [None, None]


@pytest.mark.parametrize("header", ["Auto-Submitted: auto-replied", "X-Autoreply: yes"])
def test_an_automatic_reply_carries_its_day(header: str) -> None:
    raw = f"From: ann@example.com\nDate: Sat, 1 Aug 2026 09:00:00 +0000\nSubject: Away\n{header}\n\nBack on 5 August."
    mail = parse(raw.encode())
    assert (mail.kind, mail.auto_reply and mail.auto_reply.until) == ("auto_reply", dt.date(2026, 8, 5))


@given(st.text(max_size=300), st.datetimes(timezones=st.just(dt.UTC)))
def test_no_words_make_it_fail(words: str, sent: dt.datetime) -> None:
    return_date(words, f"away until {words}", sent)
