"""Ids in the paths of AgentMail's API. A Message-ID is a stranger's to choose, and the SDK inserts it as it is."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, cast
from urllib.parse import quote

from agentmail import AgentMail


def with_quoted_ids(client: AgentMail) -> AgentMail:
    """Return a client whose every call quotes the ids it puts into its path; AgentMail decodes them once.

    Unquoted, `/`, `?` and `#` of an id would choose another endpoint, and `%2F` another message.
    """
    return cast(AgentMail, _Part(client))


def quoted(value: Any) -> str:
    """Return an id as one step of a path (RFC 3986 section 3.3). Raises ValueError for an empty one."""
    step = quote(str(value), safe="")
    if not step:
        raise ValueError("an id of AgentMail is empty: there is nothing to ask for")
    return step.replace(".", "%2E") if step in (".", "..") else step


class _Part:
    """The SDK's client, or one of the groups of calls below it."""

    def __init__(self, part: Any) -> None:
        self._part = part

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._part, name)
        if inspect.ismethod(found):
            return _quoting(found)
        return _Part(found) if type(found).__module__.startswith("agentmail.") else found


def _quoting(call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def quotes_ids(*ids: Any, **named: Any) -> Any:
        in_path = _in_path(cast(Any, call).__func__)
        values = {name: quoted(value) if name in in_path else value for name, value in named.items()}
        return call(*map(quoted, ids), **values)

    return quotes_ids


@functools.cache
def _in_path(function: Callable[..., Any]) -> frozenset[str]:
    """Return the parameters that go into the path: the SDK takes these by position, all others by name alone."""
    found = inspect.signature(function).parameters.values()
    return frozenset(parameter.name for parameter in found if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD)
