"""What ships with the recruiter: candidates, questions, letters and examples keep the rules that they are about."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from postroom.campaign import read_campaign
from postroom_kit.hiring.forbidden import asks, biased
from postroom_kit.hiring.slots import read_panel
from recruiter_agent.candidates import Candidate
from recruiter_agent.decisions import ReplyKind
from recruiter_agent.files import HERE, ROLES, read

CAMPAIGNS = sorted((HERE / "data" / "campaigns").glob("*.csv"))


def test_all_candidates_can_be_written_to_and_one_is_there_for_two_roles() -> None:
    sheets = [read_campaign(path, Candidate) for path in CAMPAIGNS]
    assert [sheet.bad for sheet in sheets] == [()] * 3
    people = Counter(row.email for sheet in sheets for _, row in sheet.rows)
    assert len(people) >= 40
    assert max(people.values()) == 2
    assert all(email.rpartition("@")[2].startswith("example.") for email in people)


@pytest.mark.parametrize(
    "row", [{"role": "chef"}, {"role": "backend", "noticed": " "}, {"role": "backend", "source": ""}]
)
def test_a_candidate_nobody_could_be_told_the_why_of_is_left_out(row: dict[str, str]) -> None:
    good = {"email": "ana@example.com", "role": "backend", "noticed": "your talk", "source": "its programme"}
    Candidate.model_validate(good)
    with pytest.raises(ValueError):
        Candidate.model_validate({**good, **row})


@pytest.mark.parametrize("path", sorted((HERE / "emails").glob("*.j2")), ids=lambda path: path.name)
def test_no_letter_asks_what_must_not_be_asked(path: Path) -> None:
    assert asks(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("role", ROLES)
def test_no_role_is_described_in_words_that_keep_people_away(role: str) -> None:
    about = ROLES[role].about
    texts = [about["title"], about["offer"], about["place"], *(each["text"] for each in about["criteria"])]
    assert [found.words for text in texts for found in biased(text)] == []
    assert read_panel(ROLES[role].panel)


def test_there_are_enough_examples_of_each_kind_and_a_part_of_each_is_held_back() -> None:
    rows = [json.loads(line) for line in (HERE / "examples" / "replykind.jsonl").read_text("utf-8").splitlines()]
    assert len(rows) >= 150
    kinds = set(ReplyKind.model_fields["kind"].annotation.__args__)  # type: ignore[union-attr]
    for split in ("train", "dev", "test"):
        assert {row["value"]["kind"] for row in rows if row["split"] == split} == kinds
    assert len({(row["subject"], row["text"]) for row in rows}) == len(rows)


def test_what_nobody_said_of_themselves_is_not_there() -> None:
    assert read("self_identification.json")["people"] == {}
