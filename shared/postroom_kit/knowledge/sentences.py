"""Cut mail text into sentences, and pick out the ones that ask for something."""

from __future__ import annotations

import re
from collections.abc import Iterator

_WORD = re.compile(r"\w+")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)])\s+")
_WRAPPED_LINE = 45  # characters: a shorter line was ended by its writer, a longer one perhaps by the mail program
_LONGEST_ABBREVIATION = 12  # characters, with the space before
_END = re.compile(r"(?<![.!?…。！？])[.!?…。！？]++[\"'”’»)\]*_]*+(?=\s|$)|(?<=[。！？])")
# A full stop after these does not end a sentence.
_ABBREVIATION = re.compile(
    r"(?:^|[\s(])(?:[A-Za-z]|e\.g|i\.e|z\.\s?B|d\.\s?h|p\.\s?ej|etc|approx|ca|vs|no|nr|art|fig|dr|mr|mrs|ms"
    r"|prof|st"
    r"|inc|ltd|co|bzw|usw|evtl|inkl|max|min|tel|sr|sra|mme|\d{1,2})\.$",
    re.IGNORECASE,
)
# Two questions in one sentence, unless the second speaks of the first ("and how are they signed?").
_SECOND = re.compile(
    r",?\s+and\s+(?=(?:how|what|when|where|who|which|why|can|could|do|does|is|are|will|should|may)\b"
    r"(?!.*\b(?:it|its|they|them|their|that|those|this|these|one)\b))",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^\W*(?:(?:and|also|but|so|then|second(?:ly)?|first(?:ly)?|finally|und|auch|et|y|e|en)\b\W*)?"
    r"(?:please|kindly|can|could|would|will|do|does|did|is|are|was|has|have|may|should|how|what|when|where"
    r"|which|who|why"
    r"|tell me|let me know|help|i(?:'d| would) like|i (?:want|need|wish|cannot|can't|am unable|wonder"
    r"|was wondering)"
    r"|i'm (?:unable|trying|looking|wondering)|my .{1,60} (?:not|never|n't|fails|failed|broken|missing)\b"
    r"|bitte|können|könnten|kann|wie|was|wann|wo|warum|welche[rs]?|ich (?:möchte|will|brauche|hätte|kann)"
    r"|comment|pouvez|pourriez|est-ce|quand|où|pourquoi|quel(?:le)?s?|je (?:veux|voudrais|souhaite|ne)"
    r"|cómo|puede[ns]?|podría[ns]?|cuándo|dónde|por qué|cuál|cuánto|quiero|quisiera|necesito|no puedo"
    r"|come|può|potete|potrebbe|quando|dove|perché|quale|quanto|vorrei|non riesco"
    r"|hoe|kunt|kun|kan|wanneer|waar|waarom|welke|ik (?:wil|zou|kan|heb)"
    r"|como|pode[ms]?|poderia[ms]?|onde|por que|qual|quanto|quero|gostaria|preciso|não consigo)\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`, in order, without empty ones.

    A blank line, a bullet and a line short enough to have been ended by hand also end a sentence, so a greeting
    and a list item stand alone. Abbreviations, decimals and addresses do not.
    """
    return [sentence for block in _blocks(text) for sentence in _split(block)]


def clauses(text: str) -> list[str]:
    """Return the sentences of `text`, one that asks two things cut in two."""
    return [
        clause
        for sentence in sentences(text)
        for clause in (_SECOND.split(sentence) if sentence.endswith("?") else [sentence])
    ]


def unsigned(text: str, writer: str) -> str:
    """Return a mail without the lines at its end that hold nothing but words of its writer's name."""
    name, lines = set(_WORD.findall(writer.casefold())), text.splitlines()
    while len(lines) > 1 and name.issuperset(_WORD.findall(lines[-1].casefold())):
        lines.pop()
    return "\n".join(lines)


def questions(text: str) -> list[str]:
    """Return the clauses of `text` that ask or request something; the whole text when none stands out."""
    asked = [
        sentence
        for sentence in clauses(text)
        if sentence.rstrip("\"'”’)").endswith(("?", "？")) or _REQUEST.match(sentence)
    ]
    whole = " ".join(text.split())
    return asked or ([whole] if whole else [])


def _blocks(text: str) -> Iterator[str]:
    """Join the lines a mail program wrapped; yield each run of text that its writer ended."""
    block: list[str] = []
    for line in text.splitlines():
        bullet = _BULLET.match(line)
        line = line[bullet.end() :].strip() if bullet else line.strip()
        if block and (bullet or not line or not _goes_on(block[-1], line)):
            yield " ".join(block)
            block = []
        if line:
            block.append(line)
    if block:
        yield " ".join(block)


def _goes_on(line: str, following: str) -> bool:
    return len(line) >= _WRAPPED_LINE or (line[-1].isalnum() and following[0].islower())


def _split(block: str) -> Iterator[str]:
    start = 0
    for end in _END.finditer(block):
        piece = block[start : end.end()]
        if _ABBREVIATION.search(piece[-_LONGEST_ABBREVIATION:]) and end.end() < len(block):
            continue
        if piece.strip():
            yield piece.strip()
        start = end.end()
    if block[start:].strip():
        yield block[start:].strip()
