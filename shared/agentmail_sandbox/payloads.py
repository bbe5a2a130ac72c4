"""What leaves as JSON, checked against the SDK's own models."""

import json
from typing import Any

import pydantic

from agentmail_sandbox.clock import moment, stamp

JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=stamp)
# Of these a model may fix the value; of any other field that is served it says the type alone.
FIXED = frozenset({"type", "event_type"})
# Custom headers and metadata have names that clients choose: so many shapes are remembered.
MOST_SHAPES = 1000
_right: set[object] = set()


class AnswerInvalid(Exception):
    """The sandbox built an answer that AgentMail's own model refuses: a bug here, so it must be loud."""


class Time(str):
    """A time as it is stored and as AgentMail writes it; to a model it is a datetime."""

    __slots__ = ()


def check(model: type[pydantic.BaseModel], payload: dict[str, Any]) -> None:
    """Raise AnswerInvalid unless ``payload`` is exactly what the SDK's ``model`` describes, with nothing added.

    A payload of names and types that were right once is right: looked at anew each time, lists took a third longer.
    """
    shape = (model, _shape(payload))
    if shape in _right:
        return
    try:
        parsed = model.model_validate(_dated(payload), strict=True)
    except pydantic.ValidationError as wrong:
        raise AnswerInvalid(f"{model.__name__}: {wrong}") from wrong
    if strangers := _strangers(parsed):
        raise AnswerInvalid(f"{model.__name__} has no field {', '.join(strangers)}")
    if len(_right) < MOST_SHAPES:
        _right.add(shape)


def _shape(value: Any) -> object:
    if isinstance(value, dict):
        return tuple((name, repr(item) if name in FIXED else _shape(item)) for name, item in value.items())
    if isinstance(value, list):
        return frozenset(map(_shape, value))
    return type(value)


def _dated(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _dated(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_dated(item) for item in value]
    return moment(value) if isinstance(value, Time) else value


def _strangers(value: pydantic.BaseModel | list[Any]) -> list[str]:
    inside = value if isinstance(value, list) else value.__dict__.values()
    found = [] if isinstance(value, list) else list(value.model_extra or {})
    for item in inside:
        if isinstance(item, (pydantic.BaseModel, list)):
            found += _strangers(item)
    return found


def to_json(payload: dict[str, Any]) -> str:
    """Write a payload as JSON, its times as AgentMail writes them."""
    return JSON.encode(payload)
