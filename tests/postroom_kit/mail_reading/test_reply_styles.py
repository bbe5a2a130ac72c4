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


@pytest.mark.parametrize("line", STYLES["unmarked"])
def test_an_old_mail_without_quote_marks_goes_with_the_line_above(line: str) -> None:
    assert new_text(f"Yes, cancel it.\n\nBob\n\n{line}\n\nShall we cancel the plan?\nAnn\n", None) == (
        "Yes, cancel it.\n\nBob"
    )


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
        "Bitte schreiben Sie mir über die Hotline eine Zeile.\n\nUwe",
        "Please respond to the points above in line with the contract.",
        "I am angry.\n\nMax <max@fernway.example> called on 3 November 2026 at 9:12:\n\nHe said refund.\n\nWhere?",
        "3 Nov 2026, 09:12 to max@fernway.example:\nnothing came",
        "发自内心感谢你们，手机收到了",
        "I'm upset.\n\nOn 3 November 2026 at 10:15 the seller wrote:\n\nRefund in 3 days\n\nWhere is it?",
        "Ich bin sauer.\n\nAm 03.11.2026 um 09:12 Uhr schrieb Ihr Mitarbeiter:\n\nSie bekommen es.\n\nWo?",
        "Je suis fâchée.\n\nLe 3 novembre 2026 à 10h15, le service client a écrit :\n\nSous 3 jours\n\nOù ?",
        "Estoy molesta.\n\nEl 3 de noviembre de 2026 a las 10:15 el vendedor escribió:\n\nEn 3 días\n\n¿Dónde?",
        "Chat log:\n\nOn 3 November 2026 at 10:15 Max wrote:\n\nRefund in 3 days\n\nWhere is it?",
        "My details:\n\nFrom: Ann Cole\nTo: Your returns team\nDate: 3 November 2026\nSubject: return\n\nIt leaks.",
        "Erstattung für:\n\nDatum: 03.11.2026 09:12\nVon: Köln\nAn: Berlin\nBetreff: Verspätung\n\nDanke",
        "Please change to:\n\n--\n12 Elm Street\nLeeds LS1 4AB",
        "No refund.\n\nOn 3 November 2026 at 10:15 your agent Max wrote:\n\nWe will refund you.\n\nNothing came.",
        "No refund.\n\nOn 12 October 2026 at 10:15 I wrote to <bills@fernway.example>:\n\nPlease pay.\n\nNo answer.",
        "On 12 October 2026 at 10:15 you wrote:\n\nWe will refund you.\n\nNothing came.",
        "Kein Geld.\n\nAm 12.10.2026 um 10:15 schrieb mir Ihr Herr Braun:\n\nSie bekommen es.\n\nNichts kam.",
        "Rien.\n\nLe 12/10/2026 à 10:15 votre collègue m'a écrit :\n\nVous serez remboursé.\n\nToujours rien.",
        "Nada.\n\nEl 12/10/2026 a las 10:15 su compañera me escribió:\n\nLo devolvemos.\n\nNada aún.",
        "Niente.\n\nIl 12/10/2026 alle 10:15 il vostro collega mi ha scritto:\n\nRimborsiamo.\n\nNiente.",
        "Nada.\n\nEm 12/10/2026 às 10:15 o seu colega me escreveu:\n\nDevolvemos.\n\nNada ainda.",
        "Ничего.\n\n12.10.2026 в 10:15 ваш сотрудник мне написал:\n\nМы вернём деньги.\n\nНичего нет.",
        "Lesson:\nName: Ann Cole\nSubject: Maths\nFrom: 3 May 10:00\nTo: 3 May 11:00\n\nIs that free?",
        "Hi,\n\nPlease call me at 10:00\nFernway <support@fernway.example>:\n> Any questions?\nYes.",
    ],
)
def test_a_persons_words_that_look_like_a_programs_stay(words: str) -> None:
    assert new_text(words, None).split() == words.split()


@pytest.mark.parametrize(
    "words",
    [
        "See my answers below in red.",
        "I have replied within your mail below.",
        "Below are my answers:",
        "My answers are between the lines.",
        "See below.",
        "Unten meine Antworten.",
        "Ich habe unten geantwortet.",
        "Siehe unten",
        "Vous trouverez ci-dessous mes réponses.",
        "Je vous réponds dans le texte en rouge.",
        "A continuación mis respuestas:",
        "Respondo abajo.",
        "Qui sotto le mie risposte.",
        "Rispondo in rosso sotto.",
        "Hieronder mijn antwoorden.",
        "De antwoorden staan hieronder.",
        "Nedan mina svar.",
        "Segue abaixo minhas respostas.",
        "Poniżej moje odpowiedzi.",
        "Níže moje odpovědi.",
        "Ниже мои ответы.",
        "见红字",
        "빨간색으로 답변했습니다.",
        "התשובות שלי בגוף המייל באדום.",
        "الردود أدناه باللون الأحمر.",
        "Meine Antworten stehen unten in Rot.",
        "Mes réponses ci-dessous.",
        "Odpovědi níže.",
        "Відповіді нижче.",
        "Cevaplarım aşağıda.",
        "以下に回答します。",
        "回答如下。",
        "아래에 답변 드립니다.",
        "Inline.",
        "See my notes below.",
        "My answers are in caps in your mail.",
        "Meine Anmerkungen siehe unten.",
        "Mes réponses dans le corps du mail.",
        "Ci-dessous mes remarques.",
        "Mis respuestas en el cuerpo del correo.",
        "Le mie note qui sotto.",
        "Zie mijn reacties hieronder.",
        "Poniżej moje uwagi.",
    ],
)
def test_answers_that_stand_in_the_old_thread_stay_with_it(words: str) -> None:
    old = "From: Ann <ann@example.com>\nSent: Monday\nTo: Bob <bob@example.com>\nSubject: Plan\n\nWhich? The blue one!"
    assert new_text(f"{words}\n\n{old}", None) == f"{words}\n\n{old}"
    assert new_text(f"The mail below has all I know.\n\n{old}", None) == "The mail below has all I know."


@pytest.mark.parametrize(
    "words",
    [
        "I still have no reply to the question below.",
        "Thanks for your answer in your email.",
        "Your response in your email did not help.",
        "Merci pour la réponse dans votre message.",
        "Toujours pas de réponse à mon message ci-dessous.",
        "Ich habe noch keine Antwort auf meine Mail unten.",
        "Rispondi al cliente qui sotto.",
        "Bitte beantworten Sie die Anfrage unten.",
        "Please note the request below.",
    ],
)
def test_an_answer_that_is_asked_for_does_not_stand_in_the_old_thread(words: str) -> None:
    old = "From: Ann <ann@example.com>\nSent: Monday\nTo: Bob <bob@example.com>\nSubject: Plan\n\nWhich?"
    assert new_text(f"{words}\n\n{old}", None) == words
