"""The values of header fields: encoded words, parameters, addresses, message ids, as they are and as they should be."""

from __future__ import annotations

import binascii
import re
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import unquote_to_bytes

from .charsets import decode

_LONGEST = 20_000  # characters of a value that are decoded; RFC 5322 section 2.1.1 allows 998 a line
_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bqBQ])\?([^?]*)\?=")
_WORDS = re.compile(rf"{_WORD.pattern}(?:\s*{_WORD.pattern})*".replace("(", "(?:").replace("(?:?:", "(?:"))
_PARAMETER = re.compile(r";\s*([^\s=;\"]+)\s*=\s*(\"(?:[^\"\\]|\\.)*\"|[^;]*)", re.DOTALL)
_CONTINUED = re.compile(r"(.+?)\*(\d+)?(\*)?")
ADDRESS = re.compile(
    r"(?<![\w.!#$%&*+/=?^`{|}~@-])\w[\w!#$%&'*+/=?^`{|}~-]*(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*"
    r"@(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_](?:[\w-]*[^\W_])(?![\w@])"
)
# "+01:00" and "GMT+0100", as programs of the web write "+0100", and a zone behind ISO 8601's time.
_ZONE = re.compile(r"(?:GMT|UTC)?(?:(?<=-\d\d \d\d:\d\d:\d\d) )?([+-]\d\d):?(\d\d)(?=$| ?\()")
_MESSAGE_ID = re.compile(r"<([^<>\s]{1,500})>")


def decoded(value: str) -> str:
    """Return a header's value as people read it: RFC 2047 words decoded, raw 8-bit text too, on one line.

    Words split inside a character are joined before they are decoded; spaces inside a word and missing padding are
    forgiven. `value` holds undecodable bytes as surrogates.
    """
    text = ""
    position = 0
    for run in _WORDS.finditer(value := value[:_LONGEST]):
        text += _raw_text(value[position : run.start()]) + _decoded_run(run.group())
        position = run.end()
    return " ".join(_clean(text + _raw_text(value[position:])).split())


def parameters(value: str) -> dict[str, str]:
    """Return the parameters of a Content-Type or Content-Disposition by lower-case name, RFC 2231 ones put together.

    Values without quotes may hold spaces, and raw or RFC 2047 encoded text, as programs write them.
    """
    whole: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for name, raw in _PARAMETER.findall(f";{value[:_LONGEST].partition(';')[2]}"):
        text = _unquoted(raw)
        continued = _CONTINUED.fullmatch(name)
        if continued:
            encoded = bool(continued[3]) or not continued[2]
            pieces.setdefault(continued[1].lower(), {})[int(continued[2] or 0)] = (text, encoded)
        else:
            whole.setdefault(name.lower(), decoded(text))
    return whole | {name: _joined(numbered) for name, numbered in pieces.items()}


def addresses(value: str) -> list[str]:
    """Return the bare addresses of a header's value, as they are written."""
    return ADDRESS.findall(decoded(value))


def message_ids(value: str) -> list[str]:
    """Return the message ids of a value, without their angle brackets."""
    return [_clean(found) for found in _MESSAGE_ID.findall(value[:_LONGEST])]


def date(value: str) -> datetime | None:
    """Return the time of a Date header, also in ISO 8601, aware where it names a zone; None where it names no time."""
    text = _ZONE.sub(r"\1\2", " ".join(value[:200].split()))
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            return read(text)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
    return None


def _raw_text(value: str) -> str:
    if value.isascii():
        return value
    return decode(value.encode("utf-8", "surrogateescape"))[0]


def _decoded_run(run: str) -> str:
    """Decode adjacent encoded words; neighbours of one charset may share a character."""
    chunks: list[tuple[str, bytes]] = []
    for charset, encoding, text in _WORD.findall(run):
        name = charset.partition("*")[0].lower()  # RFC 2231 section 5: a language may follow
        data = _word_bytes(encoding.lower(), text)
        if chunks and chunks[-1][0] == name:
            chunks[-1] = (name, chunks[-1][1] + data)
        else:
            chunks.append((name, data))
    return "".join(decode(data, name)[0] for name, data in chunks)


def _word_bytes(encoding: str, text: str) -> bytes:
    raw = text.encode("utf-8", "surrogateescape")
    if encoding == "q":
        return binascii.a2b_qp(raw.replace(b" ", b"_"), header=True)
    return base64_bytes(raw)


def base64_bytes(raw: bytes) -> bytes:
    """Return what base64 text stands for; foreign characters, missing padding and text behind the end are ignored."""
    digits = raw.translate(None, _NOT_BASE64)
    end = digits.find(b"=")
    digits = digits if end < 0 else digits[:end]
    digits = digits[:-1] if len(digits) % 4 == 1 else digits
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


def _unquoted(raw: str) -> str:
    text = raw.strip()
    if len(text) > 1 and text[0] == text[-1] == '"':
        # Only quotes are escaped in earnest: C:\TEMP\x.png loses its backslashes to a strict reader.
        return re.sub(r"\\([\"\\])", r"\1", text[1:-1])
    return text.strip('"')


def _joined(numbered: dict[int, tuple[str, bool]]) -> str:
    """Put the pieces of an RFC 2231 parameter together."""
    charset = ""
    data = b""
    for number in sorted(numbered):
        text, encoded = numbered[number]
        if encoded and not data and text.count("'") >= 2:
            charset, _, text = text.split("'", maxsplit=2)
        raw = text.encode("utf-8", "surrogateescape")
        data += unquote_to_bytes(raw) if encoded else raw
    return decoded(_clean(decode(data, charset)[0]))


def _clean(text: str) -> str:
    """Replace what no JSON, file or screen can carry: lone surrogates and control characters."""
    return re.sub(r"[\x00-\x08\x0e-\x1f\x7f]", "", text.encode("utf-8", "replace").decode())
