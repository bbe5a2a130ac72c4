"""Words that only a person may answer, whatever else the mail asks: a miss would do harm, or nothing for the writer."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .anger import angry
from .person_wanted import asks_for_a_person
from .word_lists import plain, word_list
from .wordings import wordings

_STOP = re.compile(r"\W*(?:please )?(?:stop|unsubscribe|opt[ -]?out|remove me)(?: please)?\W*", re.IGNORECASE)
_URGENT = {"writes of an injury or a danger", "writes of a break-in to an account", "writes of money taken"}
_MORE_THAN_THANKS = re.compile(
    r"\b(?:no|not|never|nobody|nothing|none|cannot|\w+n['’]t|but|however|although|though|yet|still|again|instead|only"
    r"|wrong|broken|empty|expired|missing|offline|late|fail\w*|error|crash\w*|useless|ruin\w*|charged|ordered|waiting"
    r"|keeps?|already|please|want|need|would like|call|address|change|cancel|return|refund)\b|\d|\?",
    re.IGNORECASE,
)
_THANKS = re.compile(r"\b(?:thanks?|thx|cheers|bravo|well done)\b", re.IGNORECASE)
_FOR = re.compile(r"\bfor\b", re.IGNORECASE)
_GOOD = re.compile(
    r"\b(?:help\w*|answer\w*|repl(?:y|ies|ying)|respon\w+|support\w*|quick|fast|prompt|speedy|swift|your time|patience"
    r"|info\w*|expla\w+|clarif\w+|updat\w+|advice|tips?|letting (?:me|us) know|get(?:ting)? back|coming back"
    r"|look(?:ing)?|sort\w*|fix\w*|solv\w+|confirm\w*|sending|kind\w*|efforts?|service|everything|it|that|this|all"
    r"|mails?|e-?mails?|notes?|messages?|links?|writing|understanding|easy|great|good|lovely|nice|excellent|wonderful)\b",
    re.IGNORECASE,
)
"""What one thanks for in earnest; thanks for anything else may be scorn, and are read by a person."""


def grave(subject: str, text: str, company: str) -> str | None:
    """Return what a person must see in a mail to `company` (its name), said of its writer, or None."""
    return next(_found(subject, text, company), None)


def is_urgent(subject: str, text: str, company: str) -> bool:
    """Tell whether a mail writes of what cannot wait its turn, whatever else that is grave."""
    return not _URGENT.isdisjoint(_found(subject, text, company))


def _found(subject: str, text: str, company: str) -> Iterator[str]:
    whole = plain(re.sub(rf"\b{re.escape(company)}\b", "you", f"{subject}\n{text}", flags=re.IGNORECASE))
    return (reason for reason, said in word_list("grave_words.txt").items() if said.search(whole))


def only_for_people(subject: str, text: str, company: str) -> str | None:
    """Return why a person must answer, by its words: what is grave, anger, a wish for a person; or None."""
    return grave(subject, text, company) or angry(subject, text) or asks_for_a_person(text)


def opts_out(text: str) -> bool:
    """Tell whether a mail says nothing but that no more mail is wanted."""
    return bool(_STOP.fullmatch(text))


def says_more_than_thanks(text: str) -> bool:
    """Tell whether a mail that seems to ask for nothing has words of trouble, of scorn or of a wish after all."""
    denials = {word for wording in wordings().values() for word in wording.denials}
    said = re.findall(r"\w+", text.casefold())
    return (
        bool(_MORE_THAN_THANKS.search(text))
        or not denials.isdisjoint(said)
        or any(not _GOOD.search(reason) for reason in _thanked_for(text))
        or bool(angry("", text))
    )


def _thanked_for(text: str) -> Iterator[str]:
    """Yield what each sentence thanks for; one expression for that would take the square of a text's length."""
    for sentence in re.split(r"[.!?]", plain(text)):
        thanks = _THANKS.search(sentence)
        if thanks and (reason := _FOR.search(sentence, thanks.end())):
            yield sentence[reason.end() :]
