"""Words that commit whoever writes them, by what they commit to: English, and the languages that answers come in.

Most are the beginnings of words. What has figures, weekdays or months is compared as such where a reply is translated,
so that it needs no words here.
"""

from __future__ import annotations

import re

A_DATE = "names a date"

_STEMS = {
    "promises a refund": (
        r"refund|reimburs|money back|pay (?:it |you )?back|erstatt|rückerstatt|rembours|reembols|rimbors|terugbeta"
    ),
    "promises a credit": (
        r"credit(?:s|ed|ing)?\b(?! card)|voucher|gutschrift|gutgeschrieb|un avoir\b|(?<!carte de )crédit(?:s|é|er)?\b"
        r"|bono\b|(?<!tarjeta de )(?<!cartão de )crédito|(?<!carta di )credito|buon[oi] (?:acquisto|regalo)|tegoed"
    ),
    "promises a discount": (
        r"discount|free of (?:charge|cost)|for free|at no (?:extra )?cost|half (?:the )?price|waive"
        r"|\d+ ?% (?:off|less)\b|rabatt|kostenlos|gratis|gratuit|remise|descuento|sconto|korting|desconto|grátis"
    ),
    "takes a legal position": (
        r"liab(?:le|ility)\b|legal|lawful|at fault\b|our fault\b|responsib|compensat|damages\b|negligen"
        r"|haft(?:en|et|ung|bar)|schadensersatz|responsab(?:ilit|ilid)|aansprakelijk"
    ),
    "vouches for security": (
        r"secur|encrypt|breach|gdpr\b|complian|certified\b|hacked\b|leaked\b|(?:is|are) safe\b|(?:ist|sind) sicher\b"
        r"|sicherheit|sécuris|sécurité|segur(?:idad|ança)|sicurezza|veiligheid|beveilig"
    ),
    "gives a guarantee": (
        r"guarant|promis|warrant|assur(?:e[ds]?|ing|ances?)\b|ensur(?:e[ds]?|ing)\b|commit(?:s|ted|ting|ments?)?\b"
        r"|you have my word\b|make an exception|goodwill|garant|versprech|zusag|kulanz|promet|promess|beloof|beloven"
    ),
    A_DATE: (
        r"to(?:day|morrow|night)\b|overnight\b|next (?:week|month)\b"
        r"|(?:this|by the end of the|in a few) (?:week|month|day)s?\b"
        r"|heute\b|(?<!guten )(?<!goede )(?<!jeden )(?<!am )morgen\b|aujourd['’]hui\b|demain\b"
        r"|(?<!la )(?<!cada )mañana\b|oggi\b|domani\b|vandaag\b|hoje\b|amanhã\b"
    ),
}
_PATTERNS = {kind: re.compile(rf"\b(?:{stems})\w*", re.IGNORECASE) for kind, stems in _STEMS.items()}


def commitments(text: str) -> dict[str, list[str]]:
    """Return the words by which a text commits its writer, under what they do ("promises a refund"), in fixed order."""
    flat = " ".join(text.split())
    found = {kind: [match[0] for match in pattern.finditer(flat)] for kind, pattern in _PATTERNS.items()}
    return {kind: words for kind, words in found.items() if words}
