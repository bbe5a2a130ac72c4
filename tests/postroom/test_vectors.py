"""POSTROOM_KNOWLEDGE decides whether agents compare texts by what they mean."""

from __future__ import annotations

from collections.abc import Iterator

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


@pytest.mark.parametrize("backend", ["vector", "st"])
def test_what_is_asked_for_and_missing_refuses_the_start_with_the_command(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTROOM_KNOWLEDGE", backend)
    with pytest.raises(Refused, match=rf"pip install 'postroom\[{backend}\]'"):
        vectors.embeddings()
