"""Every factual sentence of a reply stands in a passage, or is reported."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.knowledge import Passage, supported, unsupported_sentences

PLAN = Passage(
    "plan",
    "How do I change my plan?",
    "You can change the plan at any time under **Settings > Plan**. The change takes effect at the next invoice, "
    "and your data stays where it is. If you downgrade, your files are kept for 30 days.",
    0.9,
)
BILLING = Passage(
    "billing",
    "Can I get my money back?",
    "We refund nothing after 30 days. Write to [billing](https://example.com/billing) with your invoice number.",
    0.5,
)
PASSAGES = [PLAN, BILLING]

COURTESIES = [
    "Hi Anna,",
    "Dear Dr. Müller,",
    "Hi there!",
    "Thanks for your message!",
    "Hi Anna, thanks for your message!",
    "We are sorry for the trouble.",
    "If that does not help, just reply to this mail.",
    "Best regards,\nThe Postroom team",
    "Mit freundlichen Grüßen\nIhr Support",
    "Merci pour votre message.",
    "Gracias por su mensaje.",
]


@pytest.mark.parametrize("body", COURTESIES)
def test_courtesy_needs_no_source(body: str) -> None:
    assert supported(body, []) == []


@pytest.mark.parametrize(
    "body",
    [
        "You can change the plan at any time under Settings > Plan.",
        "you can change the plan at any time\nunder “Settings > Plan”",
        "- You can change the plan at any time under `Settings > Plan`",
        "Hi Anna, you can change the plan at any time under Settings > Plan.",
        "Also, you can change the plan at any time under Settings > Plan.",
        "The change takes effect at the next invoice, and your data stays where it is.",
        "You can change the plan at any time under Settings > Plan, and the change takes effect at the next invoice.",
        "Your data stays where it is.",
        "Write to [billing](https://example.com/billing) with your invoice number.",
        "Write to billing with your invoice number.",
    ],
)
def test_words_that_stand_in_a_passage_are_supported(body: str) -> None:
    claims = supported(body, PASSAGES)
    assert [claim.is_supported for claim in claims] == [True]


@pytest.mark.parametrize(
    "body",
    [
        "We refund.",
        "Your files are kept for 30 days.",
        "Write to billing.",
        "Yes, you can change the plan at any time under Settings > Plan.",
        "You can never change the plan.",
        "Write to [billing](https://evil.test) with your invoice number.",
        "Thanks for your order 1234.",
        "Hi Full Refund, you can change the plan at any time under Settings > Plan.",
        "Hello you owe us nothing",
        "Best regards,\nYour money comes back",
        "Does the plan cost 5 EUR?",
    ],
)
def test_words_that_change_what_a_passage_says_are_reported(body: str) -> None:
    assert unsupported_sentences(body, PASSAGES)


def test_a_claim_names_its_passages_and_what_is_missing() -> None:
    claims = supported("Your data stays where it is. You get 50 € back by 3 May.", PASSAGES)
    assert [(claim.sources, claim.missing) for claim in claims] == [(("plan",), ()), ((), ("50 €", "3"))]


def test_every_sentence_of_an_answer_supports_itself() -> None:
    for passage in PASSAGES:
        assert unsupported_sentences(passage.answer, [passage]) == []


amounts = st.one_of(
    st.integers(31, 10**9).map(lambda value: f"{value} EUR"),
    st.decimals(0, 9_999, places=2).map(lambda value: f"${value}"),
    st.integers(31, 999).map(lambda value: f"{value}%"),
)
sentences = st.sampled_from(
    [*PLAN.answer.split(". "), *BILLING.answer.split(". "), *COURTESIES, "We refund {}", "That is {} for you", "{}"]
)


@given(amount=amounts, sentence=sentences, place=st.integers(0, 12), around=st.lists(sentences, max_size=3))
def test_a_sentence_with_an_amount_no_passage_has_is_always_reported(
    amount: str, sentence: str, place: int, around: list[str]
) -> None:
    words = sentence.replace("{}", amount).split(" ")
    words.insert(min(place, len(words)), amount)
    body = "\n\n".join([*around, " ".join(words), *around])
    reported = unsupported_sentences(body, PASSAGES)
    assert any(amount in sentence for sentence in reported)


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_makes_the_check_fail(body: str, answer: str) -> None:
    supported(body, [Passage("any", "any", answer, 1.0)])
