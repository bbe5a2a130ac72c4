"""The claim ledger: each thing said of a prospect with the words that bear it out, where they stand, and from when.

A claim is kept where its quote stands in its source word for word, the source has a date that is neither old nor to
come, the sentence around the quote is about the prospect, and the claim says what the quote says, in its words and
their order: "you" may stand for the prospect's name, and nothing else may be added. Words that turn a sentence ("not",
"plans to", "denies") must be in both or in neither. All else is cut, and the reason kept.

What this does not catch: a source that is wrong itself, and a sentence about a namesake.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from typing import Literal, get_args

from ..knowledge.sentences import sentences
from ..mail_reading import language_of, stems_for
from ..word_lists import sections
from ..wordings import language_name

Topic = Literal["activity", "news", "tech stack", "pain point"]
TOPICS: tuple[Topic, ...] = get_args(Topic)
_LANGUAGES = ("en", "de", "fr", "es")
"""Those that `stated_words.txt` has the words of."""
_FEWEST_WORDS, _MOST_WORDS = 3, 60  # of a quote: two words stand anywhere, a page bears out everything
_WORD = re.compile(r"[^\W_]+(?:['.,:/&+-][^\W_]+)*")
_PART, _ELIDED = re.compile(r"[^\W_]+"), re.compile(r"\b(?:[cdjlmnst]|qu)'(?=\w)")
_QUOTES = str.maketrans("‘’‚‛“”„‟«»‐‑‒–—−", '\'\'\'\'""""""------')
_THEY = re.compile(
    r"^\W*(?:they|their|its?|she|he|her|his|the (?:company|firm|team)|sie|ihre?[nmrs]?|das unternehmen|die firma"
    r"|ils?|elles?|leurs?|ses|l'entreprise|la (?:société|empresa)|ellos|ellas|sus?)\b"
    r"|\b(?:we|our|us|i|my|wir|unsere?[nmrs]?|nous|notre|nos|nuestr[oa]s?|hemos|tenemos)\b",
    re.IGNORECASE,
)
_ANOTHER = re.compile(
    r"\b(?:that|which|who|whom|whose|customers?|clients?|suppliers?|partners?|subsidiar\w+|parent|neighbou?rs?|owners?)\b"
    r"|\b(?:dessen|deren|welche[nmrs]?|kunden?|lieferant\w*|tochter\w*|qui|dont|fournisseurs?|filial\w*|clientes?"
    r"|proveedor\w*|cuy[oa]s?|quien(?:es)?)\b|,\s*(?:der|die|das|den|dem|que)\b"
    r"|\b[A-ZÀ-ÞŁŚŻŽŠČ]\w"
)
_OF = {
    "of", "with", "from", "by", "to", "for", "than", "against", "like", "unlike", "and", "or",
    "von", "vom", "mit", "für", "durch", "gegen", "an", "als", "wie", "und", "oder",
    "de", "d'", "du", "des", "avec", "pour", "par", "contre", "comme", "et", "ou",
    "del", "con", "para", "por", "contra", "como", "y", "e", "o", "a", "à",
}  # fmt: skip
_SIGNS = re.compile(r"[€$£¥₹%]")


@dataclass(frozen=True, slots=True)
class Source:
    """Hold a text that claims may rest on: `where` is its address or the file it stands in, `dated` its own date."""

    id: str
    where: str
    dated: date | None
    text: str
    topic: Topic | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold one thing that may be said of a prospect. `source` is the id of the source that `quote` stands in; `dated`
    is set by the ledger, from there."""

    text: str
    quote: str
    source: str
    topic: Topic
    dated: date | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """Hold a claim that nothing bears out, and why."""

    claim: Claim
    reason: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """Hold what may be said of a prospect, newest first, and what may not; `names` are theirs and their company's.

    `language` (ISO 639-1) is the one that it is said in.
    """

    claims: tuple[Claim, ...] = ()
    cut: tuple[Cut, ...] = ()
    names: tuple[str, ...] = ()
    sources: tuple[Source, ...] = field(default=(), repr=False)
    language: str = "en"

    def where(self, claim: Claim) -> str:
        """Return where the words stand that bear a claim out."""
        return next((source.where for source in self.sources if source.id == claim.source), "")

    def about(self, *topics: Topic) -> Claim | None:
        """Return the newest claim of the first of `topics` that has one."""
        return next((claim for topic in topics for claim in self.claims if claim.topic == topic), None)


def ledger(
    claims: Iterable[Claim],
    sources: Sequence[Source],
    names: Sequence[str],
    today: date,
    months: int = 9,
    language: str = "en",
) -> Ledger:
    """Keep the claims about the bearer of `names` that sources of the last `months` bear out; say why of the others.

    A claim is in that language, of which `stated_words.txt` has the words, and so are the words that bear it out.
    """
    known = {source.id: source for source in sources}
    kept: list[Claim] = []
    cut: list[Cut] = []
    for claim in dict.fromkeys(claims):
        source = known.get(claim.source)
        if reason := _fault(claim, source, names, today, months, language):
            cut.append(Cut(claim, reason))
        elif source is not None:
            kept.append(replace(claim, dated=source.dated))
    kept.sort(key=lambda claim: claim.dated or date.min, reverse=True)
    return Ledger(tuple(kept), tuple(cut), tuple(names), tuple(sources), language)


def _fault(claim: Claim, source: Source | None, names: Sequence[str], today: date, months: int, language: str) -> str:
    """Return why nothing bears a claim out, or ""."""
    if source is None:
        return f"there is no source {claim.source!r}"
    if source.dated is None:
        return "its source has no date"
    if source.dated > today:
        return f"its source is dated {source.dated}, which is to come"
    if source.dated < months_before(today, months):
        return f"its source is of {source.dated}, older than {months} months"
    around, before = _around(claim.quote, source.text)
    if not around:
        return "its quote does not stand in the source"
    if not _is_about(before, claim.quote, names) or not _names_one(f"{source.where} {source.text}", names):
        return "the sentence quoted does not say that of the prospect"
    spoken = language_of([claim.text]) or language
    if spoken != language and (language == "en" or spoken in _LANGUAGES):  # of a short one another may be guessed
        return f"it is in {language_name(spoken)}, and the mail in {language_name(language)}"
    if missing := beyond(claim.text, claim.quote, names, language):
        return f"its quote does not say {missing!r}"
    said = turns(around, language, ["turns"]) | turns(f"{before} {claim.quote}", language)
    if turned := said - turns(claim.text, language):
        return f"the sentence quoted says {min(turned)!r}, and the claim does not"
    return ""


def beyond(said: str, quote: str, names: Sequence[str], language: str = "en") -> str:
    """Return the first word of `said` that the words of `quote` do not bear out, in their order; "" for none.

    Words that state nothing and the prospect's own names may stand anywhere.
    """
    free = {stem for name in names for stem in _stems(name, language)}
    borne_out = iter(_stems(quote, language))
    for word in _WORD.findall(_even(said)):
        if _expression("neutral", language).fullmatch(word):
            continue
        for stem in _stems(word, language):
            if (stem not in free or stem.isdecimal()) and stem not in borne_out:
                return str(word)
    return next((str(sign) for sign in _SIGNS.findall(said) if sign not in quote), "")


def turns(text: str, language: str = "en", kinds: Sequence[str] = ("turns", "intends")) -> set[str]:
    """Return the words of a text, as stems, that turn what it says: denials, rumours, what is over, what is planned.

    Those of English count in any language.
    """
    lists = [_expression(kind, each) for kind in kinds for each in {"en", language}]
    found = (match[0] for each in lists for match in each.finditer(_even(text)))
    return {" ".join(_stems(words)) for words in found}


def states_nothing(sentence: str, language: str = "en") -> bool:
    """Tell whether a sentence states nothing of anybody: "Is that something you look at?"."""
    even = _even(sentence)
    if _expression("says nothing", language).fullmatch(even.strip(" .!")):
        return True
    lists = [_expression(section, language) for section in ("neutral", "asks")]
    return even.endswith("?") and all(any(each.fullmatch(word) for each in lists) for word in _WORD.findall(even))


def names_only(words: str, texts: Iterable[str], language: str = "en") -> str:
    """Return the first word that is not neutral and stands in none of the texts, in whatever order; "" for none."""
    known = {stem for text in texts for stem in _stems(text, language)}
    strange = (word for word in _WORD.findall(_even(words)) if not known.issuperset(_stems(word, language)))
    return next((str(word) for word in strange if not _expression("neutral", language).fullmatch(word)), "")


def months_before(day: date, months: int) -> date:
    """Return the day so many months before, the last of the month where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    for last in range(day.day, 27, -1):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    return date(year, month + 1, min(day.day, 28))


def _around(quote: str, text: str) -> tuple[str, str]:
    """Return the sentences of `text` that hold `quote`, word for word, and what stands before it; "" for none."""
    looked_for = _even(quote)
    if not _FEWEST_WORDS <= len(looked_for.split()) <= _MOST_WORDS:
        return "", ""
    for paragraph in re.split(r"\n\s*\n", text):
        even = _even(paragraph)
        at = re.search(rf"(?<!\w){re.escape(looked_for)}(?!\w)", even)
        if at:
            sentence = _sentences_at(even, at.start(), at.end())
            return sentence, sentence.partition(looked_for)[0]
    return "", ""


def _sentences_at(text: str, start: int, end: int) -> str:
    found, reached = [], 0
    for sentence in sentences(text):
        begins = text.find(sentence, reached)
        reached = begins + len(sentence) if begins >= 0 else reached
        if begins < 0 or (begins < end and reached > start):
            found.append(sentence)
    return " ".join(found) or text


def _is_about(before: str, quote: str, names: Sequence[str]) -> bool:
    """Tell whether the words quoted are said of the prospect, and not of somebody named between it and them.

    "Kestrel said that Rival opened a depot" and "a customer of Kestrel opened a depot" say nothing of Kestrel.
    """
    ends = [match.end() for match in _THEY.finditer(before)]
    begins = bool(_THEY.match(_even(quote))) if not before.strip(" \"'") else False
    for name in filter(None, map(_even, names)):
        found = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)('s?)?", re.IGNORECASE)
        for match in found.finditer(before):
            lead = before[: match.start()].rstrip().rpartition(" ")[2].casefold()
            own = not match[1] or not before[match.end() :].strip()  # "Kestrel's trucks": right before the words
            if own and lead not in _OF:
                ends.append(match.end())
        begins = begins or bool(found.match(_even(quote)))
    return begins or (bool(ends) and not _ANOTHER.search(before[max(ends) :]))


def _names_one(text: str, names: Sequence[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(_even(name))}(?!\w)", text, re.IGNORECASE) for name in names if name)


def _even(text: str) -> str:
    """Return a text in one line, with straight quotes and without signs that do not show."""
    plain = unicodedata.normalize("NFKC", text).translate(_QUOTES)
    return " ".join("".join(sign for sign in plain if unicodedata.category(sign) != "Cf").split())


@cache
def _expression(section: str, language: str = "en") -> re.Pattern[str]:
    """Return the words of a section, in English or in the language of another `stated_words.txt`."""
    words = sections(__package__, "stated_words.txt")[section if language == "en" else f"{section} {language}"]
    return re.compile(rf"(?<![\w'])(?:{words})(?![\w'])", re.IGNORECASE)


def _stems(text: str, language: str = "en") -> list[str]:
    """Return the words of a text as they compare: English ones by their stems.

    Elsewhere the end of a word tells what was from what is to be ("doublé", "doublera"), and stays.
    """
    even = _even(text)
    return _english()(even) if language == "en" else _PART.findall(_ELIDED.sub(" ", even.casefold()))


@cache
def _english() -> Callable[[str], list[str]]:
    return stems_for(["the words of this mail are in English"], common_words=True)
