"""The embeddings that settings ask for: one model for all agents of a process, its vectors kept in the data folder."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from postroom.refused import Refused
from postroom.settings import read_settings
from postroom_kit.embeddings import Backend, Embeddings, EmbeddingsMissing, choose, missing

_given: dict[str, Path] = {}


def keep_in(data_dir: Path) -> None:
    """Keep vectors in this data folder, whatever POSTROOM_DATA_DIR says; call it before agents are loaded."""
    _given["data_dir"] = data_dir
    _embeddings.cache_clear()


def data_dir() -> Path:
    """Return the data folder that is kept in."""
    return read_settings(**_given).data_dir


def described() -> str:
    """Return how texts are compared and, where that is by words alone, why."""
    if found := embeddings():
        return f"by words and meaning ({found.name})"
    if absent := ", ".join(missing("vector")):
        return f"by words; for meaning too {absent} must be here: make vector installs that, or says why not"
    return f"by words, as POSTROOM_KNOWLEDGE={read_settings().knowledge} says"


def embeddings() -> Embeddings | None:
    """Return what POSTROOM_KNOWLEDGE asks for, None for words alone. Raises Refused when it cannot be had."""
    return _embeddings(read_settings().knowledge)


def vectors() -> Embeddings | None:
    """Return vectors, whatever POSTROOM_KNOWLEDGE says but for which model. Raises Refused without the extra."""
    return _embeddings("st" if read_settings().knowledge == "st" else "vector")


@cache
def _embeddings(backend: Backend) -> Embeddings | None:
    settings = read_settings(**_given)
    try:
        return choose(backend, settings.embeddings, settings.data_dir / "vectors")
    except EmbeddingsMissing as error:
        raise Refused(str(error)) from error
