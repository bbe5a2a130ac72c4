"""What the receiving server found out about the sender (RFC 8601)."""

from __future__ import annotations

import re

_COMMENT = re.compile(r"\([^()]*\)")
_RESULT = re.compile(r"(?:^|;)\s*(spf|dkim|dmarc|arc)\s*(?:/\s*\d+\s*)?=\s*([a-z]+)", re.IGNORECASE)


def authentication(headers: list[str]) -> dict[str, str]:
    """Return the verdicts ("pass", "fail", "none" …) of the topmost Authentication-Results, by method.

    Only the topmost was written by the server that received the mail; those below may be forged. Of several
    signatures a good one counts (RFC 8601 section 2.7.1). Empty where there is no such header.
    """
    found: dict[str, str] = {}
    plain = headers[0][:5_000] if headers else ""
    while (shorter := _COMMENT.sub(" ", plain)) != plain:
        plain = shorter
    for method, verdict in _RESULT.findall(plain):
        name, said = method.lower(), verdict.lower()
        if found.get(name) != "pass":
            found[name] = said
    return found
