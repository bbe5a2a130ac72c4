"""What a customer's own words present or point to stays with them: an old mail, a form, an address in the signature."""

import pytest

from postroom_kit.mail_reading import holds_old_mail, new_text

BLOCK = "From: Max <max@fernway.example>\nSent: 3 November 2026\nTo: Ann <ann@example.com>\nSubject: Refund"
SHOWN = [
    f"{BLOCK}\n\nWe will refund you.",
    f"________________________________\n{BLOCK}\n\nWe will refund you.",
    "On 3 November 2026 at 10:15 Max Braun <max@fernway.example> wrote:\n\nWe will refund you.",
    "Max Braun <max@fernway.example> wrote on 3 Nov 2026 10:15:00:\nWe will refund you.",
]


@pytest.mark.parametrize("shown", SHOWN)
@pytest.mark.parametrize(
    "line",
    [
        "Here the mail your colleague sent:",
        "I am angry. See what Max wrote to me:",
        "Here is the mail your colleague sent me.",
        "This is what your colleague wrote",
        "Hier die Mail Ihres Kollegen:",
        "Hier ist die Nachricht von Herrn Braun.",
        "Voici le message de votre collègue",
        "Aquí está el correo de su compañero.",
        "Ecco la mail del vostro collega",
        "Hier is de mail van uw collega",
        "Segue a mensagem do seu colega",
        "Oto wiadomość od Państwa kolegi",
        "Вот письмо вашего коллеги",
        "以下がメールです",
        "以下是您同事的邮件：",
    ],
)
def test_words_below_an_old_mail_that_the_customer_shows_stay(line: str, shown: str) -> None:
    mail = f"{line}\n\n{shown}\n\nNothing came. Where is my money?"
    assert new_text(mail, None) == mail


@pytest.mark.parametrize("above", ["Yes, do.\n\nKind regards:", "Yes, do.\n\nBob\nFax:", "Here is my e-mail address."])
def test_what_shows_no_old_mail_leaves_the_thread_out(above: str) -> None:
    assert new_text(f"{above}\n\n{BLOCK}\n\nold words", None) == above


@pytest.mark.parametrize(
    "line",
    [
        "Here is the answer to your message.",
        "Hier die Antwort auf Ihre Mail",
        "Voici la réponse à votre question",
        "Aquí está la respuesta a su pregunta.",
        "Ecco la risposta alla sua domanda",
        "In risposta alla sua mail: va bene.",
        "Jag har svarat på alla frågor nu.",
        "Hier is het antwoord op uw vraag",
        "Вот ответ на ваш вопрос.",
        "This is the third e-mail I have sent you.",
        "Este es el tercer correo que les envío.",
        "Hier ist die E-Mail-Adresse meiner Frau",
    ],
)
@pytest.mark.parametrize("thread", SHOWN)
def test_who_answers_or_counts_their_mails_shows_none(line: str, thread: str) -> None:
    assert new_text(f"{line}\n\n{thread}", None) == line


def test_an_answer_to_the_customers_own_mail_is_shown() -> None:
    mail = f"Here is the answer to my mail.\n\n{SHOWN[0]}\n\nNothing came."
    assert new_text(mail, None) == mail


def test_the_programs_own_thread_goes_from_below_what_was_shown() -> None:
    said = f"Here the mail your colleague sent:\n\n{SHOWN[0]}\n\nNothing came."
    thread = "From: Fernway <support@fernway.example>\nSent: Monday\nTo: Ann\nSubject: Order\n\nold words"
    assert new_text(f"{said}\n\n{thread}", None) == said


@pytest.mark.parametrize(
    "form",
    [
        "From: Paris\nTo: Rome\nDate: 3 May 2027\nSubject: flight",
        "From: Paris\nTo: Rome\nDate: Monday, 3 May 2027, 10:15\nSubject: flight",
        "Von: Köln\nNach: Berlin\nDatum: 3. Mai 2027\nAn: Frau Ray\nBetreff: Flug",
        "De: París\nA: Roma\nFecha: 3 de mayo de 2027\nAsunto: vuelo",
        "Date: 3 May 2027\nFrom: Paris\nTo: Rome\nSubject: flight\nContact: ann@example.com",
        "From: Ann Cole (ann@example.com)\nTo: Fernway Ltd\nDate: 3 May 2027\nSubject: order 4711",
        "From: Ann Cole, ann@example.com\nTo: Fernway Ltd\nDate: 3 May 2027 10:15\nSubject: order 4711",
        "From: ann@example.com\nTo: pay@fernway.example\nDate: 3 May 2027\nSubject: order 4711",
        "From: Ann Cole <ann@example.com>\nTo: Fernway Ltd\nDate: 3 May 2027\nSubject: order 4711\nAmount: 49 EUR",
        "Amount: 49 EUR\nFrom: Ann Cole <ann@example.com>\nTo: Fernway Ltd\nDate: 3 May 2027\nSubject: order 4711",
        "Von: Ann Cole\nAn: Fernway GmbH\nBetreff: Rechnung 47\nDatum: 3.5.2027\nE-Mail: ann@example.com\nIBAN: DE00",
        "Name: Ann <ann@example.com>\nTime: 3 March 2026 16:12\nOrder: 47\nProblem: it leaks",
        "Name: Ann <ann@example.com>\nTime: 3 March 2026 16:12\nMail: ann@example.com\nProblem: it leaks\nand smells",
        "Name: Ann <ann@example.com>\nDate: 3 March 2026 16:12\nE-mail: ann@example.com\nProblem: it leaks",
        "Who: Ann <ann@example.com>\nWhen: 3 March 2026 16:12\nReach me: Ann@example.com\nWhat: it leaks",
        "Ordered by: Ann <ann@example.com>\nOrdered on: 3 May 2026 10:12\nShip to: bob@example.com\nProduct: Lamp",
        "Guest: Ann <ann@example.com>\nArrival: 3 March 2026 16:00\nHost: bob@example.com\nRoom: double",
        "Kunde: Ann <ann@example.com>\nBestellt: 3.5.2026 10:12\nLieferung an: bob@example.com\nArtikel: Lampe",
        "De : Ann Cole\nÀ : Fernway\nObjet : achat 47\nDate : 3 mai 2027\nMontant : 49 EUR\nMail : ann@example.com",
    ],
)
@pytest.mark.parametrize("below", ["", "\n\nPlease confirm it."])
def test_a_travel_request_and_the_form_of_a_transfer_stay(form: str, below: str) -> None:
    for above in ("", "Hello,\n\n", "I have a question.\n\n", "I have a question. See here:\n"):
        assert new_text(f"{above}{form}{below}", None) == f"{above}{form}{below}"


SIGNATURE = "-- \nAnn Cole\n12 Elm Street\nLeeds LS1 4AB\n+44 20 7946 0000"


@pytest.mark.parametrize(
    "words",
    [
        "Please send it to my new address, my address is below.",
        "Send it to the address below.",
        "Please use the address in my signature",
        "My new details are at the bottom of this mail.",
        "You can reach me at the number underneath.",
        "Please ship it to the following address.",
        "See below where I live now, it is a new address.",
        "Here are my new contact details.",
        "I moved, please use the new address.",
        "Bitte an die neue Lieferadresse.",
        "Merci d'utiliser ma nouvelle adresse.",
        "Meine neue Adresse steht unten.",
        "Bitte an die untenstehende Anschrift senden.",
        "Unten finden Sie meine Telefonnummer.",
        "Die Adresse steht in der Signatur.",
        "Mon adresse est ci-dessous.",
        "Vous trouverez mes coordonnées en bas de ce mail.",
        "Mi dirección está abajo.",
        "A continuación mi nueva dirección",
        "Il mio indirizzo è qui sotto.",
        "L'indirizzo è in calce.",
        "Mijn adres staat hieronder.",
        "O meu endereço está abaixo.",
        "A minha morada está em baixo.",
        "Min nya adress står nedan.",
        "Min adresse står nedenfor.",
        "Osoitteeni on alla.",
        "Mój adres jest poniżej.",
        "Moje adresa je níže.",
        "Moja adresa je nižšie.",
        "Мой адрес ниже.",
        "Моя адреса нижче.",
        "Adresim aşağıda.",
        "A címem alább található.",
        "Adresa mea este mai jos.",
        "Η διεύθυνσή μου είναι παρακάτω.",
        "住所は以下の通りです。",
        "住所は下記です。",
        "我的地址在下面。",
        "地址如下",
        "제 주소는 아래에 있습니다.",
        "הכתובת שלי למטה.",
        "عنواني أدناه.",
        "मेरा पता नीचे है।",
        "ที่อยู่ของฉันอยู่ด้านล่าง",
        "Địa chỉ của tôi ở bên dưới.",
        "Alamat saya di bawah ini.",
    ],
)
@pytest.mark.parametrize(
    "thread", ["", "\n\nOn 3 Nov 2026 at 10:15 Fernway <support@fernway.example> wrote:\n> Where?"]
)
def test_a_signature_that_holds_what_the_words_point_to_stays(words: str, thread: str) -> None:
    assert new_text(f"{words}\n\n{SIGNATURE}{thread}", None) == f"{words}\n\n{SIGNATURE}".replace("-- ", "--")


def test_a_signature_below_words_that_point_to_the_thread_goes() -> None:
    mail = f"My answers are below.\n\n{SIGNATURE}\n\nOn 3 Nov 2026 at 10:15 Ann <ann@example.com> wrote:\n> Which?"
    assert new_text(mail, None) == "My answers are below.\n\n> Which?"
    assert new_text(f"See below.\n\n{SIGNATURE}", None).endswith("+44 20 7946 0000")
    for said in ("My new address is 5 High Street, York.", "The new phone does not start.", "I need a new account"):
        assert new_text(f"{said}\n\n{SIGNATURE}", None) == said
    assert new_text(f"It is 3 degrees below zero here.\n\n{SIGNATURE}", None) == "It is 3 degrees below zero here."


@pytest.mark.parametrize(
    "mail",
    ["> please cancel my order", ">please cancel my order\n", "\n> please cancel\n> my order", "Hi,\n> please cancel"],
)
@pytest.mark.parametrize("below", ["", "\n\nSent from my iPhone", "\n-- \nBob"])
def test_words_that_begin_with_a_quote_mark_and_quote_nothing_stay(mail: str, below: str) -> None:
    assert "please cancel" in new_text(mail + below, None)


@pytest.mark.parametrize(
    "thread",
    [
        "On 3 Nov 2026 at 10:15 Fernway <support@fernway.example> wrote:\n> Which?",
        "> Le 3 mars 2026 à 16:12, Fernway <support@fernway.example> a écrit :\n>\n> Which?",
        "-----Original Message-----\n> From: Fernway <support@fernway.example>\n> Which?",
    ],
)
def test_a_thread_without_new_words_has_none(thread: str) -> None:
    assert new_text(thread, None) == ""
    assert new_text(f"Sent from my iPhone\n\n{thread}", None) == ""


def test_words_that_show_an_old_mail_are_told_from_words_alone() -> None:
    assert holds_old_mail(new_text(f"Here is the mail:\n\n{SHOWN[0]}", None))
    assert holds_old_mail(new_text(f"See my answers below.\n\n{SHOWN[2]}", None))
    assert not holds_old_mail("From: Paris\nTo: Rome\nDate: 3 May 2027\nSubject: flight\n\n> I wrote: no.")


@pytest.mark.parametrize("own", ["My answers in red below.", "Siehe unten", "Mes réponses ci-dessous en rouge."])
def test_answers_inside_a_marked_quote_stay(own: str) -> None:
    thread = (
        "On 3 Nov 2026 at 10:15 Fernway <support@fernway.example> wrote:\n> Which size?\n> Large\n\n> Colour?\n> Blue"
    )
    assert all(word in new_text(f"{own}\n\n{thread}", None) for word in ("Large", "Blue"))
    assert new_text(None, f"<p>{own}</p><blockquote>Size?<br><font color=red>Large</font>").endswith("Large")
    assert "Blue" not in new_text(f"Thanks!\n\n{thread}", None)


def test_a_quote_behind_answers_between_the_lines_goes() -> None:
    assert "Fernway" not in new_text("See my answers below.\n\n> Size?\n\nLarge\n\n> Regards, Fernway", None)


@pytest.mark.parametrize("word", ["nummer", "adress", "daten", "nummer ", "here is ", "住所"])
def test_a_long_word_above_a_signature_stays(word: str) -> None:
    said = f"Hello\n{word * 8_000}"
    assert said.strip() in new_text(f"{said}\n\n{SIGNATURE}", None)
