"""Every HTTP call of the AgentMail SDK, and whether the sandbox serves it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from types import FunctionType

from agentmail import AgentMail

from agentmail_sandbox.web import serves

# What stands for an id in a path; where only some words are possible, one of them.
EXAMPLES = {"direction": "send", "type": "allow"}
ANY = "x"
# Of a client's parts those that are no HTTP calls: itself again, and the WebSocket.
NO_CALLS = frozenset({"with_raw_response", "websockets"})


@dataclass(frozen=True)
class Call:
    """A method of the SDK (``inboxes.messages``, ``send``) with the request it makes."""

    group: str
    name: str
    method: str
    path: str
    served: bool


def calls() -> list[Call]:
    """Return every call, by group."""
    return sorted(_below(AgentMail(api_key="am_none"), ""), key=lambda call: (call.group, call.name))


def _below(client: object, group: str) -> Iterator[Call]:
    raw = getattr(client, "with_raw_response", None)
    for name, method in inspect.getmembers(type(raw), inspect.isfunction):
        if not name.startswith("_") and (request := _request(method)) is not None:
            yield Call(group, name, *request)
    for name, kind in inspect.getmembers(type(client)):
        if isinstance(kind, property) and name not in NO_CALLS:
            yield from _below(getattr(client, name), f"{group}.{name}".lstrip("."))


def _request(function: FunctionType) -> tuple[str, str, bool] | None:
    """Return method and path of the one request a method of a raw client makes, and whether it is served."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr="request" | "stream"), args=[path, *_], keywords=keywords):
                verb = next(ast.literal_eval(word.value) for word in keywords if word.arg == "method")
                parts = path.values if isinstance(path, ast.JoinedStr) else [path]
                shown = "".join(_part(part) for part in parts)
                return verb, f"/{shown}", serves(verb, f"/{filled(shown)}")
    return None


def _part(part: ast.expr) -> str:
    if isinstance(part, ast.Constant):
        return str(part.value)
    (name,) = (node.id for node in ast.walk(part) if isinstance(node, ast.Name) and node.id != "jsonable_encoder")
    return f"{{{name}}}"


def filled(path: str) -> str:
    """Return a path with an example in the place of each id."""
    steps = [EXAMPLES.get(step[1:-1], ANY) if step.startswith("{") else step for step in path.split("/")]
    return "/".join(steps)


def page() -> str:
    """Return the list of all calls as Markdown, a table for each group."""
    found = calls()
    lines = ["# What the sandbox serves of the AgentMail SDK", "", _total(found)]
    for group, grouped in groupby(found, key=lambda call: call.group):
        members = list(grouped)
        served = sum(call.served for call in members)
        lines += ["", f"## {group}: {served} of {len(members)}", "", "| call | request | |", "|---|---|---|"]
        lines += [
            f"| `{call.name}` | `{call.method} {call.path}` | {'served' if call.served else 'not_served'} |"
            for call in members
        ]
    return "\n".join(lines) + "\n"


def summary() -> str:
    """Return how many calls are served, for each part of the SDK."""
    found = calls()
    lines = [_total(found), "", "| part of the SDK | served | of |", "|---|---|---|"]
    for part, members in groupby(found, key=lambda call: call.group.partition(".")[0]):
        served = [call.served for call in members]
        lines.append(f"| `{part}` | {sum(served)} | {len(served)} |")
    return "\n".join(lines)


def _total(found: list[Call]) -> str:
    return f"{sum(call.served for call in found)} of the SDK's {len(found)} HTTP calls are served."
