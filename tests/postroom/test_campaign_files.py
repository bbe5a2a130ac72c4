"""Campaigns' files as people save them: nobody in them is lost, doubled or taken for another without a word."""

from __future__ import annotations

import json
import unicodedata

import pytest
from caller_agent.agent import Person

from postroom.campaign import CampaignError, parse_campaign, record_id

TWO = "email,name\nana@firm.test,Ana\nbo@firm.test,Bo\n"


def people(text: str, name: str = "spring.csv") -> list[tuple[str, str]]:
    return [(row.email, row.name) for _, row in parse_campaign(name, text, Person).rows]


@pytest.mark.parametrize(
    "text",
    [
        TWO,
        f"\ufeff{TWO}",
        TWO.replace("\n", "\r\n").replace(",", ";"),
        TWO.replace("\n", "\r"),
        TWO.replace(",", "\t"),
        TWO.replace("email,name", " Email , NAME "),
        TWO.replace("\n", ",\n"),
        '"email","name"\n"ana@firm.test","Ana"\n"bo@firm.test","Bo"',
    ],
)
def test_spreadsheets_of_all_kinds_are_read(text: str) -> None:
    assert people(text) == [("ana@firm.test", "Ana"), ("bo@firm.test", "Bo")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('email,name\nana@firm.test,"Ana\nbo@firm.test,Bo\ncy@firm.test,Cy\n', "line 2"),
        ("email,name,email\nana@firm.test,Ana,bo@firm.test\n", "email once"),
        ("email,name\nana@firm.test,A\x00na\n", "NUL"),
        (f'email,name\nana@firm.test,"{"x" * 200_000}"\n', "line 2"),
        ('email,"name\nana@firm.test,Ana', "line 1"),
        ("", "add email"),
    ],
)
def test_what_would_lose_people_or_take_them_for_others_is_not_read_at_all(text: str, said: str) -> None:
    with pytest.raises(CampaignError, match=said):
        people(text)


@pytest.mark.parametrize(
    "given",
    ["ana@firm.test;bo@firm.test", "ana@firm.test, bo@firm.test", "a\u200bna@firm.test", "\u202eana@firm.test",
     "ana@firm.test.", "ana@firm..test", "ana@.test", "ana@firm", "ana@[192.0.2.1]", "ana@firm.test\nBcc: x@y.test"],
)  # fmt: skip
def test_a_cell_that_holds_no_one_address_is_a_bad_row(given: str) -> None:
    sheet = parse_campaign("x.json", json.dumps([{"email": given}, {"email": "cy@firm.test"}]), Person)
    assert [bad.line for bad in sheet.bad] == [1]
    assert len(sheet.rows) == 1


@pytest.mark.parametrize(
    "name",
    ["a/b.csv", "../b.csv", "spring.csv.csv", f"{'a' * 90}.csv", "a?b.csv", "<b>.csv", "%2f.csv", ".csv", "a\n.csv",
     "spring.txt"],
)  # fmt: skip
def test_a_name_that_no_page_and_no_label_could_have_is_refused(name: str) -> None:
    with pytest.raises(CampaignError, match="name it"):
        people(TWO, name)


def test_a_campaign_is_the_same_however_its_name_is_spelled() -> None:
    names = {parse_campaign(name, TWO, Person).campaign for name in ("FRÜHJAHR 26.CSV", "Fru\u0308hjahr 26.csv")}
    assert names == {unicodedata.normalize("NFC", "frühjahr 26")}
    assert len({record_id("caller", name, "ana@firm.test", "") for name in names}) == 1
