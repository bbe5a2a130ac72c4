"""How sure the support agent is of its articles: clear questions, and questions next to what an article says."""

from __future__ import annotations

import pytest

from postroom_kit.kept import NOWHERE
from postroom_kit.knowledge.asking import asked
from support_agent.checks import SURE_OF_ANSWER, knowledge
from support_agent.offline import answerable

CLEAR = (
    ("order", "Can I change my order before it is packed?", "order-change"),
    ("wrong quantity", "I have ordered too few sensors. Can I add two more to this order?", "order-change"),
    ("address", "There is a typo in my delivery address. How do I change it?", "delivery-address-change"),
    ("moving", "We have moved. Can the parcel be redirected to our other address?", "delivery-address-change"),
    ("locker", "Can you deliver to a parcel locker?", "po-box-pickup"),
    ("pick up", "Can I collect my order at your warehouse?", "po-box-pickup"),
    ("label", "How long is a return label valid?", "return-how"),
    ("return", "How do I start a return?", "return-how"),
    ("return costs", "Is the return shipping free?", "return-cost"),
    ("Norway", "What does it cost to return a sensor from Norway?", "return-cost"),
    ("refund", "When do I get the refund for the goods I sent back?", "refund-time"),
    ("my money", "How many working days does a refund take?", "refund-time"),
    ("warranty", "Does the warranty cover water damage?", "warranty"),
    ("years", "How many years of warranty do your hubs have?", "warranty"),
    ("invoices", "Can our invoices be sent to another address by mail?", "invoice-download"),
    ("PDF", "Where can I download an invoice as a PDF?", "invoice-download"),
    ("card", "Our credit card expires. How can we replace it?", "card-update"),
    ("new card", "How do I update the card details of our subscription?", "card-update"),
    ("two-factor", "How can I turn on two-factor authentication?", "two-factor-setup"),
    ("lost phone", "I lost my phone and have no authenticator app any more. How do I sign in?", "two-factor-lost"),
    ("ownership", "How do I transfer the ownership of our account to a colleague?", "owner-transfer"),
    ("hub offline", "Our hub is offline. What should I do?", "hub-offline"),
    ("pairing", "How do I add a new sensor?", "sensor-pairing"),
    ("range", "What is the range between a sensor and the hub?", "sensor-range"),
    ("chain", "Can a second person be warned when nobody confirms an alert?", "alert-escalation"),
    ("report", "How can I make a HACCP report?", "audit-report"),
    ("phones", "Which iOS or Android version does the app need?", "app-phones"),
    ("outage", "Is there an outage of your service at the moment?", "status-page"),
    ("webhooks", "Do you have webhooks, and how are they signed?", "integration-webhook"),
    ("plan", "How do I get from Pro to Free?", "plan-downgrade"),
    ("plan", "How do I get from Free to Pro?", "plan-upgrade"),
    ("Upgrade", "How do I get from Team to Free?", "plan-downgrade"),
    ("costs", "What does the Team plan cost per year?", "plan-yearly"),
    ("Q 16", "How much is shipping for 250 euros to France?", "shipping-cost"),
    ("asdf", "How long does delivery take?", "shipping-times"),
    ("free", "Hi, is shipping free?", "shipping-cost"),
    ("free", "Do you have free shipping?", "shipping-cost"),
    ("shop", "Can you deliver to a parcel shop in Edinburgh?", "po-box-pickup"),
    ("minus 80", "Can the sensors measure in an ultra-low freezer at minus 80?", "temperature-range"),
)
NEAR = (
    ("order", "Can I move my order to next month?"),
    ("address", "Can you forget my old delivery address?"),
    ("label", "Can you make the return label valid for longer?"),
    ("refund", "Can the refund be paid in cash?"),
    ("warranty", "How do I cancel a warranty claim?"),
    ("warranty", "How long is the warranty on the power adapter?"),
    ("invoice", "How do I stop the invoices by mail?"),
    ("card", "Can two cards be stored for one subscription?"),
    ("recovery", "How do I print the recovery codes again?"),
    ("owner", "How do I remove the owner of our account?"),
    ("hub", "How do I switch off the hub at night?"),
    ("hub", "How do I delete a hub from my account?"),
    ("sensor", "How do I turn off a sensor for the summer?"),
    ("range", "What is the range of the hub's Wi-Fi?"),
    ("extender", "How many range extenders can I use with one hub?"),
    ("chain", "Can I shorten the 10 minutes of the escalation chain?"),
    ("report", "Can an audit report be made in German?"),
    ("app", "How do I uninstall the app from all phones?"),
    ("api", "Can you increase the number of requests of our API key?"),
    ("sheets", "How do I import rows from Google Sheets?"),
    ("backup", "Can you restore readings from a backup?"),
    ("demo", "How do I postpone a demo?"),
    ("charity", "How do I end the charity discount?"),
    ("", "about my order"),
    ("", "hello, the package"),
    ("", "test"),
    ("", "Nothing happens."),
    ("", "Where are you located?"),
    ("order", "Who cancelled my order?"),
    ("order", "My order was cancelled, why?"),
    ("sms", "I did not get the text message."),
    ("hub", "The hub has no light at all."),
    ("api", "My API key does not work."),
    ("data", "Is the data encrypted, and who at your company can see it?"),
    ("", "Is Saturday a working day for delivery?"),
    ("", "What did the Team plan cost last year?"),
    ("", "What will the Team plan cost next year?"),
    ("", "What did shipping cost before September?"),
    ("", "What did the 4G stick cost last winter?"),
    ("", "What will the starter kit cost from January?"),
    ("", "How much was shipping in summer?"),
    ("", "What did the starter kit use to cost?"),
    ("", "How many text messages did I use last month?"),
    ("", "We got a new router. How do I connect the hub to it?"),
    ("trial", "Can I have the free trial on Team instead of Pro?"),
    ("", "What are your opening hours on Christmas?"),
    ("", "I can't remember my recovery codes"),
    ("", "How long is a gift voucher from Amazon valid?"),
    ("", "How do I reset a hub of Philips to factory settings?"),
    ("", "What does the Business plan cost?"),
    ("", "What does the Enterprise plan cost?"),
    ("", "Can I plug the sensor into our router by cable?"),
    ("", "Where do you keep our credit card data?"),
    ("", "I started a return an hour ago. How do I cancel?"),
    ("", "How many people can have the Billing role?"),
    ("", "Do I need the hub to use a sensor?"),
    ("", "Do I need a hub for each sensor?"),
    ("", "Do I have to have a hub for each sensor?"),
    ("", "Does the sensor come with a hub?"),
    ("", "Does the sensor come with batteries?"),
    ("", "Does the 4G stick come with a SIM card?"),
    ("", "Is a sensor included with the hub?"),
    ("", "How do I cancel a calibration?"),
    ("", "The light is steady green but the app says offline"),
    ("", "The hub light is steady green, but the app says it is offline. What can I do?"),
)
PLAIN = (
    ("How can I return a sensor?", "return-how"),
    ("Can we plug our hub into the router by cable rather than wifi?", "hub-ethernet"),
    ("What happens to the hub if the power goes out overnight?", "hub-power-cut"),
    ("I ordered by mistake an hour ago. How do I cancel?", "order-cancel"),
    ("Where do you keep all our data?", "data-location"),
    ("How many sensors are in the Team plan?", "plans-prices"),
    ("How long is a gift voucher of Wrenfrost valid?", "gift-voucher"),
    ("I can't remember my password.", "password-reset"),
    ("What are your opening hours, please?", "support-hours"),
    ("Does the starter kit come with a hub?", "starter-kit"),
    ("What do you need for a warranty claim?", "warranty-claim"),
    ("Do I need a payment card for the trial?", "free-trial"),
    ("What are your business hours?", "support-hours"),
    ("1 more question: how long is the warranty?", "warranty"),
    ("How long does the hub battery last?", "hub-power-cut"),
    ("Does the starter kit come with a power adapter?", "starter-kit"),
    ("Can I have several locations in one account?", "several-locations"),
)


BESIDE = (
    "Why was I charged twice? Both payments were settled in January, it is not pending.",
    "How do I cancel my subscription? I clicked Cancel subscription and get an error 500.",
    "How do I export my data? The Export button is greyed out.",
    "The Cancel button is gone. How do I cancel my subscription?",
    "How accurate are the sensors? Our inspector needs a signed letter about it.",
    "Where do I find the return label? The PDF that you sent me is blank.",
    "How do I export my data? I tried that and it crashed.",
    "How do I export my data?\n\nKind regards\nMia Wolf\n\nPS: The Export button is greyed out.",
    "How do I export my data?\n\nCheers, the Export button is greyed out.",
    "How accurate are the sensors as well as where they are made?",
    "How accurate are the sensors? My manager wants to know where they are manufactured.",
    "What does a further text message cost, and can they go to US numbers?",
    "How do I reset the hub to factory settings and get my deleted readings back?",
    "How long is the warranty? I'd also like to know if the hub is available in black.",
    "The hub is offline, I unplugged it three times already. What now?",
    "The hub is offline. We put it back to factory settings but it is still red.",
    "I reset my password but the link does not work. How do I sign in?",
    "I have exported the CSV but it is empty. How do I export my data?",
    "My sensor is two years old and it fell into the fryer. Is that covered by the warranty?",
    "how do i cancel my order and when do i get the money",
    "Can I pay with PayPal by the month?",
    "Do you ship to Norway over the weekend?",
    "How long does shipping to Spain take at the weekend?",
    "Can I change my order next week?",
    "I paid for express delivery and it came on the fourth day. I want the express fee back; how do I get it?",
    "I am an electronics engineer. Are there any openings at present?",
    "I dropped the hub and the case is bent. How do I make a warranty claim?",
)
HARMLESS = (
    "How long is the warranty? We run a small bakery in Lyon.",
    "Hello team,\nI hope you are well. How do I export my data?\nMany thanks in advance,\nAnna",
    "How do I reset the hub to factory settings?\n\nKind regards\nMia Wolf\nFacility Manager\nPhone +44 20 7946 0000",
    "How long is the warranty?\n\nWith kind regards from the whole family, and do come by,\nPerry",
    "Where can I find my invoices? My accountant asks for them.",
    "Do you have webhooks, and how are they signed?",
    "We are closing our cafe at the end of the month. How do I cancel the subscription?",
    "Over the weekend we moved. Can the parcel be redirected to our other address?",
    "I bought a hub last year. How do I reset it to factory settings?",
)


def sure(subject: str, text: str) -> bool:
    return all(answerable(NOWHERE).confidence(found) >= SURE_OF_ANSWER for found in asked(knowledge, subject, text))


def test_three_clear_questions_in_four_are_answered_and_none_wrongly() -> None:
    answered = [
        (found, id) for subject, text, id in CLEAR if sure(subject, text) for found in asked(knowledge, subject, text)
    ]
    assert {id for found, id in answered if found.passages[0].id != id} == set()
    assert len(answered) >= 0.75 * len(CLEAR)


@pytest.mark.parametrize(("text", "id"), PLAIN)
def test_a_plain_question_is_answered_in_more_words_than_one(text: str, id: str) -> None:
    assert [found.passages[0].id for found in asked(knowledge, "", text)] == [id]
    assert sure("", text)


@pytest.mark.parametrize(("subject", "text"), NEAR)
def test_what_is_next_to_an_article_is_not_answered_by_it(subject: str, text: str) -> None:
    assert not sure(subject, text)


@pytest.mark.parametrize("text", ["Thanks, but that does not work.", "When will I get a reply?", "Can you help me?"])
def test_words_that_say_nothing_are_not_answered_from_the_subject(text: str) -> None:
    assert not sure("Re: Warranty", text)


@pytest.mark.parametrize("text", BESIDE)
def test_what_is_said_or_asked_beside_a_question_is_not_passed_over(text: str) -> None:
    assert not sure("", text)


@pytest.mark.parametrize(
    "told",
    [
        "Cancel my plan.",
        "Hi, change my delivery address to Elm Road 4.",
        "Send me a new hub.",
        "Delete my account. I have a bakery. It is in Oslo. We bake bread.",
        "Upgrade me to Business.",
        "I hereby cancel my plan.",
        "Our order must be cancelled.",
        "Ship it today.",
    ],
)
def test_what_we_are_told_to_do_before_a_question_of_something_else_is_not_passed_over(told: str) -> None:
    assert not sure("", f"{told}\nDo you ship to Norway?")


@pytest.mark.parametrize(
    "text",
    [
        "Cancel my plan. How do I do that?",
        "We run a bakery in Oslo. Do you ship to Norway?",
        "Our parcel must be on the way. Where do I find the tracking number?",
    ],
)
def test_what_leads_up_to_a_question_does_not_keep_it_from_its_answer(text: str) -> None:
    assert sure("", text)


@pytest.mark.parametrize("text", HARMLESS)
def test_what_changes_nothing_beside_a_question_does_not_keep_it_from_its_answer(text: str) -> None:
    assert sure("", text)


@pytest.mark.parametrize(
    "told",
    [
        "Your app deleted my photos. What can I do?",
        "My starter kit came without the cable. What now?",
        "My sensor is purple. Why is that?",
    ],
)
def test_what_is_told_and_asked_about_before_another_question_stays_open(told: str) -> None:
    found = asked(knowledge, "", f"{told} And can I add a second location?")
    (unanswered,) = answerable(NOWHERE).compose(found, SURE_OF_ANSWER).unanswered
    assert told.endswith(unanswered)


@pytest.mark.parametrize("further", ["For how long?", "And how much?", "Since when?", "If so, where?"])
def test_a_few_words_that_ask_on_are_a_question_too(further: str) -> None:
    found = asked(knowledge, "", f"Does it work without internet? {further}")
    assert len(found) == 2
    assert answerable(NOWHERE).confidence(found[0]) >= SURE_OF_ANSWER
    assert further in answerable(NOWHERE).compose(found, SURE_OF_ANSWER).unanswered
