"""PGP's armour around the words of a mail (RFC 9580 sections 6.2 and 7)."""

from __future__ import annotations

import re

_SIGNED = re.compile(
    r"^-----BEGIN PGP SIGNED MESSAGE-----[ \t]*\n"
    r"(?:(?:Hash|SaltedHash|Charset|NotDashEscaped|Version|Comment):[^\n]*\n|[ \t]*\n(?=Hash: ))*(?:[ \t]*\n)?",
    re.MULTILINE,
)
# Where its end is cut off, a short line may be the sender's again.
_SIGNATURE = re.compile(
    r"^-----BEGIN PGP SIGNATURE-----[ \t]*(?:"
    r"(?:\n(?!-----)(?:[A-Za-z]{3,20}: [^\n]*|[A-Za-z0-9+/=]*)[ \t]*(?=\n))*\n-----END PGP SIGNATURE-----[ \t]*"
    r"|(?:\n(?:[A-Za-z]{3,20}: [^\n]*|[A-Za-z0-9+/=]{20,}|=[A-Za-z0-9+/]{4}|)[ \t]*(?=\n|\Z))*)",
    re.MULTILINE,
)
_ESCAPED = re.compile(r"^- ", re.MULTILINE)
_ENCRYPTED = re.compile(r"^-----BEGIN PGP MESSAGE-----[ \t]*$", re.MULTILINE)


def without_armour(text: str) -> str:
    """Return a text with LF line ends without the marks of signed words and their signatures; quoted ones stay."""
    pieces: list[str] = []
    end = 0
    while begin := _SIGNED.search(text, end):
        signature = _SIGNATURE.search(text, begin.end())
        if not signature:
            break
        pieces += [text[end : begin.start()], _ESCAPED.sub("", text[begin.end() : signature.start()])]
        end = signature.end()
    return "".join([*pieces, text[end:]])


def is_encrypted(text: str) -> bool:
    """Tell whether a text holds an encrypted message that is not part of a quote."""
    return bool(_ENCRYPTED.search(text))
