"""A decision's JSON schema as the Messages API takes it, and which fields it cannot take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from postroom.brain.question import BrainError
from postroom.decision import Decision


@cache
def schema_of(kind: type[Decision]) -> dict[str, Any]:
    """Return the JSON schema of a decision as the API takes it.

    Raises BrainError that names the fields it cannot take: structured outputs know neither open objects nor
    recursion, and the SDK would send an object that may hold nothing in the place of a `dict`.
    """
    from anthropic import transform_schema

    plain = kind.model_json_schema()
    if faults := [fault for name, field in plain["properties"].items() for fault in _faults(field, plain, name)]:
        raise BrainError(f"Claude cannot be asked for {kind.__name__}: {'; '.join(faults)}")
    return transform_schema(kind)


def _faults(
    schema: Mapping[str, Any], root: Mapping[str, Any], where: str, seen: tuple[str, ...] = ()
) -> Iterator[str]:
    """Yield what is wrong with a part of a pydantic schema; `seen` are the definitions it stands in."""
    if reference := schema.get("$ref"):
        if reference in seen:
            yield f"{where} holds itself; give it a fixed depth"
        else:
            yield from _faults(root["$defs"][reference.removeprefix("#/$defs/")], root, where, (*seen, reference))
        return
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())]
    if schema.get("type") == "array":
        if "items" not in schema:
            yield f"{where} is a list of anything or of mixed types; say of what one type it is a list"
        else:
            parts.append(schema["items"])
    elif schema.get("type") == "object" and "properties" not in schema and schema.get("additionalProperties", True):
        yield f"{where} is a mapping with free keys; make it a list of objects with named fields"
    elif not parts and not {"type", "enum", "const"} & set(schema):
        yield f"{where} may be anything; give it a type"
    for part in parts:
        yield from _faults(part, root, where, seen)
    for name, part in schema.get("properties", {}).items():
        yield from _faults(part, root, f"{where}.{name}", seen)
