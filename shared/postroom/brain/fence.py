"""Marks around untrusted text that the text can neither know nor end."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

KINDS = ("mail", "given", "earlier")
NONCE_BYTES = 16
LOOKALIKE = re.compile(
    rf"[<‹〈﹤＜](?=[\s\u200b-\u200f\u2060\ufeff/／⁄∕]*+(?:{'|'.join(KINDS)})\b)",
    re.IGNORECASE,
)
"""What a model might take for one of our marks, though its number is another. No run of blanks is read twice."""
HARMLESS = "⟨"


@dataclass(frozen=True)
class Fence:
    """The marks of one request. The number in them is random, so a mail written before cannot hold it."""

    nonce: str

    @classmethod
    def around(cls, texts: Iterable[str]) -> Fence:
        """Return a fence for a request with these untrusted texts; none of them holds its number."""
        everything = "\n".join(texts).lower()
        nonce = secrets.token_hex(NONCE_BYTES)
        while nonce in everything:
            nonce = secrets.token_hex(NONCE_BYTES)
        return cls(nonce)

    def wrap(self, kind: str, text: str) -> str:
        """Return `text` between the marks of that kind; marks inside it are defused."""
        return f"<{kind}-{self.nonce}>\n{defuse(text)}\n</{kind}-{self.nonce}>"


def defuse(text: str) -> str:
    """Return text without anything that looks like one of our marks, and as UTF-8 can hold it."""
    return LOOKALIKE.sub(HARMLESS, text.encode("utf-8", "replace").decode("utf-8"))
