"""What the Messages API of the tests refuses: what the real one would, and whatever our own rules forbid."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

KEY = "sk-ant-test-key-do-not-print"
MODELS = {"claude-haiku-5-5", "claude-sonnet-5-5"}
FIELDS = {"model", "max_tokens", "system", "messages", "output_config"}
EFFORTS = {"low", "medium", "high", "xhigh", "max"}
MARK = re.compile(r"<(/?)(mail|given|earlier)-([0-9a-f]+)>")
SCHEMA_WORDS = {
    "type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "allOf",
    "$ref", "$defs", "description", "title", "format", "minItems",
}  # fmt: skip


class Bad(ValueError):
    """Why a request is refused."""


def check_headers(headers: Mapping[str, str]) -> None:
    # the SDK sends the key as a bearer token since 2.12; x-api-key is how the HTTP API documents it
    given = [headers[name] for name in ("x-api-key", "authorization") if name in headers]
    if given not in ([KEY], [f"Bearer {KEY}"]):
        raise Bad("not the key, or more than one")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", headers.get("anthropic-version", "")):
        raise Bad("anthropic-version is missing")
    if headers.get("content-type") != "application/json":
        raise Bad("content-type is not JSON")


def check_body(body: Mapping[str, Any]) -> None:
    if set(body) - {"tools"} != FIELDS:
        raise Bad(f"fields are {sorted(body)}")
    if body["model"] not in MODELS:
        raise Bad(f"no model {body['model']}")
    if not 1 <= body["max_tokens"] <= 128_000:
        raise Bad("max_tokens is out of range")
    points = [_check_block(block) for block in body["system"]]
    if sum(points) != 1 or not points[-1]:
        raise Bad("one cache point is to end the system blocks")
    if any(MARK.search(block["text"]) for block in body["system"]):
        raise Bad("marks in the system blocks")
    roles = [turn["role"] for turn in body["messages"]]
    if roles != ["user", "assistant"] * (len(roles) // 2) + ["user"]:
        raise Bad(f"roles are {roles}")
    for turn in body["messages"]:
        # plain strings: nothing behind the system blocks can hold a cache point
        if not isinstance(turn["content"], str) or not turn["content"].strip() or set(turn) != {"role", "content"}:
            raise Bad("a turn is not one text")
    output = body["output_config"]
    shape = {"effort"} if "tools" in body else {"effort", "format"}
    if set(output) != shape or output["effort"] not in EFFORTS:
        raise Bad(f"output_config is {output}")
    if "tools" in body:
        check_tools(body["tools"])
        return
    if set(output["format"]) != {"type", "schema"} or output["format"]["type"] != "json_schema":
        raise Bad("the format is no JSON schema")
    check_schema(output["format"]["schema"], output["format"]["schema"])


def check_tools(tools: Any) -> None:
    """Refuse all but one bounded search of the web; what is cited would not fit into a schema."""
    (tool,) = tools if isinstance(tools, list) and len(tools) == 1 else ({},)
    named = {name: tool.get(name) for name in ("type", "name")}
    if named != {"type": "web_search_20250305", "name": "web_search"}:
        raise Bad(f"tools are {tools}")
    if not isinstance(tool.get("max_uses"), int) or tool["max_uses"] < 1 or set(tool) - set(named) - {
        "max_uses", "allowed_domains",
    }:  # fmt: skip
        raise Bad(f"the search is {tool}")
    if any("/" in domain or not domain for domain in tool.get("allowed_domains", ["x"])):
        raise Bad("a domain has no scheme and no path")


def _check_block(block: Mapping[str, Any]) -> bool:
    """Check a system block; tell whether a cache point is on it."""
    if block.get("type") != "text" or not block["text"].strip() or not set(block) <= {"type", "text", "cache_control"}:
        raise Bad(f"a system block has {sorted(block)}")
    if "cache_control" in block and block["cache_control"] != {"type": "ephemeral"}:
        raise Bad("no such cache_control")
    return "cache_control" in block


def check_schema(schema: Mapping[str, Any], root: Mapping[str, Any], seen: tuple[str, ...] = ()) -> None:
    """Refuse what structured outputs do not take: unknown words, open objects, recursion."""
    if unknown := set(schema) - SCHEMA_WORDS:
        raise Bad(f"schema words {sorted(unknown)} are not supported")
    if schema.get("minItems", 0) > 1:
        raise Bad("minItems above 1 is not supported")
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        if name in seen:
            raise Bad("recursive schema")
        check_schema(root["$defs"][name], root, (*seen, name))
    elif schema.get("type") == "object":
        if schema.get("additionalProperties") is not False:
            raise Bad("an object allows other fields")
    elif not {"type", "enum", "const", "anyOf", "allOf"} & set(schema):
        raise Bad("a schema without a type")
    for part in [*schema.get("properties", {}).values(), *schema.get("anyOf", []), *schema.get("allOf", [])]:
        check_schema(part, root, seen)
    if "items" in schema:
        check_schema(schema["items"], root, seen)


def check_fence(turn: str) -> str:
    """Return the number of a user turn's marks; they must open and close in pairs, all with that number."""
    told = re.match(r"The number in the marks of this question is ([0-9a-f]{32})\.\n", turn)
    if told is None:
        raise Bad("the turn does not name the number of its marks")
    open_kind = None
    for closing, kind, nonce in MARK.findall(turn):
        if nonce != told[1] or (closing and kind != open_kind) or (not closing and open_kind):
            raise Bad(f"a mark {kind} is out of place or has another number")
        open_kind = None if closing else kind
    if open_kind or not MARK.search(turn):
        raise Bad("no data between marks, or marks left open")
    return told[1]
