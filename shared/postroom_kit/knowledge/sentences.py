"""Cut mail text into sentences, and pick out the ones that ask for something."""

from __future__ import annotations

import re
from collections.abc import Iterator

LONGEST_QUESTION = 2_000
"""Characters: a page. A longer one is not cut into what it asks, and nothing answers it: it is for a person to read."""

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
_HOW = (
    r"(?:how|what|when|where|who|which|why|whether"
    r"|wie|was|wann|wo|warum|wer|welche[rs]?|ob|comment|quand|où|pourquoi|combien|quel(?:le)?s?|est-ce"
    r"|cómo|cuándo|dónde|cuánto|cuál|come|quando|dove|quanto|quale|hoe|wanneer|waar|waarom|welke|como|onde|qual)\b"
)
_WHETHER = r"(?:can|could|do|does|is|are|will|should|may)\b"
_AND = r",?\s+(?:and(?: also)?|as well as|plus|und|sowie|et|ainsi que|y|e|en)\s+"
# Two questions in one sentence, also where the second speaks of the first ("and how are they signed?").
_SECOND = re.compile(rf"{_AND}(?={_HOW}|{_WHETHER})", re.IGNORECASE)
_SECOND_TOLD = re.compile(rf"{_AND}(?={_HOW})", re.IGNORECASE)
_UNJOINED = re.compile(
    rf"(?P<first>(?:how|what|which|who|why|can|could|do|does|is|are|will)\b.*?),\s+(?P<second>{_HOW}.*)", re.I
)
_ITS = r"(?:the|an?|my|our|your|this|that|these|those|his|her|their|all)\b"
# "How do I open it and clean the lid?" asks for two things to do, "how long is the trial and the notice?" of two.
_DO_BOTH = re.compile(
    rf"(?P<ask>(?:how|where|when|can|could|may)\b(?: (?:do|can|could|should|would|must))? (?:i|we|you|one) )"
    rf"(?P<first>.*\b{_ITS} .*?),? and (?P<second>(?!{_ITS})[a-z]+ {_ITS} .*\?)",
    re.IGNORECASE,
)
_OF_BOTH = re.compile(
    rf"(?P<ask>(?:how|what|when|where|which|is there|are there|do you (?:have|offer|give|sell))\b"
    rf"(?!.*\b(?:between|both)\b).*?\b)"
    rf"(?P<first>{_ITS}(?: \w+){{1,3}}) and (?P<second>{_ITS}(?: \w+){{1,3}}\?)",
    re.IGNORECASE,
)
_REQUEST = re.compile(
    r"^\W*(?:(?:and|also|but|so|then|second(?:ly)?|first(?:ly)?|finally|und|auch|et|y|e|en)\b\W*)?"
    r"(?:please|kindly|can|could|would|will|do|does|did|is|are|was|has|have|may|should|how|what|when|where"
    r"|which|who|why"
    r"|tell me|let me know|help|i (?:want|need|wish|cannot|can't|am unable|wonder"
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
# A wish to hear something, whoever has it.
_WISH = re.compile(
    r"\b(?:i|we)(?:'d| would)(?: \w+){0,2} (?:like|love|be (?:glad|happy|interested|grateful)|appreciate)\b"
    r"|\b(?:wants?|needs?|wish(?:es)?|like|love|curious|interested|keen|asks?|asking)(?: me)?"
    r" (?:to (?:know|hear|learn|understand)|in"
    r"|about|whether|if|how|what|when|where|which|who|why)\b"
    r"|\b(?:nice|great|good|helpful|useful|important) (?:for (?:me|us) )?to (?:know|hear|learn)\b"
    r"|\b(?:tell|let) (?:me|us) (?:know|about|the|how|what|when|where|which|who|why|whether|if)\b"
    r"|\b(?:möchte|will|würde)n? .{0,40}\bwissen\b|\b(?:aimer|voudr)(?:ais|ait|aient|ions) (?:aussi )?savoir\b"
    r"|\b(?:veut|souhaite) (?:aussi )?savoir\b"
    r"|\b(?:quisiera|quiere|gustaría) (?:también )?saber\b|\b(?:vorrei|vuole|vorremmo) (?:anche )?sapere\b"
    r"|\b(?:wil|zou) .{0,40}\bweten\b|\b(?:gostaria|quer|queria) (?:também )?(?:de )?saber\b",
    re.IGNORECASE,
)


def sentences(text: str) -> list[str]:
    """Return the sentences of `text`, in order, without empty ones.

    A blank line, a bullet and a line short enough to have been ended by hand also end a sentence, so a greeting
    and a list item stand alone. Abbreviations, decimals and addresses do not.
    """
    return [sentence for block in _blocks(text) for sentence in _split(block)]


def clauses(text: str) -> list[str]:
    """Return the sentences of `text`, one that asks several things cut into those."""
    return [clause for sentence in sentences(text) for clause in _asked_apart(sentence)]


def _asked_apart(sentence: str) -> list[str]:
    """Cut what asks several things into those, each with the words that they share."""
    if len(sentence) > LONGEST_QUESTION or not _asks(sentence):
        return [sentence]
    second = _SECOND if sentence.endswith("?") else _SECOND_TOLD
    return [one for clause in second.split(sentence) for part in _unjoined(clause) for one in _both(part)]


def _unjoined(clause: str) -> list[str]:
    parts: list[str] = []
    while found := _UNJOINED.fullmatch(clause):
        parts.append(found["first"])
        clause = found["second"]
    return [*parts, clause]


def _both(clause: str) -> list[str]:
    if not clause.endswith("?"):
        return [clause]
    found = _DO_BOTH.fullmatch(clause) or _OF_BOTH.fullmatch(clause)
    return [f"{found['ask']}{found['first']}?", f"{found['ask']}{found['second']}"] if found else [clause]


def _asks(sentence: str) -> bool:
    ends = sentence.rstrip("\"'”’)").endswith(("?", "？"))
    return ends or bool(_REQUEST.match(sentence) or _WISH.search(sentence))


def unsigned(text: str, writer: str) -> str:
    """Return a mail without the lines at its end that hold nothing but words of its writer's name."""
    name, lines = set(_WORD.findall(writer.casefold())), text.splitlines()
    while len(lines) > 1 and name.issuperset(_WORD.findall(lines[-1].casefold())):
        lines.pop()
    return "\n".join(lines)


def questions(text: str) -> list[str]:
    """Return the clauses of `text` that ask or request something; the whole text when none stands out."""
    asked = [clause for sentence in sentences(text) if _asks(sentence) for clause in _asked_apart(sentence)]
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
