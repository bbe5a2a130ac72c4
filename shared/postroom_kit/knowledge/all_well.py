"""Mail that asks for nothing: whether all it says beside thanks is that things are well."""

from __future__ import annotations

import re
from functools import cache

from ..grave import says_more_than_thanks
from ..word_lists import plain, word_list
from .courtesy import SMILE, THANKS, above_name, is_closing, is_grateful
from .sentences import sentences

_EASED = re.compile(
    r"\b(?:never mind|forget it|no (?:need|worries|hurry|rush|problem)|nothing (?:else|more|further|to add)"
    r"|no (?:further |more |other )?(?:questions?|action needed))\b",
    re.IGNORECASE,
)
_NOT_QUITE = re.compile(
    r"\b(?:until|till|at first|except|apart|almost|nearly|hardly|barely|partly|half|sometimes|supposed|less|far from"
    r"|for (?:an?|half an|one|two|a few) \w+|(?:should|would|might|could|if|when|whether))\b",
    re.IGNORECASE,
)
_WHEN = (
    r"again|now|today|tonight|yesterday|this (?:morning|afternoon|evening|week|time)|just now|at last|finally|too|then"
    r"|as well|here|there|already|straight away|right away|at once"
)
_HOW = (
    r"well|perfectly|nicely|fine|properly|smoothly|safely|intact|in one piece|with thanks|on time|as (?:you )?\w+"
    r"|(?:so |very |really )?(?:quickly|fast)|for (?:me|us|everyone|everybody)|first time|myself|ourselves"
)
_HAPPENED = (
    r"runs?|came(?: through| in)?|(?:found|got) (?:it|them|the \w+)(?: (?:in|on|under) (?:the|my|our) \w+)?|dropped off"
    r"|posted|is in|see you(?: \w+)?|(?:can be|may be|can|may) closed?(?: (?:this|it|the (?:ticket|case|thread)))?"
    r"|set up|on (?:its|their|the) way(?: (?:back|to you))*"
)
_ASIDE = re.compile(
    rf"(?:(?:ah|oh|phew|wow|yes|yep|sorry|hooray|{_WHEN}|{_HOW})(?: |$))+"
    r"|(?:ah |oh )?sorry (?:to (?:bother|trouble) you|for (?:bothering you|the (?:fuss|noise|trouble|confusion)))",
    re.IGNORECASE,
)
# What one is thanked for is judged with the whole mail, by `says_more_than_thanks`.
_THANKS_FOR = re.compile(r"(?:and )?(?:many |so )?(?:thanks?(?: you)?|thx|cheers)\b.*?\bfor\b", re.IGNORECASE)
_TO_WHOM = re.compile(r" (?:mate|guys|folks|all|everyone|everybody|team)$", re.IGNORECASE)
_GOING_TO = re.compile(
    r"(?:(?:and|so|then) )?(?:(?:i|we)(?:['’]ll| will|['’ ](?:a?m|a?re) going to)|will)(?: \w+ly| just| also| now)?"
    r" (?:try|test|check|do|look|have a (?:look|go|try)|see|let you know|think|pass|forward|tell|follow|read|keep"
    r"|report|get back|come back|be in touch)\b",
    re.IGNORECASE,
)
_PASSED_ON = re.compile(
    r"(?:(?:i|we)(?:['’]ve| have)?(?: just)? )?(?:passed|forwarded|booked|posted|dropped|signed|handed)\b",
    re.IGNORECASE,
)
_VERB = r"\b(?:is|are|was|were|has|had|does|did|goes|went|shows)\b"
_SAYS = re.compile(_VERB, re.IGNORECASE)
_ALSO = re.compile(rf"\b(?:and|because) (?=.*{_VERB})", re.IGNORECASE)
_OF_MORE = re.compile(r"\b(?:twice|double|another|second|(?:one|two|three|some) of)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_FROWN = re.compile(r"[:;=]['’]?-?[(/\\|\[<]|[\u2600-\u27bf\U0001f000-\U0001faff]")
"""What is left of signs without smiles: it may say anything but that all is well."""
_LONGEST_PART = 200  # characters; good news is shorter, and longer ones take seconds to tell
_APART = re.compile(r"[.!,;:…]|\s[-–—]\s|\)")


def is_all_well(text: str, writer: str = "") -> bool:
    """Tell whether each phrase of a mail that seems to ask for nothing thanks, tells what went well or will be done.

    Anything else ("Thanks. Now the light is red.", ":(") may be trouble, in whatever words: a person reads it.
    `writer` is the name that the mail gives its sender. English; of thanks in other languages `is_thanks` tells.
    """
    said = SMILE.sub(" ", _EASED.sub(" ", above_name(text, writer)))
    if says_more_than_thanks(said) or _FROWN.search(said) or not (_WORD.search(text) or SMILE.search(text)):
        return False
    named = set(_WORD.findall(writer.casefold()))
    phrases = (phrase for phrase in _phrases(said) if not named.issuperset(_WORD.findall(phrase.casefold())))
    return all(map(_is_well, phrases))


def _phrases(text: str) -> list[str]:
    found = (part.strip(" \"'“”(") for sentence in sentences(text) for part in _APART.split(sentence))
    return [phrase for phrase in found if re.search(r"\w", phrase)]


def _is_well(phrase: str) -> bool:
    first, *more = _ALSO.split(phrase)
    if thanks := _THANKS_FOR.match(first):
        return not _SAYS.search(first, thanks.end()) and all(map(_is_well, more))
    if _GOING_TO.match(first):
        return all(map(_is_well, more))
    parts = re.split(r"\band\b", _TO_WHOM.sub("", phrase))
    return all(_tells_good(part.strip()) for part in parts if part.strip())


def _tells_good(part: str) -> bool:
    if is_grateful(part) or is_closing(part):
        return True
    if len(part) > _LONGEST_PART or _OF_MORE.search(part):
        return False
    if _PASSED_ON.match(part) or _ASIDE.fullmatch(part):
        return True
    return bool(_ends_good().fullmatch(plain(part))) and not _NOT_QUITE.search(part)


@cache
def _ends_good() -> re.Pattern[str]:
    """Return what is good at the end: "the parcel arrived" is good news, "the parcel arrived open" is not."""
    good = word_list(THANKS)["good news"].pattern
    return re.compile(rf"(?:.*\b)?(?:{_HAPPENED}|{good})(?: (?:{_WHEN}|{_HOW}))*", re.IGNORECASE)
