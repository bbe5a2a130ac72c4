"""English is told from the other languages customers write."""

import pytest

from postroom_kit.mail_reading import language, stems_for


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "How do I reset my password?"),
        ("en", "Thanks!"),
        ("en", "I received a door sensor instead of a probe"),
        ("de", "Danke!"),
        ("de", "Wie kann ich mein Passwort ändern?"),
        ("fr", "Bonjour, je n'ai pas reçu ma commande."),
        ("es", "¿Cómo puedo cambiar mi contraseña?"),
        ("it", "Come posso cambiare la mia password?"),
        ("nl", "Hoe kan ik mijn wachtwoord wijzigen?"),
        ("pt", "Como posso mudar a minha senha?"),
        ("sv", "Hur kan jag ändra mitt lösenord?"),
        ("da", "Hej, min ordre er ikke kommet"),
        ("pl", "Jak mogę zmienić hasło?"),
        ("tr", "Şifremi nasıl değiştirebilirim?"),
        ("ru", "Где мой заказ?"),
        ("ja", "注文した商品が届きません"),
        ("zh", "我的订单在哪里"),
        ("fr", "Combien coûte la livraison en Belgique ?"),
        ("fr", "Mot de passe oublié"),
        ("it", "Quanto costa la spedizione?"),
        ("pt", "Quanto custa o envio?"),
        ("nl", "Hoeveel kost de verzending?"),
        ("de", "Hilfe"),
        ("de", "Passwort vergessen"),
        ("es", "Ayuda"),
        ("de", "Hi, die Bestellung in der App ist nicht da, see https://example.com/the/order"),
        ("de", "Hi, gibt es am Wochenende Support?"),
        ("de", "App stürzt ab"),
        ("de", "Batterie leer"),
        ("fr", "Le hub clignote en rouge"),
        ("fr", "Capteur cassé"),
        ("es", "La sonda no conecta"),
        ("it", "Il sensore non si collega"),
        ("nl", "Hi, mijn batterij is leeg"),
        ("pt", "A sonda não liga desde ontem"),
        ("en", "Is shipping to Norway free over 200 euros?"),
        ("en", "can u ship to norway"),
        ("en", "Hi, do sensors come in packs"),
    ],
)
def test_a_short_mail_tells_its_language(code: str, text: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "asdf 123",
        "invoice 2231 pdf",
        "AB-1042",
        "https://example.com",
        "🙂",
        "price per text message",
        "door",
        "PO",
        "Alarm over night is loud",
        "Hey",
    ],
)
def test_without_common_words_the_language_is_not_guessed(text: str) -> None:
    assert language(text) is None


def test_a_letter_that_has_no_name_is_of_no_language() -> None:
    assert language("\U00017dff \U00017dff") is None


def test_stems_meet_across_word_forms_and_contractions() -> None:
    stems = stems_for(["How do I get my money back when the item has not arrived?"], common_words=False)
    assert stems("It hasn't been refunded, my REFUNDS!") == stems("refund refunding")
