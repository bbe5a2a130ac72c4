"""Mails that thank and ask nothing; and what is never a courtesy."""

import pytest

from postroom_kit.knowledge.courtesy import (
    above_name,
    behind_closing,
    hard_facts,
    is_closing,
    is_courtesy,
    is_thanks,
    is_wish,
)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks!",
        "Hi team,\n\nThank you so much for your help.\n\nBest regards\nMaeve Collins",
        "Danke!",
        "Vielen Dank für die schnelle Antwort!\n\nJutta Brandt",
        "Merci beaucoup",
        "Cher Paul, merci beaucoup",
        "Muchas gracias por su mensaje",
    ],
)
def test_thanks_alone_is_seen_in_the_languages_customers_write(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello",
        "Thanks, but it does not work.",
        "Thank you. When does it ship?",
        "Danke, aber der Sensor ist kaputt.",
        "Thanks for the refund of 20 euros",
        "Jutta Brandt",
    ],
)
def test_what_says_more_or_nothing_is_not_thanks(text: str) -> None:
    assert not is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Perfect, that works now. Thank you!",
        "Arrived, thanks!",
        "Thank you. False alarm.",
        "Ok all done, back online. Thanks",
        "Great, solved, thanks a lot.",
        "Great thanks, that did the trick :)",
        "Thank you for your quick response, that answers my question. Kind regards, Tom",
        "Vielen Dank, das hat geholfen!",
        "Problem gelöst, vielen Dank für Ihre Hilfe. Mit freundlichen Grüßen Jutta Brandt",
        "Merci beaucoup, ça marche maintenant.",
        "Gracias, ya funciona.",
        "Grazie mille, ora funziona tutto!",
        "Top, het werkt nu. Dank u wel.",
        "Obrigado, funcionou!",
    ],
)
def test_thanks_that_say_all_is_well_now_are_thanks(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, but it still does not work",
        "Thanks! And can I also return the hub?",
        "Thanks, that works now. What about the other one?",
        "Thanks, it worked for an hour",
        "Great, solved nothing, thanks",
        "Not fixed, thanks",
        "Works? Thanks",
        "Great, thanks a lot for wasting my time!",
        "Danke, das hat nicht geholfen.",
        "Danke, so geht das nicht",
        "Merci, ça ne marche pas.",
        "Gracias, no funciona.",
        "Grazie, non funziona",
        "Bedankt, het werkt niet.",
        "Obrigado, não funcionou.",
        "It works now",
    ],
)
def test_thanks_beside_what_is_not_well_or_is_asked_are_none(text: str) -> None:
    assert not is_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks, NOT WORKING",
        "Thanks. Broken.",
        "Thanks, Cancel",
        "Danke. Kaputt.",
        "Danke\nKündigung",
        "Danke Kündigung",
        "Merci\nRemboursement",
        "Thanks\nUnsubscribe",
        "Stop\nThanks",
    ],
)
def test_a_capitalised_complaint_is_no_name_below_thanks(text: str) -> None:
    assert not is_thanks(text)


def test_what_is_longer_than_anybodys_thanks_is_none() -> None:
    assert is_thanks("Thanks.\n" * 100)
    assert not is_thanks("Thanks.\n" * 300)


def test_a_name_below_thanks_is_the_writers_where_that_is_known() -> None:
    assert is_thanks("Danke\nKim Doe\nHead of Cooling", "Kim Doe")
    assert is_thanks("Thanks, Jane", "Jane Doe")
    assert not is_thanks("Danke\nKaputt", "Kim Doe")


SIGNATURE = "Kim Doe\nHead of Cooling\nDoe & Sons Bakery Ltd\n+44 20 7946 0000\nkim@example.com"


def test_who_wrote_a_mail_and_where_to_reach_them_is_no_part_of_what_it_says() -> None:
    assert above_name(f"Thanks!\n\n{SIGNATURE}", "Kim Doe") == "Thanks!"
    assert is_thanks(f"Thanks!\n\n{SIGNATURE}", "Kim Doe")


@pytest.mark.parametrize(
    "below",
    [
        "Still broken",
        "The hub is dead.",
        "Call 020 7946 0000",
        "When?",
        "please stop",
        "Kündigung",
        "Neue Adresse: Hauptstr. 5",
        "Reembolso 20431",
        "Rückruf 0170 1234567",
        "WF-20431 Arrived Damaged",
        "WF-20431",
        "Ticket #4711",
        "Second Parcel Lost",
        "Hub Is Broken",
        "Package Came Open",
    ],
)
def test_a_line_below_a_name_that_says_something_keeps_all_of_a_mail(below: str) -> None:
    text = f"Thanks!\n\nKim Doe\n{below}"
    assert above_name(text, "Kim Doe") == text


@pytest.mark.parametrize(
    "below",
    ["Account Manager", "IT Department", "Newry, Co. Down", "DE-80331 Munich", "Smith Fridge Repairs", "Am Markt 5"],
)
def test_a_title_a_trade_and_a_place_below_a_name_say_nothing(below: str) -> None:
    assert is_thanks(f"Thanks!\n\nKim Doe\n{below}", "Kim Doe")


def test_a_title_cased_complaint_is_no_name_where_the_writers_is_not_known() -> None:
    assert not is_thanks("Thanks\nBob\nHub Arrived Damaged")
    assert is_thanks("Thanks\nIssue Black", "Issue Black")


@pytest.mark.parametrize(
    "subject", ["Refund", "Re: Cancel my plan", "RE: Unsubscribe", "AW: Kündigung", "Cancel WF-20431"]
)
def test_a_subject_that_only_wants_something_done_is_a_wish(subject: str) -> None:
    assert is_wish(subject)


@pytest.mark.parametrize("subject", ["", "Re: Refund confirmed", "Re: Return label", "Your refund", "How do I cancel?"])
def test_a_subject_that_names_or_asks_more_is_no_wish(subject: str) -> None:
    assert not is_wish(subject)


def test_a_first_line_with_the_writers_name_in_it_is_no_name_below_thanks() -> None:
    assert not is_thanks("Complaint Kim Doe\nThanks", "Kim Doe")


def test_a_name_on_each_of_many_lines_is_looked_for_near_the_end_alone() -> None:
    text = "Thanks\n" + "Kim\n" * 25_000 + "and it is broken"
    assert above_name(text, "Kim Doe") == text


def test_other_names_and_a_mail_of_a_name_alone_are_left_as_they_are() -> None:
    assert above_name(f"Thanks!\n\n{SIGNATURE}", "Ana Roe") == f"Thanks!\n\n{SIGNATURE}"
    assert above_name("Kim Doe", "Kim Doe") == "Kim Doe"
    assert above_name(SIGNATURE, "") == SIGNATURE


@pytest.mark.parametrize("word", ["refund", "voucher", "discount", "liability", "goodwill", "ensure", "Gutschrift"])
def test_a_word_that_commits_us_is_a_hard_fact_and_no_name_in_a_greeting(word: str) -> None:
    assert hard_facts(f"Hello {word.capitalize()}") == [word.capitalize()]
    assert not is_courtesy(f"Hello {word.capitalize()}")
    assert is_courtesy("Hello Ana")


@pytest.mark.parametrize("text", ["Thanks a lot!", "thx", "Thank you so much.", "Thanks in advance", "Danke im Voraus"])
def test_thanks_in_short_forms_are_thanks(text: str) -> None:
    assert is_thanks(text)


@pytest.mark.parametrize(
    "line",
    [
        "Kindest regards",
        "With kind regards",
        "Many thanks and best regards",
        "Best regards Jane",
        "Warm regards Jane Doe",
        "Best Regards Jane",
        "Mit freundlichen Grüßen Jutta Brandt",
        "Viele liebe Grüsse",
        "Cordialement Paul",
    ],
)
def test_a_closing_is_seen_in_longer_forms_and_with_the_name_behind_it(line: str) -> None:
    assert is_closing(line)


@pytest.mark.parametrize(
    "line",
    [
        "Best regards from the hub that is offline",
        "With regards to my order",
        "Best hub",
        "Best Hub",
        "Yours is broken",
    ],
)
def test_what_only_begins_like_a_closing_is_none(line: str) -> None:
    assert not is_closing(line)


@pytest.mark.parametrize(
    "sentence",
    [
        "Take care of it quickly",
        "All the best settings are lost",
        "Bye bye data",
        "Yours is broken",
        "Regards from here",
    ],
)
def test_a_sentence_that_begins_as_a_closing_ends_no_letter(sentence: str) -> None:
    assert behind_closing(sentence) is None


def test_what_stands_behind_a_closing_is_told() -> None:
    assert behind_closing("Kind regards from all at the bakery") == "from all at the bakery"
    assert behind_closing("Best Regards") == ""
    assert behind_closing("Bye the way") is None
