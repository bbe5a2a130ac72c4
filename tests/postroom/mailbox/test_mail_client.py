"""Calls to AgentMail: which are tried again, how long they wait, and what of a failure people get to read."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from agentmail import AgentMail
from agentmail.core.api_error import ApiError
from mail_wire import WiredSandbox

from postroom.mailbox.client import (
    ATTEMPTS,
    LONGEST_WAIT,
    download,
    error_code,
    error_text,
    is_passing,
    patiently,
    retry_after,
)
from postroom.retry_after import LONGEST_ASKED

DESK = "desk@sandbox.test"
READ = r"GET /v0/inboxes/desk"


@pytest.fixture
def slept() -> list[float]:
    return []


def read(client: AgentMail, slept: list[float]) -> str:
    return str(patiently(client.inboxes.get, DESK, sleep=slept.append).inbox_id)


@pytest.mark.parametrize(
    ("asked", "waited"), [("7", 7.0), ("0", 0.0), ("3600", LONGEST_WAIT)], ids=["seconds", "at once", "far too long"]
)
def test_retry_after_in_seconds_is_obeyed_up_to_a_minute(
    sandbox: WiredSandbox, client: AgentMail, slept: list[float], asked: str, waited: float
) -> None:
    sandbox.chaos.fail(READ, status=429, headers={"Retry-After": asked})
    assert read(client, slept) == DESK
    assert slept == [waited]


@pytest.mark.parametrize(("ahead", "least", "most"), [(30, 20, 30), (7200, 60, 60), (-60, 0, 0)])
def test_retry_after_as_a_date_is_obeyed_up_to_a_minute(
    sandbox: WiredSandbox, client: AgentMail, slept: list[float], ahead: int, least: int, most: int
) -> None:
    date = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    sandbox.chaos.fail(READ, status=503, headers={"retry-after": date})
    assert read(client, slept) == DESK
    assert len(slept) == 1
    assert least <= slept[0] <= most


@pytest.mark.parametrize("asked", ["soon", "", "-5", "\u00b2"])
def test_a_retry_after_that_says_nothing_counts_as_none(asked: str) -> None:
    assert retry_after(ApiError(status_code=429, headers={"Retry-After": asked})) is None


@pytest.mark.parametrize(("asked", "seconds"), [("3600", 3600), ("9" * 30, LONGEST_ASKED)], ids=["an hour", "for ever"])
def test_a_retry_after_beyond_patience_is_known_in_full_up_to_a_week(asked: str, seconds: float) -> None:
    assert retry_after(ApiError(status_code=429, headers={"Retry-After": asked})) == seconds


def linked(*statuses: int) -> httpx.Client:
    """A client for signed links that answer these statuses in turn, then a file."""
    left = list(statuses)

    def answer(request: httpx.Request) -> httpx.Response:
        status = left.pop(0) if left else 200
        return httpx.Response(status, headers={"Retry-After": "3"}, content=b"raw", request=request)

    return httpx.Client(transport=httpx.MockTransport(answer))


def test_a_download_is_as_patient_as_a_call(slept: list[float]) -> None:
    assert download(linked(503, 429), "http://files.test/a?signature=s3cret", slept.append) == b"raw"
    assert slept == [3.0, 3.0]


@pytest.mark.parametrize(("status", "tries"), [(503, ATTEMPTS), (403, 1)])
def test_a_download_that_fails_for_good_says_so_without_the_signed_link(
    slept: list[float], status: int, tries: int
) -> None:
    with pytest.raises(httpx.HTTPStatusError) as caught:
        download(linked(*[status] * 9), "http://files.test/a?signature=s3cret", slept.append)
    assert error_text(caught.value) == f"files.test answered {status} to a download"
    assert len(slept) == tries - 1


def test_it_backs_off_and_gives_up_with_the_last_error(
    sandbox: WiredSandbox, client: AgentMail, slept: list[float]
) -> None:
    sandbox.chaos.fail(READ, status=502, times=99)
    with pytest.raises(ApiError) as caught:
        read(client, slept)
    assert caught.value.status_code == 502
    assert sandbox.wire.count(READ) == ATTEMPTS == 5
    for pause, doubled in zip(slept, [1, 2, 4, 8], strict=True):
        assert doubled * 0.8 <= pause <= doubled * 1.2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422])
def test_what_will_not_pass_is_not_tried_again(
    sandbox: WiredSandbox, client: AgentMail, slept: list[float], status: int
) -> None:
    sandbox.chaos.fail(READ, status=status, code="no", times=99)
    with pytest.raises(ApiError) as caught:
        read(client, slept)
    assert (caught.value.status_code, error_code(caught.value)) == (status, "no")
    assert sandbox.wire.count(READ) == 1
    assert slept == []


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (403, "inbox_paused"),
        (409, "race_condition"),
        (409, "conflict"),
        (408, "x"),
        (429, "x"),
        (500, "x"),
        (503, "x"),
        (504, "x"),
    ],
)
def test_what_may_pass_is_tried_again(
    sandbox: WiredSandbox, client: AgentMail, slept: list[float], status: int, code: str
) -> None:
    sandbox.chaos.fail(READ, status=status, code=code, times=2)
    assert read(client, slept) == DESK
    assert sandbox.wire.count(READ) == 3


@pytest.mark.parametrize(
    "error",
    [httpx.ReadTimeout("slow"), httpx.ConnectError("refused"), httpx.RemoteProtocolError("cut"), httpx.ReadError("")],
    ids=lambda error: type(error).__name__,
)
def test_drops_and_timeouts_are_tried_again(
    sandbox: WiredSandbox, client: AgentMail, slept: list[float], error: Exception
) -> None:
    sandbox.chaos.fail(READ, error=error)
    assert read(client, slept) == DESK
    assert len(slept) == 1


def test_a_key_that_sent_something_else_is_not_waited_for(client: AgentMail, slept: list[float]) -> None:
    send = client.inboxes.messages.send
    patiently(send, DESK, to="ana@example.com", text="one", idempotency_key="key-1", sleep=slept.append)
    with pytest.raises(ApiError) as caught:
        patiently(send, DESK, to="ana@example.com", text="two", idempotency_key="key-1", sleep=slept.append)
    assert caught.value.status_code == 409
    assert slept == []


def test_our_own_mistakes_are_not_tried_again(slept: list[float]) -> None:
    def broken(**_options: object) -> None:
        raise KeyError("inbox")

    with pytest.raises(KeyError):
        patiently(broken, sleep=slept.append)
    assert slept == []
    assert not is_passing(KeyError("inbox"))


def test_an_error_people_read_has_status_code_and_message(client: AgentMail) -> None:
    with pytest.raises(ApiError) as caught:
        client.inboxes.get("nobody@sandbox.test")
    text = error_text(caught.value)
    assert text.startswith("AgentMail answered 404 not_found: ")
    assert "nobody@sandbox.test" in text


@pytest.mark.parametrize("body", [None, "plain words", {"code": 7}, ["x"], {"message": "no such inbox"}])
def test_the_key_is_never_in_the_text_of_an_error(body: object) -> None:
    headers = {"Authorization": "Bearer am_secret_key", "retry-after": "am_secret_key"}
    error = ApiError(status_code=401, headers=headers, body=body)
    assert "am_secret_key" in str(error)
    assert "am_secret_key" not in error_text(error)
    assert "401" in error_text(error)


def test_the_key_is_never_logged(
    sandbox: WiredSandbox, client: AgentMail, slept: list[float], caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    sandbox.chaos.fail(READ, status=503, headers={"X-Echo": f"Bearer {sandbox.api_key}"})
    read(client, slept)
    shown = capsys.readouterr()
    assert "trying again" in shown.out + shown.err + caplog.text
    assert sandbox.api_key not in shown.out + shown.err + caplog.text
