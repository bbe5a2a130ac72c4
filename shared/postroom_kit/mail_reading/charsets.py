"""Bytes of mail to text: the declared charset where it fits, and the likeliest one where it does not."""

from __future__ import annotations

import codecs
import re

# What mail programs write, and what it means in fact (WHATWG Encoding Standard, section 4.2, and vendors' names).
_MEANT = {
    "us-ascii": "cp1252", "ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "iso8859-1": "cp1252",
    "ansi": "cp1252", "x-ansi": "cp1252", "iso-8859-9": "cp1254", "iso-8859-11": "cp874", "tis-620": "cp874",
    "windows-874": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
    "cn-gb": "gb18030", "ks_c_5601-1987": "cp949", "ks_c_5601": "cp949", "ksc5601": "cp949", "euc-kr": "cp949",
    "shift_jis": "cp932", "shift-jis": "cp932", "x-sjis": "cp932", "windows-31j": "cp932", "x-euc-jp": "euc_jp",
    "iso-2022-jp": "iso2022_jp_ext", "cp50220": "iso2022_jp_ext", "cp50221": "iso2022_jp_ext",
    "iso-8859-8-i": "iso-8859-8", "iso-8859-8-e": "iso-8859-8", "iso-8859-6-i": "iso-8859-6", "big5": "big5hkscs",
    "x-big5": "big5hkscs", "unicode-1-1-utf-7": "utf-7", "unicode-1-1-utf-8": "utf-8", "utf8mb4": "utf-8",
    "utf-8n": "utf-8", "x-mac-roman": "mac_roman", "macintosh": "mac_roman", "x-mac-cyrillic": "mac_cyrillic",
}  # fmt: skip
_CODE_PAGE = re.compile(r"^(?:x-)?(?:cp|win|windows|ibm|dos)[-_]?(?=\d{3,4}$)")
_SAYS_NOTHING = {"", "x-unknown", "unknown-8bit", "unknown", "default", "x-user-defined", "binary", "none"}
_ESCAPED = re.compile(rb"\x1b(?:\$[@B]|\([BJI]|\$\)C)|~\{")  # ISO-2022-JP, ISO-2022-KR, HZ
_JIS = "iso2022_jp_ext"
_MOST_SAMPLED = 6_000  # bytes a guess looks at
# A guess may tell alphabets apart, but not one Western charset from the next: by the commonest letters of each.
_RUSSIAN, _JAPANESE = "оеаинтсрвлкмдпуя", "のにをはたがでてとしいすまかなるらりん、。"
_COMMON = {
    "koi8_r": _RUSSIAN,
    "cp1251": _RUSSIAN,
    "cp1253": "αοιετσνηυρπκμλ",
    "cp1255": "יוהלאתמרבנשד",
    "cp1256": "اليمونترب",
    "cp874": "านรกอเงมลยว",
    "gb18030": "的一是不了我在人有您好们这中大为，。",
    "big5hkscs": "的一是不了我在人有您好們這中大為，。",
    "cp932": _JAPANESE,
    "euc_jp": _JAPANESE,
    "cp949": "이다는에가을의하고지요니습세시",
}
_LEAST_COMMON = 0.15  # of the letters
_LEAST_FOREIGN = 0.3  # share of the letters: words in other alphabets have hardly an ASCII letter
_LEAST_OF_UTF_8 = 8  # bytes beyond ASCII
_MOSTLY_RIGHT = 0.02  # share of broken characters a declared multi-byte charset may leave


def decode(data: bytes, charset: str = "") -> tuple[str, str | None]:
    """Return `data` as text, and what was wrong with the declared `charset`, if anything was."""
    name = charset.strip(" \"'<>").lower()
    if data.isascii() and (name in _SAYS_NOTHING or _codec(name) == "cp1252") and not _ESCAPED.search(data):
        return data.decode("ascii"), None
    codec = "" if name in _SAYS_NOTHING else _codec(name)
    if codec == "cp1252" or not codec:
        return _from_little(data, name, codec)
    if not codec.startswith(("utf", "iso2022", "hz")) and _is_utf_8(data):
        return data.decode("utf-8"), f"the text is not {name} as declared; read as utf-8"
    text = _text(data, codec)
    escaped = codec.startswith("iso2022") and data.isascii()  # which no other charset than it would be
    if escaped or text.count("\ufffd") <= _MOSTLY_RIGHT * len(text) + data.count("\ufffd".encode()):
        return text, None if "\ufffd" not in text else f"some bytes are not {name}"
    guessed = _guess(data)
    return _text(data, guessed), f"the text is not {name} as declared; read as {guessed}"


def _text(data: bytes, codec: str) -> str:
    """Decode; halves of surrogate pairs, which UTF-7 lets through, go the way of all that is broken."""
    if codec == _JIS and not _decodes(data, codec):
        # signs such as a circled 1, which programs write as if the charset had them, are in the later edition of it
        later = data.replace(b"\x1b$B", b"\x1b$(Q")
        data, codec = (later, "iso2022_jp_2004") if _decodes(later, "iso2022_jp_2004") else (data, codec)
    return data.decode(codec, "replace").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _codec(name: str) -> str:
    """Return Python's name of a charset that turns bytes into text, or ""."""
    try:
        codec = codecs.lookup(_MEANT.get(name, _CODE_PAGE.sub("cp", name)))
        b"a".decode(codec.name, "replace")  # refuses codecs like zlib, which are not text encodings
    except (LookupError, ValueError):
        return ""
    return "" if codec.name in {"idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"} else codec.name


def _from_little(data: bytes, name: str, codec: str) -> tuple[str, str | None]:
    """Decode where the declaration is missing, unknown, or Latin 1, which programs write without knowing."""
    guessed = _guess(data, fallback=codec)
    text = _text(data, guessed)
    if guessed == codec or name in _SAYS_NOTHING:
        return text, None if name else "no charset is declared" if guessed not in {"utf-8", "ascii"} else None
    if not codec:
        return text, f"the charset {name[:40]} is unknown; read as {guessed}"
    return text, f"the text is not {name} as declared; read as {guessed}"


def _guess(data: bytes, fallback: str = "") -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if _ESCAPED.search(data) and data.isascii():
        for codec in (_JIS, "iso2022_kr"):
            if _decodes(data, codec):
                return codec
        return "hz" if b"~{" in data and _decodes(data, "hz") else _JIS
    if _decodes(data, "utf-8"):
        return "utf-8-sig" if data.startswith(codecs.BOM_UTF8) else "utf-8"
    foreign = len(data.translate(None, bytes(range(128))))
    letters = sum(map(str.isalpha, data[:_MOST_SAMPLED].decode("ascii", "ignore")))
    if fallback or foreign < _LEAST_FOREIGN * (letters + foreign):
        return fallback or "cp1252"
    shares = {codec: _share(data[:_MOST_SAMPLED], codec, common) for codec, common in _COMMON.items()}
    best = max(shares, key=shares.__getitem__)
    return best if shares[best] >= _LEAST_COMMON else "cp1252"


def _share(data: bytes, codec: str, common: str) -> float:
    """Return the share of the letters beyond ASCII that are common ones, were `data` in this charset."""
    text = data.decode(codec, "replace")
    foreign = sum(not character.isascii() for character in text)
    return sum(map(text.count, common)) / foreign if foreign else 0.0


def _is_utf_8(data: bytes) -> bool:
    """Tell whether bytes are UTF-8 that no letters of another charset spell by chance: "目" in GB 2312 does."""
    return len(data.translate(None, bytes(range(128)))) >= _LEAST_OF_UTF_8 and _decodes(data, "utf-8")


def _decodes(data: bytes, codec: str) -> bool:
    try:
        data.decode(codec)
    except UnicodeDecodeError:
        return False
    return True
