"""A month is told from the words that begin like one: "3 mails" are none of May."""

import datetime as dt

import pytest

from postroom_kit.mail_reading.days import dated
from postroom_kit.replies import absence_of, dates_named

SENT = dt.datetime(2026, 11, 25, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    "text",
    [
        "Ich habe schon 3 Mails von Ihnen bekommen.",
        "Wir haben 2 Mailadressen und 5 Generatoren.",
        "Wir suchen 3 Marketingleute und 2 Junioren.",
        "We were founded 2 decades ago, have 3 marketing people and 2 setups.",
        "J'ai reçu 3 mails et 2 sets, nous avons 4 marques et 10 maisons.",
        "Tenemos 3 marcas, 5 abrigos y 2 generadores.",
        "Abbiamo 2 settori, 3 marchi e 5 generali.",
        "Temos 2 setores e 3 outras pessoas.",
        "Mamy 3 marki i 2 majstrów.",
        "Vi har 3 marknader och 2 majoriteter.",
        "Heb 3 mails en 2 sets ontvangen.",
    ],
)
def test_a_number_of_things_is_no_date(text: str) -> None:
    assert list(dated(text, SENT)) == []
    assert [named for named in dates_named(text, SENT) if named.unit == "day" and named.first > SENT.date()] == []


def test_things_that_are_counted_do_not_move_a_return() -> None:
    absence = absence_of("Abwesend", "Ich bin bis Montag weg. Ihre 3 Mails werden nicht weitergeleitet.", SENT)
    assert absence.until == dt.date(2026, 11, 30)


@pytest.mark.parametrize(
    "names",
    [
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
        "januari februari maart april mei juni juli augustus september oktober november december",
        "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
        "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
        "januari februari mars april maj juni juli augusti september oktober november december",
        "januar februar marts april maj juni juli august september oktober november december",
        "tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta lokakuuta"
        " marraskuuta joulukuuta",
        "ledna února března dubna května června července srpna září října listopadu prosince",
        "januára februára marca apríla mája júna júla augusta septembra októbra novembra decembra",
        "január február március április május június július augusztus szeptember október november december",
        "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
        "Ocak Şubat Mart Nisan Mayıs Haziran Temmuz Ağustos Eylül Ekim Kasım Aralık",
        "Ιανουαρίου Φεβρουαρίου Μαρτίου Απριλίου Μαΐου Ιουνίου Ιουλίου Αυγούστου Σεπτεμβρίου Οκτωβρίου Νοεμβρίου"
        " Δεκεμβρίου",
        "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
        "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
        "јануара фебруара марта априла маја јуна јула августа септембра октобра новембра децембра",
        "januarja februarja marca aprila maja junija julija avgusta septembra oktobra novembra decembra",
    ],
)
def test_all_months_of_a_language_are_read(names: str) -> None:
    read = [[day.month for *_, day in dated(f"14. {name}", SENT)] for name in names.split()]
    assert read == [[month] for month in range(1, 13)]
