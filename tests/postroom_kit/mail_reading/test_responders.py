"""A responder's letter and a person's mail under the same subject are told apart by what they ask."""

import pytest

from postroom_kit.mail_reading import kind, parse

EXCHANGE = "X-Auto-Response-Suppress: All"


def _kind(subject: str, body: str = "", *fields: str) -> str:
    head = ("From: ann@example.com", f"Subject: {subject}", "Content-Type: text/plain; charset=utf-8", *fields)
    return parse(("\n".join(head) + f"\n\n{body}\n").encode()).kind


RESPONDERS = [
    "Automatic reply: Offer",
    "Automatische Antwort: Angebot",
    "自动答复: 报价",
    "Automatikus válasz: Ajánlat",
    "Automatisk svar: Tilbud",
    "Автоматична відповідь: Пропозиція",
    "Αυτόματη απάντηση: Προσφορά",
    "Răspuns automat: Ofertă",
    "رد تلقائي: عرض",
    "תשובה אוטומטית: הצעה",
    "Trả lời tự động: Báo giá",
    "自動返信: 見積",
]


@pytest.mark.parametrize("subject", RESPONDERS)
def test_the_subject_of_a_responder_is_enough(subject: str) -> None:
    assert _kind(subject) == "auto_reply"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Automatic reply: settings", "How do I switch on automatic replies in your product?"),
        ("Automatic reply: settings", "Do I need help from support for this?"),
        ("Automatic reply: settings", "I am on vacation next week. Please explain how to set one up."),
        ("Autoreply: how do I turn it off?", "Please tell me."),
        ("Out of office: can you deliver to my home?", "My office is closed, please deliver to Elm Road 5."),
        ("Automatische Antwort: wie?", "Ihr Programm schickt Antworten, wie stelle ich das ab?"),
        ("Réponse automatique : réglages", "Bonjour,\n\nOù se trouve ce réglage ?\n\nMerci"),
        ("Automatisch antwoord: instellen", "Ik wil graag een automatisch antwoord instellen."),
        ("Odpowiedź automatyczna: ustawienia", "Gdzie mogę to włączyć?"),
        ("Automatic reply: order", "My sensor stopped working, please replace it."),
        ("Automatic reply: order", "The hub is dead. Kindly repair my hub or please send me a new one."),
        ("Automatische Antwort: Bestellung", "Er geht nicht mehr, bitte ersetzen Sie ihn."),
        ("Réponse automatique : commande", "Le capteur est en panne, veuillez le remplacer."),
        ("自動返信: 設定", "自動返信の設定方法を教えてください。"),
    ],
)
def test_who_asks_us_something_under_the_subject_of_a_responder_is_a_person(subject: str, body: str) -> None:
    assert _kind(subject, body) == "human"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Automatic reply: Offer", "I am away. Do you need urgent help? Call 555 0123. Please contact Bo meanwhile."),
        ("Automatic reply: Offer", "Questions? See https://example.com/faq?a=b or write to Bo."),
        ("Automatic reply: How do I turn it off?", "I am on leave.\n\n> How do I turn it off?"),
        ("Automatic reply: Offer", "I have left. Please replace my address with bo@example.com."),
        ("Automatic reply: Offer", "I have left. Please replace the record with bo@example.com."),
        ("Automatische Antwort: Angebot", "Bitte ersetzen Sie den alten Kontakt durch bo@example.com."),
        ("Réponse automatique : Offre", "Mon adresse a changé, veuillez la remplacer par bo@example.com."),
        ("Automatic reply: Offer", "I have a new address. Please replace it by bo@example.com."),
        (
            "Automatic reply: Offer",
            "I am away. Please exchange contact details with Bo, or replace ann@example.com with his.",
        ),
        ("Automatische Antwort: Angebot", "Ich bin im Urlaub. Ist es dringend? Bitte wenden Sie sich an Frau Braun."),
        ("Réponse automatique : Offre", "Je suis absent. Besoin d'aide ? Veuillez contacter Paul."),
        ("Automatisch antwoord: Offerte", "Ik ben afwezig. Dringende vragen? Voor andere zaken kunt u mij mailen."),
    ],
)
def test_a_letter_that_asks_after_its_readers_need_is_a_responders(subject: str, body: str) -> None:
    assert _kind(subject, body) == "auto_reply"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Absence de facture", "Bonjour, je n'ai pas reçu la facture."),
        ("Absence de facture", "Je constate l'absence de facture dans le colis."),
        ("Absence", "Il manque la facture dans le colis."),
        ("Absence of an invoice", "There is none in the parcel."),
        ("Out of office - need help", "The app does not start."),
        ("Autoreply does not work", "I set it up, and nothing happens."),
    ],
)
def test_a_word_of_a_responder_and_a_header_that_people_send_too_prove_nothing(subject: str, body: str) -> None:
    assert _kind(subject, body, EXCHANGE) == "human"
    assert kind({"X-Auto-Response-Suppress": "All"}, "ann@example.com", subject) == "human"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Absence", "Je suis absent jusqu'à lundi."),
        ("Absence du 5 au 9 mai", "Je suis en congé."),
        ("Out of office until 9 May", "I am away."),
        ("Automatic reply from Example", "Thank you for your message."),
    ],
)
def test_such_a_word_and_header_above_a_letter_of_absence_or_thanks_are_a_responders(subject: str, body: str) -> None:
    assert _kind(subject, body, EXCHANGE) == "auto_reply"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Out of Office Re: Order 4711", "I am on parental leave and will return on January 4th. Please contact Bea."),
        ("Abwesend: Re: Angebot", "Ich bin im Urlaub und ab dem 4.1. wieder erreichbar."),
        ("Afwezig Re: Offerte", "Ik ben met vakantie tot 4 januari."),
        ("Absence du bureau Re: Offre", "Bonjour, je suis absente et de retour le 4 janvier."),
        ("Autoreply Re: Offer", "Thank you for your message. We answer within a day."),
    ],
)
def test_the_title_of_an_absence_before_the_subject_it_answers_is_a_responders(subject: str, body: str) -> None:
    assert _kind(subject, body) == "auto_reply"


@pytest.mark.parametrize(
    ("subject", "body"),
    [
        ("Out of office until Friday, re: the sofa", "I am away, please deliver on Monday."),
        ("Absence Re: rendez-vous", "Le conseiller était absent, je n'ai pas pu signer."),
        ("Re: Out of office", "I saw that you are away. Has my parcel been sent?"),
        ("Re: Out of office Re: Order", "The lid is broken."),
        ("Absence of a manual, re: order 12", "The box holds no manual."),
    ],
)
def test_a_person_who_writes_so_asks_or_tells_of_something_else(subject: str, body: str) -> None:
    assert _kind(subject, body) == "human"


@pytest.mark.parametrize(
    "body",
    [
        "Thank you for contacting Example. We will get back to you.\n\nThis is an automated response.",
        "Your inquiry has been received. This email was generated automatically, please do not reply.",
        "Guten Tag,\n\nIhre Anfrage ist bei uns eingegangen.\n\nDies ist eine automatische Empfangsbestätigung.",
        "Merci pour votre message. Cet e-mail a été envoyé automatiquement.",
        "Hemos recibido su consulta. Este es un mensaje automático, por favor no responda.",
        "Abbiamo ricevuto la sua richiesta.\nQuesto messaggio è stato generato automaticamente.",
        "Wij hebben uw bericht ontvangen. Dit is een automatisch gegenereerd bericht.",
        "Vi har mottagit ditt ärende. Detta är ett automatiskt svar.",
        "Otrzymaliśmy Twoją wiadomość.\nTo jest wiadomość wygenerowana automatycznie.",
        "Ваше обращение получено. Это автоматическое сообщение.",
    ],
)
def test_a_mail_that_calls_itself_automatic_and_has_got_ours_is_a_responders(body: str) -> None:
    assert _kind("Your request", body) == "auto_reply"


@pytest.mark.parametrize(
    "body",
    [
        "Thank you for your order. This is an automated confirmation. Total EUR 20.",
        "We received your request to sign in. Your code is 123456. This is an automated message.",
        "This is an automatically generated e-mail. Please find your invoice attached.",
        "This is the third automatic reply. Thanks for your message but we still have no hub.",
        "Das ist schon die dritte automatische Antwort. Danke für Ihre Nachricht, der Hub fehlt weiter.",
        "Thank you for your message. This is an automatic watch, so it needs no battery.",
        "Thanks for your message. This automated mail of yours does not help, the lid is broken.",
        "Vielen Dank für Ihre Nachricht. Dies ist eine automatische Antwort, die mir nicht hilft.",
        'Nothing came but "Thank you for your message. This is an automated response." My order is 5.',
        "Thank you for your message. This is an automated response.\n\nWho reads this mailbox?",
        "This message was sent automatically by your form.\nName: Kim\nMessage: You received your mail, the lid broke.",
    ],
)
def test_receipts_codes_forms_and_people_who_speak_of_automatic_mail_are_none(body: str) -> None:
    assert _kind("Your request", body) == "human"


def test_who_asks_below_such_a_title_is_a_person_though_outlook_adds_its_header() -> None:
    assert _kind("Abwesenheitsnotiz", "Wie richte ich sie ein?", EXCHANGE) == "human"
    assert _kind("Automatic reply: settings", "How do I turn it off?", EXCHANGE) == "human"
    assert _kind("Automatic reply: Offer", "I am away. Do you need help? Call 555 0123.", EXCHANGE) == "auto_reply"
    assert _kind("Automatic reply: Offer", "How are you?", f"{EXCHANGE}\nAuto-Submitted: auto-replied") == "auto_reply"
