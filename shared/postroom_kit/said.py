"""What a mail says beside courtesy: for rules that answer a mail only where it says one thing and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .knowledge import sentences
from .knowledge.courtesy import is_closing, is_courtesy, is_sender, is_thanking, is_wish

_WORD = re.compile(r"[^\W_]+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")  # Thai, Japanese, Chinese have no spaces


def said(text: str, writer: str = "") -> list[str]:
    """Return the sentences of a mail's own text, without greetings, thanks, closings and the name below them.

    `writer` is the name that the mail gives its sender.
    """
    return list(_said(text, {word.casefold() for word in _WORD.findall(writer)}))


def is_one_word(subject: str, text: str, writer: str = "") -> bool:
    """Tell whether a mail names one thing ("photo") beside courtesy: what is wanted of it nobody can tell."""
    left = set(words(" ".join(said(f"{subject}\n\n{text}", writer))))
    return len(left) == 1 and not _UNSPACED.search(word := left.pop()) and not is_wish(word)


def words(piece: str) -> list[str]:
    """Return the words of a piece of text in lower case; an apostrophe parts them, as in `has`, `n`, `t`."""
    return _WORD.findall(piece.casefold())


def _said(text: str, name: set[str]) -> Iterator[str]:
    pieces = sentences(text)
    ends = False
    for number, piece in enumerate(pieces):
        is_last = number == len(pieces) - 1
        left = []
        for part in piece.split(","):
            bare = part.strip(" ,.;:!–—-")
            signed = name.issuperset(words(bare)) or (ends and is_last and is_sender(bare))
            thanks = is_thanking(bare)
            if thanks or is_courtesy(bare) or is_closing(bare):
                ends = ends or thanks or is_closing(bare)
            elif not signed:
                left.append(part)
                ends = False
        if left:
            yield ",".join(left).strip()
