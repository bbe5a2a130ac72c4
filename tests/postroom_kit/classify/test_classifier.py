"""A classifier fitted on few examples: right, honest about it, and able to say that nothing fits."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from postroom_kit.classify import Classifier, Prediction, confidence, similarity
from postroom_kit.classify.confidence import out_of_scope_texts
from postroom_kit.classify.similarity import Similarity, _letter_terms

EXAMPLES = {
    "billing": [
        "why was I charged twice this month",
        "please send me the invoice for march",
        "my card was charged the wrong amount",
        "I need a copy of my last invoice",
        "can I pay by bank transfer",
        "the payment failed but money was taken",
    ],
    "delivery": [
        "where is my parcel",
        "my package has not arrived yet",
        "the courier left the parcel at the wrong house",
        "how long does shipping take",
        "can I change the delivery address",
        "tracking says delivered but there is no package",
    ],
    "login": [
        "I forgot my password",
        "the reset link does not work",
        "I cannot log in to my account",
        "my account is locked after too many attempts",
        "how do I change my password",
        "the login page shows an error",
    ],
}


def rows(examples: dict[str, list[str]]) -> list[dict[str, str | None]]:
    return [{"text": text, "label": label} for label, texts in examples.items() for text in texts]


@pytest.fixture(scope="module")
def classifier() -> Classifier:
    return Classifier.fit(rows(EXAMPLES))


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("I was charged the wrong amount on my invoice", "billing"),
        ("my parcel has still not arrived", "delivery"),
        ("I can't log in, I forgot my pasword", "login"),
    ],
)
def test_a_text_like_the_examples_gets_their_label(classifier: Classifier, text: str, label: str) -> None:
    prediction = classifier.predict(text)
    assert prediction.label == label
    assert prediction.confidence > 0.5
    assert max(prediction.probabilities, key=prediction.probabilities.__getitem__) == label


@pytest.mark.parametrize(
    "text", ["how do penguins keep their eggs warm", "recipe for lentil soup", "zxcv qwer uiop", "🙂🙂🙂"]
)
def test_a_text_about_something_else_gets_no_label(classifier: Classifier, text: str) -> None:
    assert classifier.predict(text).label is None


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_empty_text_gets_nothing(classifier: Classifier, text: str) -> None:
    assert classifier.predict(text) == Prediction(None, 0.0, {})


def test_the_same_examples_always_give_the_same_predictions(classifier: Classifier) -> None:
    texts = ["my invoice is wrong", "parcel lost", "password", "bananas"]
    assert Classifier.fit(rows(EXAMPLES)).predict_many(texts) == classifier.predict_many(texts)


def test_many_texts_together_and_one_by_one_agree(classifier: Classifier) -> None:
    texts = ["my invoice is wrong", "", "parcel lost"]
    assert classifier.predict_many(texts) == [classifier.predict(text) for text in texts]
    assert classifier.predict_many([]) == []


def test_a_vague_text_is_less_sure_than_a_clear_one(classifier: Classifier) -> None:
    clear = classifier.predict("please send me a copy of the invoice for march")
    for text in ("I need to change the address or maybe the password for my invoice", "the violin needs new strings"):
        vague = classifier.predict(text)
        assert vague.label is None or vague.confidence < clear.confidence


@pytest.mark.parametrize("each", [1, 2])
def test_very_few_examples_are_tolerated(each: int) -> None:
    few = Classifier.fit(rows({label: texts[:each] for label, texts in EXAMPLES.items()}))
    prediction = few.predict("why was I charged twice")
    assert prediction.label == "billing"
    assert prediction.confidence < 0.8


def test_a_single_class_is_tolerated_and_refuses_what_is_foreign() -> None:
    single = Classifier.fit(rows({"login": EXAMPLES["login"]}))
    assert single.predict("I forgot my password").label == "login"
    assert single.predict("recipe for lentil soup").label is None


def test_examples_without_a_single_word_are_compared_by_their_signs() -> None:
    signs = Classifier.fit(rows({"glad": ["🙂", "🙂🙂", "🙂 🎉"], "asking": ["???", "?", "? !"]}))
    shares = signs.predict("🙂🙂🙂").probabilities
    assert shares["glad"] > shares["asking"]


def test_the_users_own_examples_of_nothing_teach_what_nothing_is() -> None:
    spam = [f"buy cheap watches number {number} with free shipping" for number in range(12)]
    taught = Classifier.fit([*rows(EXAMPLES), *({"text": text, "label": None} for text in spam)])
    assert taught.predict("buy cheap watches with free shipping today").label is None


def test_of_many_classes_it_learns_what_a_text_without_a_class_looks_like(monkeypatch: pytest.MonkeyPatch) -> None:
    *known, unknown = [
        f"{kind} {part}"
        for kind in ("blue", "red", "old", "tall", "flat")
        for part in ("lamp", "desk", "chair", "rug", "sofa")
    ]
    asked = [
        "where is my {}",
        "the {} arrived broken",
        "what does the {} cost",
        "can I return the {}",
        "is the {} heavy",
    ]
    examples = rows({thing: [each.format(thing) for each in asked] for thing in known})

    def sure_of_none() -> float:
        """Return how sure it is that what no class is about belongs to none."""
        fitted = Classifier.fit(examples)
        assert fitted.predict("how heavy is the red desk").label == "red desk"
        found = fitted.predict_many([each.format(unknown) for each in asked])
        return sum(prediction.confidence if prediction.label is None else 0.0 for prediction in found) / len(found)

    taught = sure_of_none()
    monkeypatch.setattr(confidence, "_CLASSES", len(known) + 1)
    assert taught > sure_of_none() + 0.02


def test_without_an_example_the_error_says_what_to_give() -> None:
    with pytest.raises(ValueError, match="at least two for each label"):
        Classifier.fit([{"text": " ", "label": "a"}, {"text": "x", "label": None}])


def test_our_own_list_of_foreign_texts_is_long_and_without_doubles() -> None:
    texts = out_of_scope_texts()
    assert len(texts) >= 120
    assert len({text.casefold() for text in texts}) == len(texts)
    assert all(text.strip() for text in texts)


@settings(max_examples=50)
@given(text=st.text(max_size=300))
def test_every_prediction_is_a_probability(classifier: Classifier, text: str) -> None:
    prediction = classifier.predict(text)
    assert 0.0 <= prediction.confidence <= 1.0
    assert not prediction.probabilities or abs(sum(prediction.probabilities.values()) - 1) < 0.001


@settings(max_examples=200)
@given(text=st.text(max_size=60))
def test_letters_of_any_text_are_cut_as_scikit_learn_cuts_them(text: str) -> None:
    cut = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), strip_accents="unicode").build_analyzer()
    assert sorted(_letter_terms(text)) == sorted(cut(text))


def test_a_second_field_of_the_same_examples_compares_no_text_again(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []
    cosines = Similarity.cosines

    def noting(self: Similarity, text: str) -> object:
        compared.append(text)
        return cosines(self, text)

    monkeypatch.setattr(Similarity, "cosines", noting)
    examples = [{**row, "text": f"{row['text']} please"} for row in rows(EXAMPLES)]
    Classifier.fit(examples)
    first = len(compared)
    Classifier.fit([{**row, "label": "urgent" if "charged" in str(row["text"]) else "normal"} for row in examples])
    assert (first > len(examples), len(compared)) == (True, first)


@pytest.mark.parametrize(
    "examples",
    [
        EXAMPLES,
        {"a": ["one two", "One two", "ONE TWO"], "b": ["three", "Three", "THREE"]},
    ],  # the latter: two axes in all
)
def test_of_many_examples_the_widest_axes_are_enough(
    examples: dict[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(similarity, "_MOST_EXACT", 3)
    monkeypatch.setattr(similarity, "_WIDEST", 12)
    similarity.space_of.cache_clear()
    learnt = Classifier.fit(rows(examples))
    similarity.space_of.cache_clear()
    told = [(learnt.predict(text).probabilities, label) for label, texts in examples.items() for text in texts]
    assert sum(max(shares, key=shares.__getitem__) == label for shares, label in told) >= 0.8 * len(told)
