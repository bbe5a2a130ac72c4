"""Days, times and spans are read in the many words that English has for them, family by family."""

import datetime as dt
from pathlib import Path

import pytest

from days_told import told
from postroom_kit.replies import dates_named

NOW = dt.datetime(2026, 10, 14, 10, tzinfo=dt.UTC)  # a Wednesday
LINES = Path(__file__).with_name("days_in_many_words.txt").read_text("utf-8").splitlines()
FAMILIES: dict[str, list[str]] = {}
for line in LINES:
    if line.startswith("["):
        FAMILIES[line.strip("[]")] = []
    elif line and line[0] != "#":
        list(FAMILIES.values())[-1].append(line)
NONE = FAMILIES.pop("none")


@pytest.mark.parametrize("family", FAMILIES)
def test_words_name_their_days_alone_and_in_a_sentence(family: str) -> None:
    wrong = []
    for line in FAMILIES[family]:
        words, _, days = line.rpartition(" = ")
        for text in (words, f"Note: {words}."):
            found = "; ".join(map(told, dates_named(text, NOW)))
            wrong += [(text, found, days)] if found != days else []
    assert wrong == []


def test_words_of_other_things_name_none() -> None:
    assert [(line, named.text) for line in NONE for named in dates_named(line, NOW)] == []


@pytest.mark.parametrize("piece", ["a hundred ", "next week from Monday to ", "the second to last ", "this past "])
def test_words_said_over_and_over_are_read_without_end_of_the_stack(piece: str) -> None:
    dates_named(piece * 600, NOW)
