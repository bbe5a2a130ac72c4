"""Any sentence-transformers model, for whoever has one: another language, or more quality for more time."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .vectors import EmbeddingsMissing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PROBE = "Where is my parcel?"
_LONGEST_REASON = 200  # characters


class SentenceModel:
    """Load a model by its folder, or by its name where sentence-transformers has it already; nothing is downloaded."""

    def __init__(self, model: str) -> None:
        """Load the model; raises EmbeddingsMissing when it is not there."""
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(model, device="cpu", local_files_only=True)
        # each library that reads a file of the folder has errors of its own for one that is cut off
        except Exception as error:
            said = " ".join(str(error).split())[:_LONGEST_REASON]
            raise EmbeddingsMissing(
                f"{model} is no sentence-transformers model on this machine ({type(error).__name__}: {said}): "
                "download it first, and name its folder in POSTROOM_EMBEDDINGS"
            ) from error
        # a folder may hold another model tomorrow, whose vectors must not be compared with those kept of this one
        told = self.encode([_PROBE]).round(2) + 0.0
        self.name = f"{model}-{hashlib.sha256(told.tobytes()).hexdigest()[:8]}"

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return a row for each text, of length 1."""
        import numpy as np

        found = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(found, dtype=np.float32)
