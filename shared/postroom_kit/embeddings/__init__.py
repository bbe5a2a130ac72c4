"""Vectors of what texts mean: MiniLM with the extra `vector`, any sentence-transformers model with `st`.

embeddings = choose("auto", folder=Path(".postroom/vectors"))  # None without the extra: the lexical code does alone
"""

from .choosing import Backend, choose, missing
from .vectors import Embeddings, EmbeddingsMissing, Encoder

__all__ = ["Backend", "Embeddings", "EmbeddingsMissing", "Encoder", "choose", "missing"]
