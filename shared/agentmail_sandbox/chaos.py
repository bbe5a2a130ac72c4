"""Chaos: the ways AgentMail, networks and receivers fail, by rate and seed, or once, as a test wants it.

A kind of chaos has a name (``KINDS``). A specification gives kinds their rates; ``Chaos.next`` has one happen next;
the request header ``X-Sandbox-Chaos`` names one for that request, or for what the request leads to.
"""

import json
import math
import random
import re
import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from agentmail_sandbox.errors import Problem, invalid, problem_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

HEADER = "X-Sandbox-Chaos"
# A frame just beyond what WebSocket clients of the SDK accept.
TOO_LONG_FRAME = 2**20 + 1
# What a request that hangs waits for, unless its client goes first: longer than any client's patience.
LONGEST_HANG = 120.0
# So often a request that hangs looks for its client.
LOOK = 0.1

KINDS: Mapping[str, str] = {
    "429": "a request is refused; the seconds are its Retry-After",
    "503-before": "a request fails before anything is done",
    "503-after": "a request fails after it was done",
    "drop-after": "a request is done, and its connection ends without an answer",
    "hang": "a request is not done, and never answered",
    "duplicate": "an event comes twice",
    "reorder": "an event comes late by the seconds, so that later ones overtake it",
    "delay": "an event comes late by the seconds",
    "ws-1000": "a WebSocket is closed with code 1000 instead of an event",
    "ws-1011": "a WebSocket is closed with code 1011 instead of an event",
    "ws-abort": "a WebSocket ends without a goodbye instead of an event",
    "ws-frame": "an event comes as a frame above 1 MiB",
    "bounce": "a mail to an address outside bounces",
    "complaint": "a receiver outside complains of a mail",
}
SECONDS = {"429": 1.0, "reorder": 0.5, "delay": 2.0}
# In a specification: one rate for all the ways in which a WebSocket ends.
WS_ENDS = ("ws-1000", "ws-1011", "ws-abort")
FRESH = re.compile(r"fresh-404=(\d{1,6}(?:\.\d{1,6})?)s")
ITEM = re.compile(r"([a-z0-9-]+)=([0-9.]+)(?::([0-9.]+)s)?")


@dataclass
class Fault:
    """What a request (``METHOD /path`` that ``match`` finds) gets instead of its answer, ``times`` times.

    ``status`` and ``code`` (AgentMail's usual one when None) are answered, a 429 with the ``Retry-After`` of its kind
    unless ``headers`` hold another; else the connection ``ends`` (drop) or nothing comes (hang), or ``error`` is raised
    to a client in process. ``after``: the request is done first, as when an answer is lost on its way back.
    """

    match: str = ""
    status: int = 503
    code: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    ends: str | None = None
    error: Exception | None = None
    times: int = 1
    after: bool = False


FAULTS: Mapping[str, Fault] = {
    "429": Fault(status=429),
    "503-before": Fault(),
    "503-after": Fault(after=True),
    "drop-after": Fault(ends="drop", after=True),
    "hang": Fault(ends="hang"),
}


class Chaos:
    """What goes wrong in one sandbox. The same specification and the same order of events fail in the same way.

    ``spec``: items such as ``429=0.05``, ``delay=0.1:2s`` and ``seed=7``, separated by commas; a rate is between 0
    and 1. ``ws-close=0.03`` shares its rate among the three ways to close. ``fresh-404=2s`` sets ``fresh_404``: for so
    long after it was made, by the sandbox's clock, an inbox is not found. ValueError for what is none.
    """

    def __init__(self, spec: str = "") -> None:
        self.rates: dict[str, float] = {}
        self.seconds = dict(SECONDS)
        self.seed = 0
        self.fresh_404 = timedelta(0)
        self.closed = threading.Event()
        self._faults: list[Fault] = []
        self._owed: Counter[str] = Counter()
        self._asked: Counter[str] = Counter()
        self._lock = threading.Lock()
        for item in filter(None, (item.strip() for item in spec.split(","))):
            self._read(item)

    def _read(self, item: str) -> None:
        if re.fullmatch(r"seed=\d{1,18}", item):
            self.seed = int(item.removeprefix("seed="))
            return
        if fresh := FRESH.fullmatch(item):
            self.fresh_404 = timedelta(seconds=float(fresh[1]))
            return
        found = ITEM.fullmatch(item)
        kind, rate, seconds = found.groups() if found else ("", "", None)
        kinds = WS_ENDS if kind == "ws-close" else (kind,)
        if not set(kinds) <= set(KINDS) or (seconds is not None and kind not in SECONDS):
            raise ValueError(_refusal(item))
        try:
            share = float(rate)
            if seconds is not None:
                self.seconds[kind] = float(seconds)
        except ValueError as wrong:
            raise ValueError(_refusal(item)) from wrong
        if not 0 <= share <= 1:
            raise ValueError(_refusal(item))
        self.rates.update(dict.fromkeys(kinds, share / len(kinds)))

    # As a test wants it

    def next(self, kind: str, times: int = 1) -> None:
        """Have ``kind`` happen the next ``times`` times it can. ValueError for an unknown kind."""
        if kind not in KINDS:
            raise ValueError(_refusal(kind))
        with self._lock:
            self._owed[kind] += times

    def fail(self, match: str, **fault: Any) -> Fault:
        """Let the next requests that ``match`` finds fail; return the fault, whose ``times`` counts down."""
        made = Fault(match, **fault)
        with self._lock:
            self._faults.append(made)
        return made

    # What the parts of the sandbox ask

    def strikes(self, kind: str, about: object = None) -> bool:
        """Say whether ``kind`` happens now. ``about`` names what to; what has no name is counted."""
        with self._lock:
            if self._owed[kind]:
                self._owed[kind] -= 1
                return True
            rate = self.rates.get(kind, 0.0)
            if not rate:
                return False
            self._asked[kind] += 1
            named = self._asked[kind] if about is None else f"of {about}"
        return random.Random(f"{self.seed} {kind} {named}").random() < rate

    def lateness(self, about: object = None) -> float:
        """Return the seconds an event is held back."""
        late = [self.seconds[kind] for kind in ("reorder", "delay") if self.strikes(kind, about)]
        return math.fsum(late)

    def websocket_mishap(self) -> str | None:
        """Return what befalls a WebSocket in place of its next event: a kind, or None."""
        return next((kind for kind in (*WS_ENDS, "ws-frame") if self.strikes(kind)), None)

    def fault_of(self, method: str, path: str, header: str | None) -> Fault | None:
        """Return what this request gets instead of its answer. Problem when the header names no kind of request."""
        if header is not None:
            if header not in FAULTS:
                raise invalid(f"{HEADER} is one of {', '.join(KINDS)}, not {header[:40]!r}.", HEADER)
            return FAULTS[header]
        with self._lock:
            for fault in self._faults:
                if fault.times and re.search(fault.match, f"{method} {path}"):
                    fault.times -= 1
                    return fault
        kind = next((kind for kind in FAULTS if self.strikes(kind)), None)
        return None if kind is None else FAULTS[kind]

    def headers_of(self, fault: Fault) -> dict[str, str]:
        """Return the headers of a fault's answer; a 429 says when to come again, as AgentMail's do (1 s or more)."""
        if fault.status != 429 or "retry-after" in map(str.lower, fault.headers):
            return dict(fault.headers)
        return {"Retry-After": str(max(1, math.ceil(self.seconds["429"]))), **fault.headers}


def disturb(
    app: "WSGIApplication", chaos: Chaos, environ: "WSGIEnvironment", start_response: "StartResponse"
) -> "Iterable[bytes]":
    """Answer a request of AgentMail's API as ``app`` does, or with the fault that chaos has for it."""
    path, asked = environ["PATH_INFO"], environ.get("HTTP_X_SANDBOX_CHAOS")
    if asked is not None and asked in KINDS and asked not in FAULTS:
        # Not of the request itself, but of the next event or mail: most likely what the request leads to.
        chaos.next(asked)
        asked = None
    if not path.startswith("/v0/"):
        return app(environ, start_response)
    try:
        fault = chaos.fault_of(environ["REQUEST_METHOD"], path, asked)
    except Problem as unknown:
        return _answer(unknown, {}, start_response)
    if fault is None:
        return app(environ, start_response)
    if fault.after:
        _do_silently(app, environ)
    if fault.error is not None:
        raise fault.error
    if fault.ends is not None:
        raise _ended(fault.ends, chaos, environ)
    said = f"The sandbox's chaos: {'the request was done all the same' if fault.after else 'nothing was done'}."
    return _answer(problem_of(fault.status, said, fault.code), chaos.headers_of(fault), start_response)


def _do_silently(app: "WSGIApplication", environ: "WSGIEnvironment") -> None:
    answer = app(environ, lambda *_: lambda _: None)
    b"".join(answer)


def _answer(problem: Problem, headers: Mapping[str, str], start_response: "StartResponse") -> list[bytes]:
    body = json.dumps(problem.envelope()).encode()
    sent = {"Content-Type": "application/json", "Content-Length": str(len(body)), **headers}
    start_response(f"{problem.status} Chaos", list(sent.items()))
    return [body]


def _ended(how: str, chaos: Chaos, environ: "WSGIEnvironment") -> Exception:
    """Return what ends a request without an answer: for Waitress a client that is gone, in process what httpx says."""
    gone = environ.get("waitress.client_disconnected")
    if gone is None:
        import httpx

        if how == "hang":
            return httpx.ReadTimeout("the sandbox's chaos: no answer came")
        return httpx.RemoteProtocolError("the sandbox's chaos: the connection ended without an answer")
    from waitress.channel import ClientDisconnected

    for _ in range(int(LONGEST_HANG / LOOK) if how == "hang" else 0):
        if gone() or chaos.closed.wait(LOOK):
            break
    lost: Exception = ClientDisconnected()
    return lost


def _refusal(item: str) -> str:
    timed = ", ".join(f"{kind}=RATE[:SECONDSs]" for kind in SECONDS)
    plain = ", ".join(kind for kind in (*KINDS, "ws-close") if kind not in SECONDS)
    return (
        f"{item!r} is no chaos this sandbox has. There is {timed}; KIND=RATE of {plain}; fresh-404=SECONDSs; "
        "and seed=NUMBER. "
        "A rate is between 0 and 1, such as 429=0.05,delay=0.1:2s,seed=7."
    )
