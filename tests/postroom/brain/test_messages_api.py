"""The Messages API of the tests refuses a request with any one fault, or the tests of what is sent prove nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from claude_testing import question
from messages_api import MessagesApi, ok
from messages_checks import Bad, check_body, check_fence, check_schema

from postroom.brain.claude import ClaudeBrain
from postroom.runtime.ledger import CallLedger

Make = Callable[..., tuple[ClaudeBrain, CallLedger]]


def test_the_servers_checks_refuse_what_they_should() -> None:
    for schema in ({"type": "object"}, {"type": "string", "maxLength": 3}, {}, {"type": "array", "minItems": 2}):
        with pytest.raises(Bad):
            check_schema(schema, schema)
    start = f"The number in the marks of this question is {'a' * 32}.\n"
    mark = f"mail-{'a' * 32}"
    for turn in ("hello", start, f"{start}<{mark}>", f"{start}<{mark}></{mark}></{mark}>", f"{start}<mail-0></mail-0>"):
        with pytest.raises(Bad):
            check_fence(turn)
    assert check_fence(f"{start}<{mark}>x</{mark}>") == "a" * 32


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda body: body.update(temperature=0), "fields are"),
        (lambda body: body.update(model="claude-x"), "no model claude-x"),
        (lambda body: body.update(max_tokens=0), "max_tokens is out of range"),
        (lambda body: body["system"].reverse(), "one cache point is to end the system blocks"),
        (lambda body: body["system"][-1].pop("cache_control"), "one cache point is to end the system blocks"),
        (lambda body: body["system"][0].update(text="<mail-0>"), "marks in the system blocks"),
        (lambda body: body["messages"].insert(0, {"role": "assistant", "content": "x"}), "roles are"),
        (lambda body: body["messages"].append({"role": "assistant", "content": "{"}), "roles are"),
        (lambda body: body["messages"][0].update(content=[{"type": "text", "text": "x"}]), "a turn is not one text"),
        (lambda body: body["output_config"].update(effort="none"), "output_config is"),
        (lambda body: body["output_config"]["format"].update(type="text"), "the format is no JSON schema"),
    ],
)
def test_the_server_refuses_a_request_with_one_fault(
    api: MessagesApi, claude: Make, folder: Path, change: Callable[[dict[str, Any]], object], said: str
) -> None:
    brain, _ = claude()
    api.script = [ok(topic="returns")]
    brain.answer(question(folder, "hello"))
    (body,) = api.requests
    check_body(body)
    change(body)
    with pytest.raises(Bad, match=said):
        check_body(body)
