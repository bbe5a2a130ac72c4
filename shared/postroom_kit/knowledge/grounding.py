"""Check that what a reply states stands in the passages it was given, word for word.

A reply is cut into sentences. Each is one of two things:

- *courtesy* (`courtesy.py`): wholly a greeting, thanks, closing, offer of more help, or the one line with a name
  after a closing, and free of hard facts. It needs no source.
- *factual*: everything else, and always a sentence with a number, amount, date, URL, e-mail address or promise.

A factual sentence is supported when its words stand, in order and without gaps, in the answer of one passage; or
when each of its clauses (cut at , ; : and dashes) does, courtesies and lead-ins such as "also" aside. Case, line
breaks, Markdown, quotation marks and outer punctuation are ignored. The place found must begin and end where a
sentence of the passage does, or a clause joined by ", and" or the like; and what it leaves out of those sentences must
hold no word of condition or denial. So "We refund" is not supported by "We refund nothing", nor "you get a credit" by
"If we are late, you get a credit", nor "Yes, you can" by "You can".

What this does not catch: a true sentence that answers another question, and a passage that is itself wrong.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .courtesy import hard_facts, is_closing, is_courtesy, is_sender
from .index import Passage
from .sentences import sentences

# Bounded and possessive: model output and mail may hold a hundred thousand brackets or underscores.
_LINK = re.compile(r"!?\[([^\[\]]{0,500})\]\(([^()\s]{0,2000})[^()]{0,200}\)")
_MARKUP = re.compile(r"[*`]+|(?<!\w)_++|(?<!_)_++(?!\w)|^#{1,6}\s+|^>\s?", re.MULTILINE)
_OUTER = "\"'“”„‘’«»‹›()[]{}<>.,;:!?…¿¡"
_PAUSE = re.compile(r"[,;:]['\"”’)\]]*$")
_DASHES = frozenset({"-", "–", "—", "--", "/"})
_AND = frozenset({"and", "but", "und", "aber", "et", "mais", "y", "pero", "e", "ma", "en", "maar", "mas"})
_CONDITION = re.compile(
    r"if|unless|except|only|when|until|till|provided|without|not|no|never|none|nothing|within|during|cannot|\w+n't"
    r"|wenn|falls|außer|nur|bis|ohne|nicht|keine?[nmrs]?|nie|niemals|nichts|innerhalb|sofern"
    r"|si|sauf|seulement|sans|ne|n'\w+|pas|jamais|rien|aucune?|jusqu'à|pendant"
    r"|salvo|solo|sólo|cuando|hasta|sin|nunca|nada|ningún|ninguna|se|eccetto|quando|fino|senza|non|mai|niente"
    r"|als|tenzij|behalve|alleen|zonder|niet|geen|nooit|niets|tot|exceto|apenas|até|sem|não"
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold one factual sentence of a reply, the ids of the passages that say it (none: unsupported), and its hard facts
    that stand in no passage."""

    sentence: str
    sources: tuple[str, ...]
    missing: tuple[str, ...] = ()

    @property
    def is_supported(self) -> bool:
        """Tell whether a passage was found for the whole sentence."""
        return bool(self.sources)


@dataclass(frozen=True, slots=True)
class _Words:
    """Hold a sentence as comparable words, and as `written`; `pauses` are the indexes of words before punctuation."""

    words: tuple[str, ...]
    written: tuple[str, ...]
    pauses: frozenset[int]


def supported(body: str, passages: Sequence[Passage]) -> list[Claim]:
    """Return one Claim for each factual sentence of `body`, in order, checked against `passages`."""
    texts = [(passage.id, text) for passage in passages for text in _passage_texts(passage.answer)]
    known = frozenset(word for _, text in texts for sentence in text for word in sentence.words)
    claims: list[Claim] = []
    after_closing = False
    for sentence in sentences(_plain(body)):
        words, facts = _words(sentence), hard_facts(sentence)
        phrase = " ".join(words.written)
        is_name, after_closing = after_closing and is_sender(phrase), is_closing(phrase)
        if is_name or is_courtesy(phrase) or all(is_courtesy(clause) for clause in _clause_texts(words)):
            continue
        missing = tuple(fact for fact in facts if not known.issuperset(_words(fact).words))
        claims.append(Claim(sentence, _sources(words, texts), missing))
    return claims


def unsupported_sentences(body: str, passages: Sequence[Passage]) -> list[str]:
    """Return the factual sentences of `body` that no passage says, in order."""
    return [claim.sentence for claim in supported(body, passages) if not claim.is_supported]


_Texts = list[tuple[str, list[_Words]]]


def _sources(sentence: _Words, texts: _Texts) -> tuple[str, ...]:
    """Find the passages that say `sentence`: whole, or else clause by clause, the longest run of clauses first."""
    clauses = _clauses(sentence)
    sources: list[str] = []
    at = 0
    while at < len(clauses):
        for end in range(len(clauses), at, -1):
            run = slice(clauses[at].start, clauses[end - 1].stop)
            source = _found(sentence.words[run], texts)
            if source or is_courtesy(" ".join(sentence.written[run])):
                sources += [source] if source else []
                at = end
                break
        else:
            return ()
    return tuple(dict.fromkeys(sources))


def _found(run: tuple[str, ...], texts: _Texts) -> str | None:
    """Return the id of the first passage with a place that says the words of `run`."""
    candidates = [run, run[1:]] if run[0] in _AND and len(run) > 1 else [run]
    for passage_id, text in texts:
        if any(_stands_in(words, text) for words in candidates):
            return passage_id
    return None


def _stands_in(run: tuple[str, ...], text: list[_Words]) -> bool:
    flat = tuple(word for sentence in text for word in sentence.words)
    starts, ends, stops = _boundaries(text)
    for start in (index for index, word in enumerate(flat) if word == run[0] and index in starts):
        end = start + len(run)
        if end in ends and flat[start:end] == run:
            # Whole sentences around the place: what is left out of them may turn its meaning.
            left = max(stop for stop in stops if stop <= start)
            right = min(stop for stop in stops if stop >= end)
            if not any(_CONDITION.fullmatch(word) for word in flat[left:start] + flat[end:right]):
                return True
    return False


def _boundaries(text: list[_Words]) -> tuple[set[int], set[int], set[int]]:
    """Return the word indexes where a claim may start, where it may end, and where sentences begin or end."""
    starts, ends, stops = set[int](), set[int](), {0}
    offset = 0
    for sentence in text:
        starts.add(offset)
        for pause in sentence.pauses:
            following = sentence.words[pause + 1 : pause + 2]
            if following and following[0] in _AND:
                ends.add(offset + pause + 1)
                starts |= {offset + pause + 1, offset + pause + 2}
        offset += len(sentence.words)
        ends.add(offset)
        stops.add(offset)
    return starts, ends, stops


def _clauses(sentence: _Words) -> list[slice]:
    """Cut a sentence at its pauses; none for a sentence without words."""
    ends = sorted(sentence.pauses | {len(sentence.words) - 1})
    starts = [0, *(end + 1 for end in ends)]
    return [slice(start, end + 1) for start, end in zip(starts, ends, strict=False) if end >= 0]


def _clause_texts(sentence: _Words) -> list[str]:
    return [" ".join(sentence.written[part]) for part in _clauses(sentence)]


def _passage_texts(answer: str) -> Iterable[list[_Words]]:
    """Yield the answer with its link targets and without, as a reply may quote either."""
    forms = dict.fromkeys((_plain(answer), _plain(_LINK.sub(r"\1", answer))))
    for form in forms:
        yield [words for words in map(_words, sentences(form)) if words.words]


def _plain(markdown: str) -> str:
    """Drop the marks of Markdown but none of its words; a link keeps its target, which is a fact too."""
    return _MARKUP.sub("", _LINK.sub(r"\1 \2", markdown))


def _words(sentence: str) -> _Words:
    written: list[str] = []
    pauses: set[int] = set()
    for token in unicodedata.normalize("NFKC", sentence).replace("’", "'").split():
        word = token.strip(_OUTER) if token not in _DASHES else ""
        if word:
            written.append(word)
        if token in _DASHES or _PAUSE.search(token):
            pauses.add(len(written) - 1)
    inner = frozenset(pause for pause in pauses if 0 <= pause < len(written) - 1)
    return _Words(tuple(word.casefold() for word in written), tuple(written), inner)
