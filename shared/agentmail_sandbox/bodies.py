"""Read a JSON body as one of the SDK's request models, and say what is wrong with it as AgentMail does.

AgentMail checks bodies with Zod, which knows JSON's types and no others: "yes" is no boolean and 5 is no time.
"""

import copy
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

import pydantic
from pydantic_core import ErrorDetails

from agentmail_sandbox.errors import Problem, invalid

Model = TypeVar("Model", bound=pydantic.BaseModel)
Path = tuple[int | str, ...]

# What Zod calls the type that pydantic misses.
EXPECTED: Mapping[str, str] = {
    "string_type": "string",
    "list_type": "array",
    "bool_type": "boolean",
    "float_type": "number",
    "int_type": "number",
    "dict_type": "object",
    "model_type": "object",
    "datetime_type": "date",
    "datetime_parsing": "date",
    "datetime_from_date_parsing": "date",
}
RECEIVED: Mapping[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "number",
    float: "number",
    str: "string",
    list: "array",
    dict: "object",
}
# Strictly, pydantic takes no text for a time; loosely, it takes digits for seconds since 1970.
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def read_body(model: type[Model], data: dict[str, Any]) -> Model:
    """Read ``data`` as ``model``. Problem (400) that names each wrong field unless its types are exactly right."""
    with suppress(pydantic.ValidationError):
        return model.model_validate(data, strict=True)
    wrong = _errors(model, data)
    if wrong:
        raise _problem(model, data, wrong)
    return model.model_validate(data)


def _errors(model: type[Model], data: dict[str, Any]) -> list[ErrorDetails]:
    strict = [error for error in _validated(model, data, strict=True) if not _written_time(error)]
    return strict or _validated(model, data, strict=False)


def _validated(model: type[Model], data: dict[str, Any], *, strict: bool) -> list[ErrorDetails]:
    try:
        model.model_validate(data, strict=strict)
    except pydantic.ValidationError as wrong:
        return wrong.errors(include_url=False, include_context=False)
    return []


def _written_time(error: ErrorDetails) -> bool:
    given = error["input"]
    return error["type"] == "datetime_type" and isinstance(given, str) and DATE.match(given) is not None


def _problem(model: type[Model], data: dict[str, Any], wrong: list[ErrorDetails]) -> Problem:
    # Of a missing field pydantic does not say what it should be; of null it does.
    complete = _with_nulls(data, [error["loc"] for error in wrong if error["type"] == "missing"])
    fields: dict[Path, list[ErrorDetails]] = {}
    for error in _errors(model, complete):
        fields.setdefault(_steps(error["loc"], complete)[0], []).append(error)
    # The other branches of a union fail as a whole where one fails deeper down: that one was meant.
    deepest = {path: found for path, found in fields.items() if not any(_above(path, other) for other in fields)}
    entries = [_entry(path, found, _received(path, data)) for path, found in deepest.items()]
    names = ", ".join(".".join(map(str, entry["path"])) for entry in entries)
    problem = invalid(f"The body is not valid; see errors. Wrong: {names}.")
    problem.errors = entries
    return problem


def _with_nulls(data: dict[str, Any], missing: Sequence[Path]) -> dict[str, Any]:
    filled = copy.deepcopy(data)
    for loc in missing:
        _steps(loc[:-1], filled)[1][loc[-1]] = None
    return filled


def _steps(loc: Path, data: Any) -> tuple[Path, Any]:
    """Follow pydantic's location to a value; return its path, without the names of the branches of unions."""
    path: list[int | str] = []
    for part in loc:
        inside = part in data if isinstance(data, dict) else isinstance(data, list) and isinstance(part, int)
        if inside:
            path.append(part)
            data = data[part]
    return tuple(path), data


def _above(path: Path, other: Path) -> bool:
    return len(path) < len(other) and other[: len(path)] == path


def _received(path: Path, data: dict[str, Any]) -> str:
    found, value = _steps(path, data)
    return RECEIVED[type(value)] if found == path else "undefined"


def _entry(path: Path, wrong: list[ErrorDetails], received: str) -> dict[str, Any]:
    expected = [EXPECTED[error["type"]] for error in wrong if error["type"] in EXPECTED]
    if not expected:
        return {"code": "custom", "path": list(path), "message": wrong[0]["msg"]}
    kinds = " | ".join(dict.fromkeys(expected))
    message = f"Invalid input: expected {kinds}, received {received}"
    return {"expected": kinds, "code": "invalid_type", "path": list(path), "message": message}
