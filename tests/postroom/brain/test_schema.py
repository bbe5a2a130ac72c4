"""Which decisions structured outputs can be asked for, and what is said of the others."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from claude_testing import Quoting, Topic, question
from messages_api import MessagesApi, ok
from messages_checks import check_schema
from pydantic import BaseModel, Field, create_model

from postroom import Decision
from postroom.brain import BrainError
from postroom.brain.claude import ClaudeBrain
from postroom.brain.schema import schema_of
from postroom.loading import load_agent
from postroom.runtime.ledger import CallLedger

Make = Callable[..., tuple[ClaudeBrain, CallLedger]]


class Node(BaseModel):
    name: str
    parts: list[Node] = []


class Size(Enum):
    SMALL = "small"
    LARGE = "large"


class Line(BaseModel):
    what: str
    price: Decimal


def with_field(field: Any) -> type[Decision]:
    made: type[Decision] = create_model("Order", __base__=Decision, thing=(field, ...))
    return made


@pytest.mark.parametrize(
    "field",
    [
        date, Size, bool, int | None, list[Line], tuple[Line, ...], set[str], Line | None, Literal["a", "b"],
        Annotated[list[str], Field(min_length=2)], Annotated[str, Field(pattern="^a$")],
    ],
)  # fmt: skip
def test_what_has_a_fixed_form_can_be_asked_for(field: Any) -> None:
    schema = schema_of(with_field(field))
    check_schema(schema, schema)


@pytest.mark.parametrize(
    ("field", "said"),
    [
        (dict[str, str], "thing is a mapping with free keys; make it a list of objects with named fields"),
        (list[dict[str, int]], "thing is a mapping with free keys"),
        (dict[str, Any] | None, "thing is a mapping with free keys"),
        (Any, "thing may be anything; give it a type"),
        (list, "thing may be anything; give it a type"),
        (tuple[int, str], "thing is a list of anything or of mixed types"),
        (Node, r"thing\.parts holds itself; give it a fixed depth"),
    ],
)
def test_what_cannot_be_asked_for_is_named_before_anything_is_sent(
    api: MessagesApi, claude: Make, folder: Path, field: Any, said: str
) -> None:
    (folder / "prompts" / "order.md").write_text("Say what is ordered.")
    brain, ledger = claude()
    with pytest.raises(BrainError, match=f"Claude cannot be asked for Order: {said}"):
        brain.answer(question(folder, "hello", with_field(field)))
    assert (api.requests, ledger.rows()) == ([], [])


def test_the_decisions_of_the_agents_can_be_asked_for() -> None:
    for kind in (*load_agent("support").decisions(), Topic, Quoting):
        schema = schema_of(kind)
        check_schema(schema, schema)


def test_a_number_that_is_none_is_a_wrong_answer(api: MessagesApi, claude: Make, folder: Path) -> None:
    (folder / "prompts" / "order.md").write_text("Say what is ordered.")
    brain, _ = claude()
    api.script = [ok(thing=float("nan")), ok(thing=float("inf"))]
    with pytest.raises(BrainError, match="answered Order wrongly twice: thing: Input should be a finite number"):
        brain.answer(question(folder, "hello", with_field(float)))
