"""The AgentMail SDK as we use it: keys passed explicitly, our own retries, errors told apart by code."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any, ParamSpec, TypeVar

import httpx
import structlog
import tenacity
from agentmail import AgentMail, AgentMailEnvironment
from agentmail.core.api_error import ApiError
from agentmail.core.request_options import RequestOptions

from postroom.mailbox.quoting import with_quoted_ids
from postroom.refused import Refused
from postroom.retry_after import seconds_asked

P = ParamSpec("P")
T = TypeVar("T")

log = structlog.get_logger(__name__)

NO_SDK_RETRIES: RequestOptions = {"max_retries": 0, "timeout_in_seconds": 30}
"""For every call: the SDK would sleep in our worker threads, hide 409s and forget across a crash."""

RETRYABLE_STATUS = frozenset({408, 429, 500, 502, 503, 504})
KEY_USED = "IdempotencyKeyConflictError"
"""Names the 409 of a key that sent something else; its code is that of a send still in progress, which passes."""
ATTEMPTS = 5
LONGEST_WAIT = 60.0
"""Seconds a call waits in its lane at most, whatever `Retry-After` says; the run is tried again no earlier than it."""


def there(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
    """Return what a call does, None where AgentMail has no such thing, or not any more."""
    try:
        return call(*args, **kwargs)
    except ApiError as error:
        if error.status_code != 404:
            raise
        return None


def connect(api_key: str, *, base_url: str, ws_url: str, http: httpx.Client | None = None) -> AgentMail:
    """Return the SDK's client for a server, ids quoted; `http` lets tests speak to one in process."""
    environment = AgentMailEnvironment(http=base_url.rstrip("/"), websockets=ws_url.rstrip("/"))
    return with_quoted_ids(AgentMail(api_key=api_key, environment=environment, httpx_client=http, timeout=30))


def error_code(error: ApiError) -> str | None:
    """Return AgentMail's error `code`; the SDK gives the body as a model, a dict or a string."""
    return _said(error, "code")


def error_name(error: ApiError) -> str | None:
    """Return AgentMail's error `name`, which tells apart what shares a code."""
    return _said(error, "name")


def _said(error: ApiError, field: str) -> str | None:
    value = error.body.get(field) if isinstance(error.body, dict) else getattr(error.body, field, None)
    return value if isinstance(value, str) else None


def error_text(error: BaseException) -> str:
    """Describe a failed call for people: status, code and message, never headers (they hold the key)."""
    if isinstance(error, httpx.HTTPStatusError):
        # its own text holds the signed link, which whoever has it may open
        return f"{error.request.url.host} answered {error.response.status_code} to a download"
    if not isinstance(error, ApiError):
        return f"{type(error).__name__}: {error}"
    message = _said(error, "message") or "no message"
    return f"AgentMail answered {error.status_code} {error_code(error) or ''}: {message}"


def logged(error: BaseException) -> str:
    """Describe a failure for a log: what other code than a mail server's client raises may quote mail."""
    return error_text(error) if isinstance(error, ApiError | httpx.HTTPError | Refused) else type(error).__name__


def is_passing(error: BaseException) -> bool:
    """Tell whether the same call may succeed later: timeouts, drops, 429, 5xx, and a paused inbox."""
    if isinstance(error, ApiError):
        paused = error.status_code == 403 and error_code(error) == "inbox_paused"
        in_progress = error.status_code == 409 and error_code(error) in ("conflict", "race_condition")
        if in_progress and error_name(error) == KEY_USED:
            return False
        return error.status_code in RETRYABLE_STATUS or paused or in_progress
    if isinstance(error, httpx.HTTPStatusError):
        return error.response.status_code in RETRYABLE_STATUS
    return isinstance(error, httpx.TransportError)


def retry_after(error: BaseException) -> float | None:
    """Return the seconds that the answer's `Retry-After` header asks for; None without one."""
    headers = error.response.headers if isinstance(error, httpx.HTTPStatusError) else getattr(error, "headers", None)
    return seconds_asked({name.lower(): text for name, text in (headers or {}).items()}.get("retry-after", ""))


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = retry_after(error) if error else None
    if asked is not None:
        return min(asked, LONGEST_WAIT)
    return min(2.0 ** (state.attempt_number - 1), 16.0) * random.uniform(0.8, 1.2)


def _report(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    pause = state.next_action.sleep if state.next_action else 0
    log.warning(
        "agentmail call fails, trying again", error=error_text(error) if error else "", in_seconds=round(pause, 1)
    )


def pages(call: Callable[..., Any], *args: Any, limit: int = 100, **kwargs: Any) -> Iterator[Any]:
    """Yield page after page of a list, as `patiently`."""
    token = None
    while True:
        page = patiently(call, *args, limit=limit, page_token=token, **kwargs)
        yield page
        token = page.next_page_token
        if not token:
            return


def patiently(call: Callable[..., T], *args: Any, sleep: Callable[[float], None] = time.sleep, **kwargs: Any) -> T:
    """Call, and call again while the failure is a passing one: five attempts, backing off, `Retry-After` obeyed.

    Raises the last error. The caller makes repeated sends safe by an idempotency key.
    """
    return _retrying(sleep)(call, *args, request_options=NO_SDK_RETRIES, **kwargs)


def download(http: httpx.Client, url: str, sleep: Callable[[float], None] = time.sleep) -> bytes:
    """Fetch what a signed link of AgentMail points at, as patiently; raises httpx.HTTPError."""

    def fetch() -> bytes:
        return http.get(url).raise_for_status().content

    return _retrying(sleep)(fetch)


def _retrying(sleep: Callable[[float], None]) -> tenacity.Retrying:
    return tenacity.Retrying(
        retry=tenacity.retry_if_exception(is_passing),
        stop=tenacity.stop_after_attempt(ATTEMPTS),
        wait=_wait,
        sleep=sleep,
        before_sleep=_report,
        reraise=True,
    )
