"""Whom a mail names in the place of its writer: the name and the address as they are written; nothing is guessed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..mail_reading.languages import language
from ..word_lists import sections
from .folded import Folded, expression, fold

LIST = "signal_words.txt"
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}(?![\w@])")
_CAPITAL = f"[{''.join(sign for sign in map(chr, range(0x530)) if sign.isupper())}]"
_TITLES = sections(__package__, LIST)["title"]
_NAME = re.compile(
    rf"(?<![\w@.])(?P<title>(?:{_TITLES})\.?\s)?(?P<name>{_CAPITAL}[\w'’-]{{1,25}}"
    rf"(?:\s(?:(?:van|de|der|den|von|da|di|del|la|el|al|bin|le|dos|du|zu)\s){{0,2}}{_CAPITAL}[\w'’-]{{1,25}}){{0,3}})"
    r"(?![\w@])"
)
_UNSPACED = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7ff]{1,6}(?=さん|様|氏|先生|女士|님|씨)|(?<=[はにとの系找]).{2,4}?(?=さん|様|氏)"
)
_SENTENCE_END = re.compile(r"(?<!\b[A-Z])(?<!\b(?:Mr|Ms|Dr|Sr))(?<!Mrs)(?<!Prof)[.!?](?=\s|$)|\n\s*\n|[。！？]")
_AHEAD, _BACK = 140, 70  # characters beside the words that refer to somebody
_WORDS_BETWEEN = 9  # "our head of sales for the whole of Europe, Lena Park"


@dataclass(frozen=True, slots=True)
class Person:
    """Hold somebody that a mail names, as it is written, and the words that say so. Never to be mailed unasked."""

    name: str
    address: str
    words: str


def people_named(text: str) -> list[Person]:
    """Return whom a mail says to turn to instead, in order, each once."""
    found: dict[tuple[str, str], Person] = {}
    for person in _named(fold(text)):
        found.setdefault((person.name, person.address), person)
    known = {person.address for person in found.values() if person.name}
    names = {person.name for person in found.values() if person.address}
    return [
        person
        for person in found.values()
        if (person.name and person.address)
        or (person.address and person.address not in known)
        or (person.name and person.name not in names)
    ]


def _named(read: Folded) -> Iterator[Person]:
    german = language(read.original) == "de"
    not_others = expression(LIST, "not others")
    for match in expression(LIST, "refers").finditer(read.text):
        start, end = read.places[match.start()], read.places[match.end() - 1] + 1
        behind = _SENTENCE_END.split(read.original[end : end + _AHEAD], maxsplit=1)[0]
        if not not_others.match(read.text, match.end() + 1):
            yield from _person(behind, read.original[start:end], german=german)
    for match in expression(LIST, "is meant").finditer(read.text):
        start = read.places[match.start()]
        before = _SENTENCE_END.split(read.original[max(0, start - _BACK) : start])[-1]
        end = read.places[match.end() - 1] + 1
        behind = _SENTENCE_END.split(read.original[end : end + _AHEAD], maxsplit=1)[0]
        for name in _names(before, german=german):
            address = _ADDRESS.search(behind)
            yield Person(
                name, address.group() if address else "", " ".join(read.original[start - len(before) : end].split())
            )


def _person(behind: str, trigger: str, *, german: bool) -> Iterator[Person]:
    address = _ADDRESS.search(behind)
    name = next(_names(behind[: address.start()] if address else behind, german=german), "")
    if name or address:
        end = max(behind.find(name) + len(name) if name else 0, address.end() if address else 0)
        yield Person(name, address.group() if address else "", " ".join(f"{trigger}{behind[:end]}".split()))


def _names(words: str, *, german: bool) -> Iterator[str]:
    """Yield the names that stand here; in German a capital is a noun's too, so there it takes two, or a title."""
    no_names = expression(LIST, "no names")
    for match in _NAME.finditer(words):
        if len(words[: match.start()].split()) > _WORDS_BETWEEN:
            return
        parts = match["name"].split()
        while parts and no_names.fullmatch(parts[0]):
            parts = parts[1:]
        while parts and no_names.fullmatch(parts[-1]):
            parts = parts[:-1]
        name = match["name"][match["name"].find(parts[0]) :] if parts else ""
        name = name[: name.rfind(parts[-1]) + len(parts[-1])] if parts else ""
        if name and not (german and len(parts) == 1 and not match["title"]):
            yield " ".join(f"{match['title'] or ''}{name}".split())
    if unspaced := _UNSPACED.search(words):
        yield unspaced.group()
