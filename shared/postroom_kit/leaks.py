"""What a reply says of people it is not for: addresses, numbers and names that nothing it was made from holds.

The guard knows no list of customers. It asks the other way round: whatever could identify somebody must stand in the
texts that the reply may use, which are the customer's own mails, the passages, what was looked up, the company's data.
It does not catch a first name alone in the middle of a sentence, nor what is written out in words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from .knowledge.courtesy import behind_closing, is_opener

_EMAIL = r"(?<![\w.+'-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"
_IBAN = r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"
_DIGITS = r"(?<!\d)\+?\d(?:[ ()./-]{0,3}\d){6,}"
"""Seven digits or more, however grouped: telephone numbers, cards, accounts, serial numbers."""

_WORD = r"[^\W\d_](?:[^\W\d_]|['’-](?=[^\W\d_]))*"
_PARTICLE = "van|von|de|der|den|da|di|dos|del|la|le|el|bin|al|ter"


def leaks(
    reply: str, allowed: Iterable[str], numbers: Sequence[re.Pattern[str]] = (), language: str = "en"
) -> list[str]:
    """Return what in `reply` could identify somebody and stands in none of the `allowed` texts, in order.

    That are e-mail addresses, matches of `numbers` (orders, tickets), seven digits or more, IBANs, and names of two
    words or more, or of one in a greeting. Case, spaces and punctuation inside a number do not matter. In German
    (`language`, ISO 639-1), where each noun has a capital letter, names are looked for behind a greeting alone.
    """
    shown = _plain(reply)
    texts = [_plain(text) for text in allowed]
    finder = re.compile("|".join((_EMAIL, _IBAN, *(f"(?i:{number.pattern})" for number in numbers), _DIGITS)))
    known = {_key(match[0]) for text in texts for match in finder.finditer(text)}
    found = [(match.start(), match[0]) for match in finder.finditer(shown) if _key(match[0]) not in known]
    said = f" {' '.join(word for text in texts for word in [*_words(text), '/'])} "
    vocabulary = frozenset(re.findall(_WORD, " ".join(texts)))
    names = [each for each in _names(shown) if language != "de" or is_opener(each[1].partition(" ")[0])]
    found += [(at, name) for at, name in names if not _is_said(name, said, vocabulary)]
    return list(dict.fromkeys(what for _, what in sorted(found)))


def _plain(text: str) -> str:
    """Return a text without signs that do not show, and without the many forms of one sign."""
    kinds = ((sign, unicodedata.category(sign)) for sign in unicodedata.normalize("NFKC", text))
    return "".join("-" if kind == "Pd" else sign for sign, kind in kinds if kind != "Cf")


def _key(found: str) -> str:
    """Return what two ways to write a number have in common; an address stays as it is."""
    return found.casefold() if "@" in found else re.sub(r"[\W_]", "", found).casefold()


def _words(text: str) -> list[str]:
    return [word.casefold() for word in re.findall(_WORD, text)]


def _names(text: str) -> Iterator[tuple[int, str]]:
    """Yield each run of capitalised words within a line, with where it begins."""
    run: list[re.Match[str]] = []
    for word in re.finditer(_WORD, text):
        gap = text[run[-1].end() : word.start()] if run else ""
        joined = bool(run) and gap == " "
        if joined and re.fullmatch(_PARTICLE, word[0]):
            run.append(word)
            continue
        if not (joined and _is_capital(word[0])):
            yield from _ended(text, run)
            run = []
        if _is_capital(word[0]):
            run.append(word)
    yield from _ended(text, run)


def _ended(text: str, run: list[re.Match[str]]) -> Iterator[tuple[int, str]]:
    while run and not _is_capital(run[-1][0]):
        run.pop()
    if len(run) > 1:
        yield run[0].start(), " ".join(text[run[0].start() : run[-1].end()].split())


def _is_capital(word: str) -> bool:
    return word[0].isupper() and len(word) > 1


def _is_said(name: str, said: str, vocabulary: frozenset[str]) -> bool:
    """Tell whether an allowed text holds a name; the word that opens a sentence or a greeting need not belong to it."""
    if behind_closing(name) == "":
        return True
    words = re.findall(_WORD, name)
    opens = is_opener(words[0]) or words[0].lower() in vocabulary
    forms = [words, words[1:]] if opens else [words]
    return any(f" {' '.join(form).casefold()} " in said for form in forms)
