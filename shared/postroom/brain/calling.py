"""Calls to the Messages API: few and short retries of our own, every try booked, errors told apart by what helps."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
import tenacity

from postroom.brain.prices import Usage
from postroom.brain.prompt import tokens_in
from postroom.brain.question import BrainAway, BrainError, Question
from postroom.brain.spending import Purse
from postroom.brain.web_search import TOKENS_READ, WebSearch
from postroom.retry_after import seconds_asked
from postroom.settings import shown
from postroom_kit.web_citations import Finding, cited

if TYPE_CHECKING:
    import anthropic

log = structlog.get_logger(__name__)

ANTHROPIC_URL = "https://api.anthropic.com"
TIMEOUT = 30.0
TRIES = 3
LONGEST_WAIT = 20.0
LONGEST_REASON = 500
"""Characters of what a server says about a failure."""
LONGEST_OUTCOME = 32
"""Characters of how a call ended that its row has room for."""
MOST_TOKENS = 10**9
"""Of one call; a number beyond it is no count, and no database could hold it."""
SHORTEST_KEY = 8
"""Characters; what is put in the place of a key where a server wants none may be a word of any message."""
PASSING = frozenset({408, 409, 429})
"""Beside 5xx, among them 529 (overloaded)."""
UNANSWERED = frozenset({502, 504, 524})
"""A gateway waited in vain for a server that may have answered, which is paid for."""
TRIED_AGAIN = "; the run is tried again by itself"
"""True where there is a run."""
ADVICE = {
    401: "check ANTHROPIC_API_KEY",
    402: "see to the account's balance",
    403: "check what ANTHROPIC_API_KEY may do",
    404: "check POSTROOM_MODEL_SMALL, POSTROOM_MODEL_LARGE and ANTHROPIC_BASE_URL",
    413: "the thread is too long for one request",
}
MOVED = "it sends elsewhere, where no mail is sent unasked: name the address that answers in ANTHROPIC_BASE_URL"


@dataclass(frozen=True)
class Request:
    """What is sent. `effort` is low: the questions are small, and thinking is paid for like an answer.

    An answer comes whole: one with `patience` times the usual room is waited for that many times as long.
    """

    model: str
    max_tokens: int
    system: list[dict[str, Any]]
    messages: list[dict[str, Any]]
    schema: Mapping[str, Any]
    patience: float = 1.0
    search: WebSearch | None = None

    def body(self) -> dict[str, Any]:
        """Return the arguments of `messages.create`."""
        # an answer in a schema has no room for citations
        shape = {"format": {"type": "json_schema", "schema": self.schema}} if self.search is None else {}
        return {
            "model": self.model,
            "max_tokens": self.max_tokens,
            "system": self.system,
            "messages": self.messages,
            "output_config": {"effort": "low", **shape},
            **({"tools": [self.search.tool()]} if self.search else {}),
        }

    def most(self) -> Usage:
        """Return the most it can use: prompt and schema written to the cache, and an answer of full length.

        What a search brings in has no limit that could be set: it is booked at what is much for one.
        """
        texts = [*(block["text"] for block in self.system), *(turn["content"] for turn in self.messages)]
        texts.append(json.dumps(self.schema))
        prompt, times = sum(map(tokens_in, texts)), self.search.most if self.search else 0
        read = prompt * times + TOKENS_READ * times * (times + 1) // 2
        return Usage(read, self.max_tokens, cache_write=prompt, searches=times)


@dataclass(frozen=True)
class Reply:
    """What came back: the one text (None when there was not exactly one), why it ended, usage, cost, citations."""

    text: str | None
    stop_reason: str
    usage: Usage
    cost_usd: float
    found: tuple[Finding, ...] = ()


class Caller:
    """Sends requests to one server with one key; safe from several threads. `timeout`: seconds for each usual try."""

    def __init__(
        self,
        api_key: str,
        base_url: str,
        purse: Purse,
        *,
        timeout: float = TIMEOUT,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.base_url = base_url
        self.purse = purse
        self._shown = shown(base_url)
        self._key = api_key
        self._timeout = timeout
        self._sleep = sleep
        self._lock = threading.Lock()
        self._opened: anthropic.Anthropic | None = None

    def send(self, question: Question, compose: Callable[[], Request]) -> Reply:
        """Send a request, composed anew for each try: three at most, `Retry-After` obeyed up to 20 s.

        Raises BrainAway when it still fails then, BrainError for what no repetition mends and for a reached cap.
        """
        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception(lambda error: isinstance(error, _Passing) and error.wait <= LONGEST_WAIT),
            stop=tenacity.stop_after_attempt(TRIES),
            wait=_wait,
            sleep=self._sleep,
            before_sleep=_report,
            reraise=True,
        )
        try:
            return retrying(lambda: self._try(question, compose()))
        except _Passing as error:
            raise BrainAway(f"Claude cannot be asked now: {error}{TRIED_AGAIN}") from error

    def warm(self) -> None:
        """Load the SDK and open its client ahead of the first call; takes a second or two.

        Raises BrainError where what the environment says of proxies and certificates cannot be used.
        """
        with self._lock:
            if self._opened is None:
                import anthropic

                from postroom.brain.connecting import open_http

                try:
                    http = open_http()
                except (ImportError, ValueError, OSError) as error:
                    said = f"the way to {self._shown} cannot be opened: {error}"
                    raise BrainError(f"{said}; see HTTPS_PROXY, ALL_PROXY, SSL_CERT_FILE") from error
                self._opened = anthropic.Anthropic(
                    api_key=self._key, base_url=self.base_url, max_retries=0, timeout=self._timeout, http_client=http
                )

    def close(self) -> None:
        """Close the connections."""
        if self._opened is not None:
            self._opened.close()

    def _try(self, question: Question, request: Request) -> Reply:
        import anthropic

        self.warm()
        number = self.purse.take(question, request.model, request.most())
        message = self._create(number, request)
        usage = _usage(message.usage) if isinstance(message, anthropic.types.Message) else None
        if usage is None:
            self.purse.leave(number, "unreadable")
            raise BrainError(f"{self._shown} answered what is no message; check ANTHROPIC_BASE_URL")
        stop_reason = _as_said(message.stop_reason or "none", LONGEST_OUTCOME)
        cost = self.purse.settle(number, request.model, usage, stop_reason)
        return Reply(_text(message), stop_reason, usage, cost, cited(message.content))

    def _create(self, number: int, request: Request) -> Any:
        """Make the call booked under that number; one that failed is settled, or left where it may cost something."""
        import anthropic
        import httpx2

        from postroom.brain.connecting import within

        assert self._opened is not None, "warm opens it"
        create, seconds = self._opened.messages.create, request.patience * self._timeout
        try:
            # to connect has a time of its own
            return within(2 * seconds, lambda: create(**request.body(), timeout=seconds))
        except anthropic.APIStatusError as error:
            if error.status_code in UNANSWERED:
                self.purse.leave(number, str(error.status_code))
            else:
                self.purse.settle(number, request.model, Usage(), str(error.status_code))
            # the SDK's error repeats the whole answer, and some servers repeat the key in theirs
            raise self._of_status(error) from None
        except anthropic.APIConnectionError as error:
            if isinstance(error.__cause__, httpx2.ConnectError | httpx2.ConnectTimeout):
                self.purse.settle(number, request.model, Usage(), "unreachable")
            else:
                self.purse.leave(number, "no answer")
            raise _Passing(f"{self._shown}: {error.message}") from error
        except TimeoutError as error:
            self.purse.leave(number, "no answer")
            raise _Passing(f"{self._shown}: the answer did not come in time") from error
        # what is no JSON, no UTF-8, or has a number of more digits than Python reads
        except (anthropic.APIError, ValueError, RecursionError) as error:
            self.purse.leave(number, "unreadable")
            raise BrainError(f"{self._shown} answered what is no message; check ANTHROPIC_BASE_URL") from error

    def _of_status(self, error: anthropic.APIStatusError) -> Exception:
        status = error.status_code
        body = error.body.get("error") if isinstance(error.body, dict) else None
        reason = str(body.get("message", "")) if isinstance(body, dict) else ""
        if len(self._key) >= SHORTEST_KEY:
            reason = reason.replace(self._key, "(the key)")
        said = f"{status} {_as_said(reason, LONGEST_REASON) or 'without a reason'}"
        if status in PASSING or status >= 500:
            return _Passing(said, seconds_asked(error.response.headers.get("retry-after", "")) or 0.0)
        advice = ADVICE.get(status, MOVED if status < 400 else "this needs a change of the agent")
        return BrainError(f"Claude refused the request: {said}; {advice}")


class _Passing(Exception):
    """A failure that may pass; `wait` is how many seconds the server asks for, 0 when it does not say."""

    def __init__(self, said: str, wait: float = 0.0) -> None:
        super().__init__(said)
        self.wait = wait


def _text(message: Any) -> str | None:
    """Return the one text of a message; None where there is none, or more than one."""
    # the SDK makes a text block of a kind that it does not know
    content = message.content if isinstance(message.content, list) else ()
    blocks = [block for block in content if getattr(block, "type", "") == "text"]
    texts = [block.text for block in blocks if isinstance(block.text, str)]
    return texts[0] if len(texts) == len(blocks) == 1 else None


def _as_said(said: Any, longest: int) -> str:
    """Return what a server says as a text that any database and terminal takes."""
    return "".join(sign if sign.isprintable() else " " for sign in str(said)[:longest])


def _usage(usage: Any) -> Usage | None:
    """Return what was used; None where it is not told in counts, or in such as would give money back."""
    # the SDK checks no answer; null, which the API may say of the cache alone, is no number
    counts: list[Any] = [getattr(usage, name, None) for name in ("input_tokens", "output_tokens")]
    counts += [getattr(usage, name, None) or 0 for name in ("cache_creation_input_tokens", "cache_read_input_tokens")]
    tools = getattr(usage, "server_tool_use", None)
    counts.append(getattr(tools, "web_search_requests", None) or 0)
    believed = usage and all(isinstance(count, int) and 0 <= count <= MOST_TOKENS for count in counts)
    return Usage(*counts) if believed else None


def _wait(state: tenacity.RetryCallState) -> float:
    error = state.outcome.exception() if state.outcome else None
    asked = error.wait if isinstance(error, _Passing) else 0.0
    return asked or 2 ** (state.attempt_number - 1) * random.uniform(0.5, 1.0)


def _report(state: tenacity.RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    log.warning("claude cannot be asked, trying again", error=str(error))
