"""The HTTP client below the SDK: it goes to no other server than the one named, and waits for no answer for ever.

Import it at first use: the libraries take a second or two to load.
"""

from __future__ import annotations

import time
from collections.abc import Iterator

import anthropic
import httpx2


def open_http() -> httpx2.Client:
    """Return a client that follows no redirect, and gives a body the time that a try has, from when it began.

    A redirect would carry the customer's mail to a server that nobody chose. The client's own timeout is for each
    read: a server that sends a blank now and then, as some do while a model is at work, would be waited for for ever.
    """
    return anthropic.DefaultHttpxClient(follow_redirects=False, event_hooks={"request": [_start], "response": [_limit]})


def _start(request: httpx2.Request) -> None:
    seconds = request.extensions.get("timeout", {}).get("read")
    if seconds is not None:
        request.extensions = {**request.extensions, "whole_by": time.monotonic() + seconds}


def _limit(response: httpx2.Response) -> None:
    whole_by = response.request.extensions.get("whole_by")
    if whole_by is not None and isinstance(response.stream, httpx2.SyncByteStream):
        response.stream = _Timed(response.stream, whole_by)


class _Timed(httpx2.SyncByteStream):
    """A body that must have come by then."""

    def __init__(self, stream: httpx2.SyncByteStream, whole_by: float) -> None:
        self._stream = stream
        self._whole_by = whole_by

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if time.monotonic() > self._whole_by:
                raise httpx2.ReadTimeout("the answer did not come whole in time")
            yield part

    def close(self) -> None:
        self._stream.close()
