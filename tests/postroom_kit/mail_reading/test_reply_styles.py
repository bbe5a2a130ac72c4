"""However a mail program ends a reply, in whatever language, only the sender's own words stay."""

from pathlib import Path

import pytest
import yaml

from postroom_kit.mail_reading import new_text

STYLES = yaml.safe_load((Path(__file__).parent / "reply_styles.yaml").read_text("utf-8"))


@pytest.mark.parametrize("style", STYLES["replies"], ids=[style["style"] for style in STYLES["replies"]])
def test_the_old_thread_of_a_program_goes(style: dict[str, str]) -> None:
    assert new_text(style["mail"], None) == style["new"].strip()


@pytest.mark.parametrize("attribution", STYLES["attributions"])
def test_the_line_above_a_quote_goes_with_it(attribution: str) -> None:
    mail = f"Yes, cancel it.\n\nBob\n\n{attribution}\n\n> Shall we cancel the plan?\n> Ann\n"
    assert new_text(mail, None) == "Yes, cancel it.\n\nBob"


@pytest.mark.parametrize("footer", STYLES["footers"])
def test_what_a_phone_adds_goes(footer: str) -> None:
    assert new_text(f"Yes, cancel it.\n\n{footer}\n", None) == "Yes, cancel it."


@pytest.mark.parametrize(
    "words",
    [
        "My husband wrote:\n\nPlease cancel.\n\nI agree.",
        "De: Paris\nA: Roma\nPlease book both.",
        "Von: Hamburg, nach: Berlin\nDatum: 3. Mai",
        "I sent it from the Outlook for Android page, does that matter?",
        "On 5 May I wrote to you. Nobody answered. Why?",
        "제목: 환불 요청\n\n환불해 주세요.",
        "Am 3. März um 16:12 Uhr schrieb mir Ihr Fahrer:\nniemand zu Hause.\nIch war aber da!",
        "Hello,\n\nOn 3 March at 16:12 your driver wrote:\nnobody home.\nBut I was there!",
        "Blue please.\n\nSent from my phone. Sorry, the red one.",
        "Sent from my phone, the red one of the two please.",
        "Blau bitte.\n\nGesendet von meinem Handy. Bitte rufen Sie mich an.",
        "Names:\n____________________\nour mailing list\nof 3 May\nplease send it.",
        "* 2 May 2026 10:00, I called.\n* 3 May 2026 11:00, I wrote:\n  cancel\n* Nothing happened",
        "Date: 3 May\nFrom: Rome\nTo: Paris\nSubject: trip\n\nCan you book it?",
        "The device logs:\n\nFrom: sensor-7\nStatus: offline\nSubject: beat\nDate: 3 March\n\nWhat does it mean?",
        "From your form\nName: Ana\nFrom: ana@example.com\nSubject: Refund\nMessage: money back\nDate: 3 March",
        "Order 12 is late.\n\n-- \nTom\n\nP.S. Please also change the address to 5 High Street.",
        "3 March 2026, 16:12: I called. Ann <ann@example.com> wrote down my number:\n\n0123\n\nPlease call back.",
        "Dzień dobry,\n\nW dniu 10.11.2026 wasz kolega napisał:\n\nZwrócimy pieniądze.\n\nNic nie przyszło.",
        "Добрий день,\n\n10 листопада 2026 ваш колега написав:\n\nПовернемо гроші.\n\nНічого не прийшло.",
        "Merhaba,\n\n10.11.2026 tarihinde bana yazdı:\n\nİade edilecek.\n\nHiçbir şey gelmedi.",
        "The form is yours now.\nSent using my neighbour's phone yesterday, sorry for typos",
        "The form is yours now.\nSent from my daughter’s iPad.",
        "The form is yours now.\nSent using the mobile app on Tuesday",
        "Das Formular ist da.\nGesendet vom Handy meines Nachbarn, sorry für die Tippfehler",
        "Das Formular ist da.\nGesendet von meinem Handy gestern",
        "Le formulaire est là.\nEnvoyé depuis le téléphone de ma voisine",
        "El formulario.\nEnviado desde el móvil ayer",
        "Skickat från min telefon 4711 kom aldrig fram, hjälp!",
        "Wysłano z telefonu formularz, ale bez odpowiedzi.",
        "Odesláno z telefonu už dvakrát, prosím odpovězte",
        "Tack.\n--\nÄndra också adressen till Storgatan 5",
        "Dziękuję.\n--\nProszę też zmienić adres na Długa 5",
        "Děkuji.\n--\nProsím změňte také adresu na Dlouhá 5",
        "Teşekkürler.\n--\nAyrıca adresi değiştirin lütfen",
        "Дякую.\n--\nТакож змініть адресу на вул. Шевченка 5",
        "ありがとうございます。\n--\n住所を大阪市に変更してください",
        "谢谢。\n--\n请把地址改到上海",
        "Hi,\n\nPlease call me at 10:00\nFernway <support@fernway.example>:\n> Any questions?\nYes.",
    ],
)
def test_a_persons_words_that_look_like_a_programs_stay(words: str) -> None:
    assert new_text(words, None).split() == words.split()


@pytest.mark.parametrize(
    "words",
    [
        "See my answers below in red.",
        "Meine Antworten stehen unten in Rot.",
        "Mes réponses ci-dessous.",
        "Odpovědi níže.",
        "Відповіді нижче.",
        "Cevaplarım aşağıda.",
        "以下に回答します。",
        "回答如下。",
        "아래에 답변 드립니다.",
    ],
)
def test_answers_that_stand_in_the_old_thread_stay_with_it(words: str) -> None:
    old = "From: Ann <ann@example.com>\nSent: Monday\nTo: Bob <bob@example.com>\nSubject: Plan\n\nWhich? The blue one!"
    assert new_text(f"{words}\n\n{old}", None) == f"{words}\n\n{old}"
    assert new_text(f"The mail below has all I know.\n\n{old}", None) == "The mail below has all I know."
