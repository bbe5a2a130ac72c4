"""Whether an article speaks of what a question asks."""

import time

import pytest

from postroom_kit.knowledge import Knowledge
from postroom_kit.knowledge.contrasts import contrasts
from postroom_kit.knowledge.word_groups import WordGroups, phrasal

KNOWLEDGE = Knowledge.load(
    [
        {
            "id": "alarm-on",
            "questions": ["How do I turn on the alarm?", "activate alarms for the oven"],
            "answer": "Turn on the alarm under Settings. The lamp shows that the oven is connected.",
        },
        {
            "id": "oven-move",
            "questions": ["How do I move an oven to another kitchen?"],
            "answer": "Move the oven in the app. Recipes are kept.",
        },
        {
            "id": "guarantee",
            "questions": ["How long is the warranty on an oven?"],
            "answer": "The warranty is two years.",
        },
        {
            "id": "history",
            "questions": ["How long are recipes kept?", "are old recipes deleted"],
            "answer": "Recipes are deleted after a year. A recipe can be printed under Recipes.",
        },
        {"id": "cable", "questions": ["How long is the cable?"], "answer": "The cable has two metres."},
    ]
)
cover = KNOWLEDGE.vocabulary.coverage


def test_a_question_in_other_words_of_the_same_meaning_leaves_nothing_open() -> None:
    left = cover("guarantee", "Please tell me, how long is the guarantee on your ovens?", "")
    assert (left.lacking, left.foreign, left.unknown) == ((), 0.0, 0.0)


@pytest.mark.parametrize("question", ["Do you offer a warranty on ovens?", "Which warranty do you provide on an oven?"])
def test_to_offer_is_a_way_of_asking(question: str) -> None:
    assert cover("guarantee", question, "").lacking == ()


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("How do I delete old recipes?", True),
        ("Are old recipes deleted?", False),
        ("When do you delete recipes?", False),
        ("How do I print a recipe?", False),
    ],
)
def test_what_is_done_by_itself_does_not_tell_how_to_do_it(question: str, other: bool) -> None:
    assert cover("history", question, "").other_action is other


@pytest.mark.parametrize(
    "question",
    ["How do I turn off the alarm?", "How do I turn the alarm off?", "Can I disable the alarm?", "deactivate alarms"],
)
def test_the_opposite_is_seen(question: str) -> None:
    assert cover("alarm-on", question, "").opposite


@pytest.mark.parametrize(
    "question", ["How do I turn on the alarm?", "Can I switch the alarm on?", "activate the alarm"]
)
def test_the_same_is_not_taken_for_the_opposite(question: str) -> None:
    assert not cover("alarm-on", question, "").opposite


def test_a_thing_that_another_article_is_about_is_foreign() -> None:
    left = cover("guarantee", "How long is the warranty on the cable?", "")
    assert left.lacking == ("cabl",)
    assert left.foreign > 0
    assert left.unknown == 0


def test_a_thing_that_no_article_knows_is_unknown() -> None:
    left = cover("guarantee", "How long is the warranty on the toaster?", "")
    assert left.unknown > 0
    assert left.foreign == 0


@pytest.mark.parametrize(
    ("question", "other"), [("How do I polish the oven?", True), ("How do I move the oven?", False)]
)
def test_an_action_the_article_does_not_have_is_seen(question: str, other: bool) -> None:
    assert cover("oven-move", question, "").other_action is other


def test_a_verb_beside_another_thing_of_the_article_is_seen() -> None:
    assert cover("oven-move", "How do I move recipes?", "").apart
    assert not cover("oven-move", "How do I move an oven?", "").apart


def test_a_question_of_one_word_is_judged_by_what_was_said_before_too() -> None:
    said = "The plug does not reach. How long is the cable?"
    assert "plug" in cover("cable", "How long is the cable?", said).lacking


@pytest.mark.parametrize(
    ("question", "thin"),
    [
        ("Do you have an API?", False),
        ("is there any API", False),
        ("And also, do you have an API?", False),
        ("Where is the API?", True),
        ("API", True),
        ("Do you have webhooks?", True),
    ],
)
def test_a_question_of_one_word_is_enough_where_a_wording_asks_by_yes_or_no_of_that_word_alone(
    question: str, thin: bool
) -> None:
    ways = Knowledge.load(
        [
            {"id": "api", "questions": ["Is there an API?"], "answer": "The API is part of Pro."},
            {"id": "webhook", "questions": ["Are webhooks signed?"], "answer": "Webhooks are signed."},
        ]
    )
    name = "webhook" if "webhook" in question else "api"
    assert ways.vocabulary.coverage(name, question, question).thin is thin


def test_a_question_without_words_of_its_own_is_all_open() -> None:
    assert cover("cable", "Is that possible?", "Cable. Is that possible?").unknown == 1.0


def test_a_phrasal_verb_is_one_word_wherever_its_second_half_stands() -> None:
    assert phrasal("turn it off") == "turnoff it"
    assert phrasal("Turn off the light") == "Turnoff the light"
    assert phrasal("the lid is off") == "the lid is off"


def test_no_word_means_its_own_opposite() -> None:
    groups = WordGroups(str.split)
    assert groups.written
    for word in map(phrasal, groups.written):
        for stem in word.split():
            assert groups.meaning(stem).isdisjoint(groups.opposites(stem)), stem


def test_each_contrast_leaves_something_of_it_open() -> None:
    made = list(contrasts(KNOWLEDGE))
    assert ("alarm-on", "deactivate alarms for the oven") in made
    assert all(cover(name, text, text).lacking or cover(name, text, text).apart for name, text in made)


def test_what_the_nearest_wording_says_beyond_the_question_is_unsaid() -> None:
    assert cover("oven-move", "move an oven to another kitchen", "move an oven to another kitchen").unsaid == 0
    assert cover("oven-move", "the oven", "the oven").unsaid > 0.3


def test_the_way_round_matters() -> None:
    assert phrasal("from Free to Pro") != phrasal("from Pro to Free")


def test_an_amount_of_money_is_not_a_thing_an_article_must_speak_of() -> None:
    assert KNOWLEDGE.vocabulary.words("the warranty of an oven of 250 euros or €99.50") == ["warranti", "oven"]


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("How do I return a kettle?", False),
        ("How long may I return a kettle?", True),
        ("Until when can I return a kettle?", True),
        ("When can I return a kettle?", True),
        ("How long is a return label valid?", False),
        ("How fast do you check a claim?", False),
        ("How long is a claim kept?", True),
    ],
)
def test_an_article_answers_how_long_where_a_wording_or_a_sentence_with_a_time_speaks_of_it(
    question: str, other: bool
) -> None:
    returns = Knowledge.load(
        [
            {
                "id": "return",
                "questions": ["How do I return a kettle?"],
                "answer": "Print the label under My orders. A return label is valid for 14 days. "
                "A claim is checked within one working day.",
            },
            {"id": "delivery", "questions": ["How long does delivery take?"], "answer": "Two days."},
        ]
    )
    assert returns.vocabulary.coverage("return", question, question).other_kind is other


@pytest.mark.parametrize(
    ("question", "other"),
    [
        ("How long is the warranty on an oven of Bosch?", True),
        ("How long is the warranty on an oven from the Acme Group?", True),
        ("How long is the warranty on an oven by Bakery Lund?", True),
        ("How long is the warranty on an oven from Germany?", False),
        ("How long is the warranty of Ovens?", False),
        ("How long is the warranty of our oven?", False),
    ],
)
def test_a_thing_of_a_name_that_no_article_knows_is_not_ours(question: str, other: bool) -> None:
    assert cover("guarantee", question, question).other_kind is other


def test_the_name_of_a_plan_tells_what_is_asked_though_its_word_only_asks_elsewhere() -> None:
    plans = Knowledge.load([{"id": "plans", "questions": ["What do the plans cost?"], "answer": "Solo costs €5."}])
    question = "What does the Business plan cost?"
    assert plans.vocabulary.coverage("plans", question, question).lacking == ("busi",)
    assert plans.vocabulary.coverage("plans", "What does a plan for a business cost?", "").lacking == ()


def test_how_many_questions_there_are_is_no_thing_an_article_must_speak_of() -> None:
    assert cover("guarantee", "6 more questions: how long is the warranty on an oven?", "").lacking == ()
    assert cover("guarantee", "How long is the warranty on 6 ovens?", "").lacking == ("6",)


def test_what_does_not_happen_tells_nobody_how_to_do_it() -> None:
    answer = "Order an inspection in the app; the oven does not stop."
    vocabulary = Knowledge.load([{"id": "check", "questions": ["Do you inspect ovens?"], "answer": answer}]).vocabulary
    assert vocabulary.coverage("check", "How do I stop the oven?", "").apart
    assert not vocabulary.coverage("check", "Does the oven stop?", "").apart
    assert not vocabulary.coverage("check", "How do I order an inspection?", "").apart


def test_a_number_without_end_holds_nobody_up() -> None:
    vocabulary = Knowledge.load([{"id": "a", "questions": ["Where is it?"], "answer": "Here."}]).vocabulary
    began = time.process_time()
    assert "parcel" in vocabulary.words(f"parcel {'1.' * 10_000} for 1.000,50 € or .5 eur")
    assert time.process_time() - began < 1
