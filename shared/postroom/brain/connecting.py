"""The HTTP client below the SDK: it goes to no other server than the one named, and waits for no answer for ever, nor
for one without end.

Import it at first use: the libraries take a second or two to load.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from threading import Thread
from typing import TypeVar

import anthropic
import httpx2

LARGEST = 1 << 22
"""Bytes of an answer, several times what the longest one takes; pages found by a search come along, sealed."""
PACKED = 1 << 16
"""Bytes of one that a server packed though nobody asked: unpacked it may be a thousand times as large."""
T = TypeVar("T")


def within(seconds: float, call: Callable[[], T]) -> T:
    """Return what a call returns. Raises TimeoutError when it takes longer; nobody waits for it then.

    The client limits each wait for a byte: a server that sends one now and then ahead of its answer, or many answers
    with a status of 1xx as some do while a model is at work, would be waited for for ever.
    """
    made: Future[T] = Future()

    def make() -> None:
        try:
            made.set_result(call())
        except BaseException as error:  # noqa: BLE001 - whoever waits gets it
            made.set_exception(error)

    Thread(target=make, daemon=True).start()
    return made.result(seconds)


def open_http() -> httpx2.Client:
    """Return a client that follows no redirect, and gives a body the time that a try has, from when it began.

    A redirect would carry the customer's mail to a server that nobody chose. The client's own timeout is for each
    read: a server that sends a blank now and then, as some do while a model is at work, would be waited for for ever.
    """
    return anthropic.DefaultHttpxClient(
        follow_redirects=False,
        headers={"accept-encoding": "identity"},
        event_hooks={"request": [_start], "response": [_limit]},
    )


def _start(request: httpx2.Request) -> None:
    seconds = request.extensions.get("timeout", {}).get("read")
    if seconds is not None:
        request.extensions = {**request.extensions, "whole_by": time.monotonic() + seconds}


def _limit(response: httpx2.Response) -> None:
    whole_by = response.request.extensions.get("whole_by")
    if whole_by is not None and isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = _Timed(
            response.stream, whole_by, PACKED if "content-encoding" in response.headers else LARGEST
        )


class _Timed(httpx2.SyncByteStream):
    """A body that must have come by then, and be no larger."""

    def __init__(self, stream: httpx2.SyncByteStream, whole_by: float, largest: int) -> None:
        self._stream = stream
        self._whole_by = whole_by
        self._left = largest

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            self._left -= len(part)
            if time.monotonic() > self._whole_by or self._left < 0:
                raise httpx2.ReadTimeout("the answer did not come whole in time, or has no end")
            yield part

    def close(self) -> None:
        self._stream.close()
