"""What a draft would commit us to, named, unless one passage says it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.knowledge import Passage
from postroom_kit.promises import Commitment, demanded, kind_of, unbacked, wanted_promise

REFUND = Passage("refund-time", "", "Refunds are made within 5 working days. You can also swap the item.", 1.0)
PRICE = Passage("price", "", "A door sensor costs €29, and a hub costs €79.", 1.0)


@pytest.mark.parametrize(
    ("sentence", "kind"),
    [
        ("We will refund the full amount.", "promises a refund"),
        ("You get your money back.", "promises a refund"),
        ("Wir erstatten Ihnen den Betrag.", "promises a refund"),
        ("We have credited your account.", "promises a credit"),
        ("A voucher is on its way.", "promises a credit"),
        ("You get 20 % off the next one.", "promises a discount"),
        ("The second one is free of charge.", "promises a discount"),
        ("Your parcel arrives on Friday.", "promises a delivery date"),
        ("We ship it within two working days.", "promises a delivery date"),
        ("It will be delivered by 4 March.", "promises a delivery date"),
        ("It will be delivered by the end of the week.", "promises a delivery date"),
        ("We accept that this was our fault.", "takes a legal position"),
        ("Wrenfrost is not liable for the stock.", "takes a legal position"),
        ("Your data is encrypted and secure.", "vouches for security"),
        ("We guarantee that it works.", "gives a guarantee"),
        ("I promise that somebody calls.", "gives a guarantee"),
        ("It costs 12.50 euros.", "names a price"),
        ("It is £14 a month.", "names a price"),
        ("The fair is on 12 June.", "names a date"),
        ("Somebody looks at it tomorrow.", "names a date"),
        ("Pay by credit card in the shop.", None),
        ("Open Settings, then Billing.", None),
        ("The hub sends readings to the app.", None),
    ],
)
def test_what_a_sentence_commits_us_to(sentence: str, kind: str | None) -> None:
    assert kind_of(sentence) == kind


def test_what_one_passage_says_is_no_promise_of_the_draft() -> None:
    assert unbacked("Refunds are made within 5 working days. A hub costs €79.", [REFUND, PRICE]) == []


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("Refunds are made within 3 working days.", "promises a refund"),
        ("A door sensor costs €19.", "names a price"),
        ("We refund you, and a hub costs €79.", "promises a refund"),
        ("Kind regards. We make an exception for you.", "gives a guarantee"),
    ],
)
def test_what_no_passage_says_is_named(body: str, kind: str) -> None:
    assert [found.kind for found in unbacked(body, [REFUND, PRICE])] == [kind]


def test_a_commitment_made_of_two_passages_is_stated_by_none() -> None:
    offer = Passage("offer", "", "You get a new sensor.", 1.0)
    term = Passage("term", "", "Within 2 hours.", 1.0)
    body = "You get a new sensor, within 2 hours."
    assert unbacked(body, [offer, term]) == [Commitment("names a date", body)]


@given(st.text(), st.text())
def test_any_text_can_be_judged(body: str, answer: str) -> None:
    unbacked(body, [Passage("any", "", answer, 1.0)])
    kind_of(body)


@pytest.mark.parametrize("piece", ["in ", "deliver ", "1 ", "a an ", "within 2 "])
def test_a_long_sentence_is_judged_to_its_end(piece: str) -> None:
    assert kind_of(f"{piece * 20_000}, and we will refund you.") == "promises a refund"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Can you guarantee me a day?", "guarantee"),
        ("Please confirm in writing.", "in writing"),
        ("Your colleague promised me free shipping. Do you ship to Norway?", "your colleague promised"),
        ("As discussed I get it for free. Do you ship to Norway?", "as discussed"),
        ("Your support team already confirmed half the price.", "your support team already confirmed"),
        ("I was promised a free hub.", "was promised"),
        ("The mayor has promised to come to our opening.", None),
        ("My boss told me to ask for a quote. Our team confirmed the order.", None),
        ("How long is the guarantee on the hub?", None),
        ("How long is the warranty?", None),
    ],
)
def test_a_mail_that_wants_a_promise(text: str, word: str | None) -> None:
    assert wanted_promise(text) == word


MONEY_DEMANDED = """\
Please refund the €190 for the yearly renewal, I asked within 14 days.
I ask for a refund of the yearly renewal.
I want my money back for the yearly renewal
I want the yearly renewal refunded.
My parcel is lost. Refund the order.
Refund my order please
Hello, could you please issue a full refund?
Can you refund my yearly renewal?
We’d like to get a refund.
Full refund, please!
Bitte erstatten Sie mir die Verlängerung.
Ich möchte mein Geld zurück.
Je voudrais être remboursé.
Quiero que me devuelvan el dinero.
Vorrei un rimborso.
Ik wil mijn geld terug.
Quero o meu dinheiro de volta.
"""


@pytest.mark.parametrize("text", MONEY_DEMANDED.splitlines())
def test_money_demanded_back_is_seen(text: str) -> None:
    assert demanded(text) == "asks for money back"


ACTS_DEMANDED = """\
One of the three sensors is missing from the parcel, please send it.
The probe came broken. Please send us a replacement.
Please cancel my subscription as of today.
"""


@pytest.mark.parametrize("text", ACTS_DEMANDED.splitlines())
def test_an_act_demanded_of_us_is_seen(text: str) -> None:
    assert demanded(text) == "asks us to act"


QUESTIONS = """\
When do I get my refund?
When can I expect my refund?
How do I ask for a refund?
How do refunds work?
Can I get a refund after 14 days?
Do I get my money back if I want a refund?
I want to know when the refund comes.
Please tell me how long a refund takes.
Please explain the refund policy.
I need the refund policy.
How do I cancel my subscription?
Please tell me how to cancel my order.
Please send it to me by mail: how long is the warranty?
Wann bekomme ich mein Geld zurück?
Ich möchte wissen, wann ich mein Geld zurück bekomme.
Quand serai-je remboursé ?
Wanneer krijg ik mijn geld terug?
"""


@pytest.mark.parametrize("text", QUESTIONS.splitlines())
def test_a_question_about_money_or_an_act_is_no_demand(text: str) -> None:
    assert demanded(text) is None


@pytest.mark.parametrize("piece", ["i want to ", "please ", "ich will mein ", "quiero "])
def test_a_demand_at_the_end_of_a_long_text_is_found(piece: str) -> None:
    assert demanded(f"{piece * 20_000}know. Please refund me.") == "asks for money back"
