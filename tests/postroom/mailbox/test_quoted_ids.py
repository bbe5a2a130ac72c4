"""Ids in paths: quoted by every call of the SDK, in one place that nothing goes around."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest
from agentmail import AgentMail
from agentmail.core.client_wrapper import SyncClientWrapper

import postroom
from postroom.mailbox.client import connect
from postroom.mailbox.quoting import quoted

HOSTILE = "<a/b?c#d%2Fe;f g..&=+ü@x>"
NO_CALLS = ("with_raw_response", "websockets")


class Recorder(httpx.BaseTransport):
    """Notes the path of each request and answers none."""

    def __init__(self) -> None:
        self.paths: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.paths.append(request.url.raw_path.decode().partition("?")[0])
        raise httpx.ConnectError("nobody listens")


def calls_of(group: Any, seen: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every call below a part of the client twice: as the SDK has it, and as we get it."""
    for name, found in inspect.getmembers(type(group)):
        if isinstance(found, property) and name not in NO_CALLS:
            yield from calls_of(getattr(group, name), getattr(seen, name))
        elif inspect.isfunction(found) and not name.startswith("_"):
            yield found, getattr(seen, name)


def needed(function: Any, kind: Any) -> list[str]:
    return [one.name for one in list(inspect.signature(function).parameters.values())[1:] if one.kind is kind]


def test_every_call_of_the_sdk_quotes_every_id_given_by_place_or_by_name() -> None:
    recorder, count = Recorder(), 0
    client = connect("am_x", base_url="http://x", ws_url="ws://x", http=httpx.Client(transport=recorder))
    for function, call in calls_of(AgentMail(api_key="am_x"), client):
        ids = needed(function, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        rest = {
            one.name: {} if one.name == "request" else "x"
            for one in inspect.signature(function).parameters.values()
            if one.kind is inspect.Parameter.KEYWORD_ONLY and one.default is inspect.Parameter.empty
        }
        for args, named in (([HOSTILE] * len(ids), rest), ([], rest | dict.fromkeys(ids, HOSTILE))):
            recorder.paths.clear()
            with suppress(httpx.ConnectError):
                result = call(*args, **named)
                list(result)  # what streams asks only now
            (path,) = recorder.paths
            assert path.split("/").count(quoted(HOSTILE)) == len(ids), (function, path)
            count += len(ids)
    assert count > 300


@pytest.mark.parametrize("given", [".", "..", "../drafts?x", "send?", "%2E%2E", "a/b", "‹ünï@exämple.com>"])
def test_a_quoted_id_is_one_step_of_a_path_and_reads_back_as_it_was(given: str) -> None:
    path = httpx.URL(f"http://x/v0/{quoted(given)}/reply").raw_path.decode()
    assert path.count("/") == 3
    assert unquote(path.split("/")[2]) == given


def test_an_empty_id_asks_for_nothing() -> None:
    client = connect("am_x", base_url="http://x", ws_url="ws://x", http=httpx.Client(transport=Recorder()))
    with pytest.raises(ValueError, match="empty"):
        client.threads.get("")


def test_nothing_makes_a_client_of_its_own_or_writes_a_path_itself() -> None:
    root = Path(postroom.__file__).parent
    makers, speakers = set(), set()
    for file in root.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
                name = node.func.id if isinstance(node.func, ast.Name) else node.func.attr
                if name in ("AgentMail", "AsyncAgentMail", "client", SyncClientWrapper.__name__):
                    makers.add(str(file.relative_to(root)))
            if isinstance(node, ast.Constant) and str(node.value).lstrip("/").startswith("v0/"):
                speakers.add(str(file.relative_to(root)))
    assert makers == {"mailbox/client.py"}
    assert speakers == set()
