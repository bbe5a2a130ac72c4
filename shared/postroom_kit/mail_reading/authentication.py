"""What the receiving server found out about the sender (RFC 8601)."""

from __future__ import annotations

import re

_RESULT = re.compile(r"(?:^|;)\s*(spf|dkim|dmarc|arc)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)
_LONGEST = 5_000  # characters


def authentication(headers: list[str]) -> dict[str, str]:
    """Return the verdicts ("pass", "fail", "none" …) of the topmost Authentication-Results, by method.

    Only the topmost was written by the server that received the mail; those below may be forged. Of several
    signatures a good one counts (RFC 8601 section 2.7.1); of several verdicts of another method "pass" counts last,
    for the sender chooses words that the header repeats. Empty where there is no such header.
    """
    found: dict[str, str] = {}
    for method, verdict in _RESULT.findall(_without_words(headers[0][:_LONGEST]) if headers else ""):
        name, said = method.lower(), verdict.lower()
        if name not in found or (found[name] == "pass") != (name == "dkim"):
            found[name] = said
    return found


def _without_words(value: str) -> str:
    """Return a value without its comments and quoted strings (RFC 5322 section 3.2), where an address may be."""
    bare: list[str] = []
    depth, quoted, escaped = 0, False, False
    for character in value:
        within = quoted or depth > 0
        if escaped:
            escaped = False
        elif within and character == "\\":
            escaped = True
        elif character == '"' and not depth:
            quoted = not quoted
        elif character == "(" and not quoted:
            depth += 1
        elif character == ")" and depth:
            depth -= 1
        elif not within:
            bare.append(character)
    return "".join(bare)
