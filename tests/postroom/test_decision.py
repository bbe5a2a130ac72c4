"""Decisions: what a model may say is checked, and how sure code is of it is out of the model's reach."""

from __future__ import annotations

from typing import Literal

import pytest
from pydantic import Field, ValidationError

from postroom import Decision, Source


class Triage(Decision):
    topic: Literal["billing", "returns"]
    words: str = ""


def test_confidence_is_no_field_and_no_answer_can_set_it() -> None:
    assert "confidence" not in Triage.model_json_schema()["properties"]
    for name in ("confidence", "_confidence"):
        with pytest.raises(ValidationError):
            Triage.of({"topic": "billing", name: 1.0}, None)


def test_a_field_with_an_alias_is_kept_by_its_name_and_read_back() -> None:
    class Named(Decision):
        sender: str = Field(alias="from")

    said = Named.model_validate_json('{"from": "Ana"}').model_dump(mode="json")
    assert said == {"sender": "Ana"}
    assert Named.of(said, None).sender == Named.of({"from": "Ana"}, None).sender == "Ana"


def test_an_unknown_confidence_counts_as_low() -> None:
    assert not Triage.of({"topic": "billing"}, None).sure(0.0)
    assert Triage.of({"topic": "billing"}, 0.8).sure(0.8)
    assert not Triage.of({"topic": "billing"}, 0.79).sure(0.8)


def test_a_single_field_may_be_surer_than_the_whole() -> None:
    triage = Triage.of({"topic": "billing"}, 0.3, {"topic": 0.9})
    assert triage.sure(0.8, "topic")
    assert not triage.sure(0.8)
    assert not triage.sure(0.8, "words")


def test_a_decision_cannot_be_changed_once_made() -> None:
    triage = Triage.of({"topic": "billing"}, 0.3)
    with pytest.raises(ValidationError):
        triage.topic = "returns"  # type: ignore[misc]
    assert triage.confidence == 0.3


def test_a_word_outside_the_choices_is_no_decision() -> None:
    with pytest.raises(ValidationError, match="topic"):
        Triage.of({"topic": "refund everything"}, 1.0)


def test_a_source_cannot_be_changed_once_made() -> None:
    source = Source(id="returns", quote="within 30 days")
    with pytest.raises(ValidationError):
        source.quote = "never"  # type: ignore[misc]
