"""Mails that go to a person whatever else they ask."""

import pytest

from postroom_kit.grave import grave, is_urgent, opts_out, says_more_than_thanks


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Where is the label? Otherwise we will sue you.", "legal"),
        ("I shall take you to court.", "legal"),
        ("I am going to sue wrenfrost!", "legal"),
        ("Our solicitors want to know how long the warranty is.", "legal"),
        ("I shall report you to consumer protection.", "legal"),
        ("I reserve all my rights under the Consumer Rights Act.", "legal"),
        ("We will take this to the regulator.", "legal"),
        ("You will receive a letter before claim.", "legal"),
        ("We will seek damages.", "legal"),
        ("This is breach of contract.", "legal"),
        ("We hold Wrenfrost liable for the goods.", "legal"),
        ("I'm going to dispute the charge with my bank.", "legal"),
        ("Ich gehe zur Verbraucherzentrale.", "legal"),
        ("Ceci est une mise en demeure.", "legal"),
        ("Chiediamo il risarcimento dei danni.", "legal"),
        ("My mother has recently died. How do I close her account?", "death"),
        ("She passed away on Sunday.", "death"),
        ("I write for my late husband.", "death"),
        ("The sensor exploded.", "injury"),
        ("There is smoke coming from the hub.", "injury"),
        ("I burned my hand on the adapter.", "injury"),
        ("My toddler ate the battery of a sensor.", "injury"),
        ("My dog chewed the sensor.", "injury"),
        ("The hub is very hot and stinks.", "injury"),
        ("The battery leaked onto my hand.", "injury"),
        ("Vaccines were spoiled because no alert came.", "injury"),
        ("Mein Kind hat die Batterie verschluckt.", "injury"),
        ("Mi hija se tragó la pila.", "injury"),
        ("Er komt rook uit de hub.", "injury"),
        ("Our account was hacked.", "break-in"),
        ("Somebody else has changed our password.", "break-in"),
        ("A stranger logged in last night.", "break-in"),
        ("You took 40 euros from my account!", "money"),
        ("I never ordered this.", "money"),
        ("The money is already gone.", "money"),
        ("Unplugging it did not help.", "did not help"),
        ("unplugging it didnt help", "did not help"),
        ("Der Akku brennt!", "an injury or a danger"),
        ("Just checking in on my request from Tuesday.", "asks after an earlier mail"),
        ("Hi, following up on my open refund.", "asks after an earlier mail"),
        ("Just checking in: any news?", "asks after an earlier mail"),
        ("I'm just following up.", "asks after an earlier mail"),
        ("We haven't heard back from you.", "asks after an earlier mail"),
        ("I have not received a reply yet.", "asks after an earlier mail"),
        ("Did you get my last email?", "asks after an earlier mail"),
        ("I ordered express and it is still not here.", "did not help"),
        ("The warning comes although I changed the batteries.", "did not help"),
    ],
)
def test_a_grave_mail_is_seen(text: str, reason: str) -> None:
    assert reason in (grave("", text, "Wrenfrost") or "")


@pytest.mark.parametrize(
    "text",
    [
        "My hub died after a year and a half. Is it covered?",
        "The sensor passed on the reading late.",
        "Can our hospital buy on account?",
        "How do you protect our account from hackers?",
        "The phone with my authenticator app was stolen.",
        "Does someone answer on weekends?",
        "I have not received a confirmation mail.",
        "Any news on my order?",
        "Did you get my return?",
        "Can I get a reminder before the plan renews?",
        "How do I stop the monthly payment?",
        "Was money taken when the checkout failed?",
        "We have a bakery in Court Street.",
        "Do you sell hubs to consumers?",
        "Does the audit report satisfy the authorities?",
        "Is the reverse charge on the invoice?",
        "Do your sensors work in a vaccine fridge?",
        "Can our hospital buy on a purchase order?",
        "Der Hub brennt rot.",
    ],
)
def test_words_that_only_look_grave_are_left_to_the_rest(text: str) -> None:
    assert grave("", text, "Wrenfrost") is None


def test_the_subject_counts_too() -> None:
    assert grave("My lawyer", "How long is the warranty?", "Wrenfrost") == "threatens legal action"


@pytest.mark.parametrize("text", ["STOP", "please unsubscribe", "Opt-out!", "Remove me please."])
def test_a_mail_that_only_opts_out_is_seen(text: str) -> None:
    assert opts_out(text)


@pytest.mark.parametrize("text", ["Please stop the order.", "How do I unsubscribe a colleague?"])
def test_a_mail_that_asks_to_stop_something_else_does_not_opt_out(text: str) -> None:
    assert not opts_out(text)


@pytest.mark.parametrize(
    "text",
    [
        "Thanks for nothing.",
        "Great, thanks a lot for wasting my time!",
        "Thank you for ignoring my question.",
        "Thank you for making me wait.",
        "Danke für nichts.",
        "Thank you for the parcel, the box was empty.",
        "Thank you for your answer, it was wrong.",
        "Thanks for the voucher, it is expired.",
        "Thanks. The address is 4 Mill Road, Leeds.",
        "Thanks, and can I ask one more thing?",
    ],
)
def test_thanks_with_more_behind_them_are_not_taken_for_nothing(text: str) -> None:
    assert says_more_than_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "That worked, thank you!",
        "Perfect, she is set up. Have a nice weekend.",
        "Thanks for sending the label so fast.",
    ],
)
def test_plain_thanks_say_no_more(text: str) -> None:
    assert not says_more_than_thanks(text)


@pytest.mark.parametrize(
    ("text", "urgent"),
    [
        ("My lawyer will sue, the hub caught fire.", True),
        ("You took 40 euros from my account! I will go to court.", True),
        ("My lawyer will write to you.", False),
        ("How long is the warranty?", False),
    ],
)
def test_danger_and_money_taken_are_urgent_whatever_else_is_grave(text: str, urgent: bool) -> None:
    assert is_urgent("", text, "Wrenfrost") is urgent


def test_thanks_for_following_up_ask_after_nothing() -> None:
    assert grave("", "Thank you for following up on my request.", "Wrenfrost") is None
    assert "after an earlier mail" in str(grave("", "I am following up on my request.", "Wrenfrost"))
