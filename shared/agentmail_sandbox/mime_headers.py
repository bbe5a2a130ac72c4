"""Write header fields: folded at white space only, so that every word of them arrives as it is."""

import re
from collections.abc import Iterable
from email.header import Header

from agentmail_sandbox.addresses import mailbox, quoted
from agentmail_sandbox.errors import invalid

# RFC 5322, 2.1.1: lines should end here. A longer word leaves whole: ids must not be broken, nor encoded (RFC 2047, 5).
LINE = 78
# RFC 2047, 2: at most 75, on lines of at most 76 together with the field's name.
ENCODED_WORD = 60


def structured(name: str, words: Iterable[str]) -> bytes:
    """Return a field made of words without white space, such as ids."""
    return _folded(name, [f" {word}" for word in words])


def unstructured(name: str, value: str) -> bytes:
    """Return a field of free text, as encoded words where it has to be (RFC 2047)."""
    words = value.split()
    return structured(name, words if _plain(value) and all(len(word) < LINE for word in words) else _encoded(value))


def verbatim(name: str, value: str) -> bytes:
    """Return a field whose value someone else chose: as it is if it is ASCII, else as encoded words."""
    if not re.fullmatch(r"[\t -~]*", value):
        return structured(name, _encoded(value))
    return _folded(name, re.findall(r"[ \t]+[^ \t]+", f" {value.strip()}"))


def addressed(name: str, values: list[str]) -> bytes:
    """Return a field of mailboxes. 400 when one is no address that mail can go to."""
    *others, last = [_mailbox(value) for value in values]
    return structured(name, [word for words in others for word in [*words[:-1], f"{words[-1]},"]] + last)


def _mailbox(value: str) -> list[str]:
    found = mailbox(value)
    if found is None:
        raise invalid(f"A mail cannot be addressed to {value!r}: write one address, as in Ada <ada@example.com>.")
    name, address = found
    if not name:
        return [address]
    if not _plain(name):
        words = _encoded(name)
    elif re.fullmatch(r"[\w!#$%&'*+/=?^`{|}~ -]+", name):
        words = name.split()
    else:
        words = quoted(" ".join(name.split())).split(" ")
    return [*words, f"<{address}>"]


def _plain(text: str) -> bool:
    # What looks like an encoded word would be taken for one.
    return text.isascii() and text.isprintable() and "=?" not in text


def _encoded(text: str) -> list[str]:
    return Header(" ".join(text.split()), "utf-8", maxlinelen=ENCODED_WORD).encode().split()


def _folded(name: str, words: list[str]) -> bytes:
    """Put words, each with the white space before it, on lines; only a word that is too long makes a longer one."""
    lines = [f"{name}:"]
    for word in words:
        if len(lines[-1]) + len(word) > LINE and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += word
    return "".join(f"{line}\r\n" for line in lines).encode()
