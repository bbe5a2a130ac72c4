"""Vectors: which backend is chosen, what is kept on disk, and a stand-in for sentence-transformers."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, ClassVar

import numpy as np
import pytest
from numpy.typing import NDArray

from postroom_kit.classify import Classifier
from postroom_kit.embeddings import Embeddings, EmbeddingsMissing, choose
from postroom_kit.embeddings import choosing as module
from postroom_kit.knowledge import Knowledge

ANIMALS = {"cat": 0, "kitten": 0, "dog": 1, "puppy": 1}


class Animals:
    """An encoder that knows what a kitten is: a coordinate for each animal, and one for all else."""

    name = "animals"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked += texts
        found = np.zeros((len(texts), 3), dtype=np.float32)
        for row, text in enumerate(texts):
            found[row, next((ANIMALS[word] for word in text.lower().split() if word in ANIMALS), 2)] = 1
        return found


ARTICLES = [
    {"id": "cats", "questions": ["What does a cat eat?"], "answer": "Fish."},
    {"id": "dogs", "questions": ["Where does a dog sleep?"], "answer": "In a basket."},
]


def without(monkeypatch: pytest.MonkeyPatch, *names: str) -> None:
    found = module.find_spec
    monkeypatch.setattr(module, "find_spec", lambda name: None if name in names else found(name))


def test_an_article_is_found_by_what_is_meant() -> None:
    assert Knowledge.load(ARTICLES).search("my puppy") == []
    found = Knowledge.load(ARTICLES, Embeddings(Animals())).search("my puppy")
    assert [passage.id for passage in found] == ["dogs", "cats"]
    assert found[0].score == pytest.approx(1 / 1.4, abs=1e-4)
    assert found[1].score == 0


def test_a_word_shared_adds_to_what_is_meant() -> None:
    knowledge = Knowledge.load(ARTICLES, Embeddings(Animals()))
    assert [(passage.id, passage.score) for passage in knowledge.search("dog", k=1)] == [("dogs", 1.0)]
    assert knowledge.search(" \n") == []


def test_a_query_without_a_word_means_nothing() -> None:
    assert Knowledge.load(ARTICLES, Embeddings(Animals())).search("?! \0") == []


def test_a_text_is_classified_by_what_it_means() -> None:
    rows: list[dict[str, str | None]] = [
        {"text": f"{word} number {number}", "label": label}
        for word, label in (("cat", "feline"), ("dog", "canine"))
        for number in ("one", "two", "three", "four", "five")
    ]
    prediction = Classifier.fit(rows, Embeddings(Animals())).predict("kitten number six")
    assert prediction.probabilities["feline"] > 0.6
    assert Classifier.fit(rows).predict("kitten number six").probabilities["feline"] < 0.6


def test_vectors_of_a_fixed_list_are_kept_under_the_hash_of_model_and_texts(tmp_path: Path) -> None:
    first = Animals()
    made = Embeddings(first, tmp_path / "new").of_list(["cat", "dog"])
    again = Animals()
    kept = Embeddings(again, tmp_path / "new").of_list(["cat", "dog"])
    assert np.array_equal(made, kept)
    assert (first.asked, again.asked) == (["cat", "dog"], [])
    for changed in (["dog", "cat"], ["cat", "dog", "x"]):
        Embeddings(again, tmp_path / "new").of_list(changed)
    again.name = "other animals"
    Embeddings(again, tmp_path / "new").of_list(["cat", "dog"])
    assert again.asked == ["dog", "cat", "cat", "dog", "x", "cat", "dog"]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no archive", b"\x80\x04pickle"])
def test_a_file_that_cannot_be_read_is_made_anew(content: bytes, tmp_path: Path) -> None:
    Embeddings(Animals(), tmp_path).of_list(["cat"])
    (path,) = tmp_path.iterdir()
    path.write_bytes(content)
    assert Embeddings(Animals(), tmp_path).of_list(["cat"]).tolist() == [[1, 0, 0]]
    encoder = Animals()
    Embeddings(encoder, tmp_path).of_list(["cat"])
    assert encoder.asked == []


def test_a_text_of_two_lists_is_encoded_once() -> None:
    encoder = Animals()
    embeddings = Embeddings(encoder)
    first, second = embeddings.of_list(["cat", "dog"]), embeddings.of_list(["dog", "cat", "dog"])
    assert second.tolist() == first[[1, 0, 1]].tolist()
    assert encoder.asked == ["cat", "dog"]


def test_a_folder_that_cannot_be_written_costs_time_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").write_text("")
    assert Embeddings(Animals(), tmp_path / "file").of_list(["dog"]).tolist() == [[0, 1, 0]]
    assert "are not kept" in caplog.text


def test_without_the_extra_words_alone_decide_and_asking_for_vectors_names_the_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without(monkeypatch, "onnxruntime")
    assert choose("auto") is None
    assert choose("bm25") is None
    with pytest.raises(EmbeddingsMissing, match=r"need onnxruntime, .* pip install 'postroom\[vector\]'"):
        choose("vector")


class SentenceTransformer:
    """What sentence-transformers' class does, of models that `on_disk` names: each turns its vectors by so much."""

    on_disk: ClassVar[dict[str, float | Exception]] = {}
    loaded: ClassVar[list[dict[str, Any]]] = []

    def __init__(self, model: str, **options: Any) -> None:
        turned = self.on_disk[model]
        if isinstance(turned, Exception):
            raise turned
        self.turned = turned
        self.loaded.append({"model": model} | options)

    def encode(self, texts: list[str], **options: Any) -> NDArray[np.float64]:
        assert options["normalize_embeddings"]
        along, across = np.cos(self.turned), np.sin(self.turned)
        return np.array([[along, across], [-across, along]])[[len(text) % 2 for text in texts]]


@pytest.fixture
def on_disk(monkeypatch: pytest.MonkeyPatch) -> dict[str, float | Exception]:
    stub = ModuleType("sentence_transformers")
    stub.SentenceTransformer = SentenceTransformer  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", stub)
    monkeypatch.setattr(module, "find_spec", lambda _: object())
    monkeypatch.setattr(SentenceTransformer, "on_disk", {})
    monkeypatch.setattr(SentenceTransformer, "loaded", [])
    return SentenceTransformer.on_disk


def test_st_takes_the_model_named_from_this_machine_alone(on_disk: dict[str, float | Exception]) -> None:
    on_disk["models/german"], on_disk["absent"] = 0.0, OSError("no such model")
    embeddings = choose("st", "models/german")
    assert embeddings is not None
    assert embeddings.of_list(["a", "bb"]).tolist() == [[0, 1], [1, 0]]
    assert embeddings.of("a").dtype == np.float32
    assert SentenceTransformer.loaded == [{"model": "models/german", "device": "cpu", "local_files_only": True}]
    with pytest.raises(EmbeddingsMissing, match="absent is no sentence-transformers model on this machine"):
        choose("st", "absent")
    with pytest.raises(EmbeddingsMissing, match="POSTROOM_EMBEDDINGS"):
        choose("st")


def test_st_without_the_extra_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    without(monkeypatch, "sentence_transformers")
    with pytest.raises(EmbeddingsMissing, match=r"pip install 'postroom\[st\]', after a CPU build of torch"):
        choose("st", "x")


def test_a_model_that_was_not_downloaded_whole_is_told_like_one_that_is_absent(
    on_disk: dict[str, float | Exception],
) -> None:
    class SafetensorError(Exception):
        pass

    on_disk["cut"] = SafetensorError("Error while deserializing header:\n invalid header length")
    with pytest.raises(EmbeddingsMissing, match=r"cut is no .*\(SafetensorError: .*: invalid header length\)"):
        choose("st", "cut")


def test_another_model_in_the_same_folder_does_not_get_the_vectors_kept_of_the_first(
    on_disk: dict[str, float | Exception], tmp_path: Path
) -> None:
    found = []
    for turned in (0.0, 0.5, 0.5):
        on_disk["models/ours"] = turned
        embeddings = choose("st", "models/ours", tmp_path)
        assert embeddings is not None
        found.append(embeddings.of_list(["bb"]).tolist())
    assert found[0] == [[1, 0]]
    assert found[1] == found[2] == [[pytest.approx(np.cos(0.5)), pytest.approx(np.sin(0.5))]]
    assert len(list(tmp_path.iterdir())) == 2
