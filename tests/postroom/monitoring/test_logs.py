"""What logs hold: the ids of the run, and never a secret or what a mail says, whoever logs."""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from agentmail.core.api_error import ApiError
from desk_agent.agent import State, agent
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from postroom import Do, Settings, Transition
from postroom.brain import BrainError
from postroom.monitoring import logs
from postroom.runtime import dead_letters

DESK, ANA = "desk@sandbox.test", "ana@example.com"
KEY = "am_us_4f0c9e7d2b1a"
BODY = "the purple walrus sings at noon"
Lines = Any


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Return a function that gives all lines logged so far, from information on, as JSON."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    logs.configure_logs("json", verbose=True)

    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.captureWarnings(False)
    structlog.reset_defaults()
    root.handlers[:], root.level = before, level


class Number(BaseModel):
    number: int


def quotes_mail(op_id: str, **values: Any) -> str:
    raise ValueError(f"cannot use {values['text']}")


def fails_in_each_way(way: str) -> Any:
    def handler(message: Any, thread: Any) -> Any:
        match way:
            case "raise":
                raise ValueError(message.text)
            case "validate":
                Number(number=message.text)
            case "chain":
                try:
                    Number(number=message.text)
                except ValueError as error:
                    raise RuntimeError(KEY) from error
            case "do":
                return Transition(State.DONE, Do(quotes_mail, "x", text=message.text))
            case "brain":
                raise BrainError(f"Claude refused the request: 401 invalid x-api-key: {KEY}")
            case "unauthorized":
                headers = {"authorization": f"Bearer {KEY}", "date": "now"}
                raise ApiError(status_code=401, headers=headers, body={"message": f"key {KEY} is unknown"})
        return None

    return handler


WAYS = ["raise", "validate", "chain", "do", "brain", "unauthorized"]


@pytest.mark.parametrize("way", WAYS)
def test_a_run_that_fails_logs_neither_key_nor_mail(
    desk: Any, lines: Lines, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setitem(agent.on_mail, State.NEW, fails_in_each_way(way))
    monkeypatch.setattr(agent, "with_human", State.CLOSED)  # a brain that fails makes a dead letter too
    received = desk.sandbox.post_mail(ANA, DESK, BODY, text=BODY)
    desk.runtime.drain()
    (failed,) = [line for line in lines() if line["event"] == "a run failed"]
    (run,) = desk.context.journal.runs_with_status("dead")
    ids = {"agent": "desk", "inbox_id": DESK, "thread_id": run["thread_id"], "run_id": run["run_id"]}
    assert failed.items() >= {**ids, "message_id": received.message_id, "level": "error"}.items()
    everything = json.dumps(lines())
    assert KEY not in everything
    assert "walrus" not in everything
    assert failed["error"]


def test_agentmail_that_refuses_the_key_leaves_it_out_of_the_log(desk: Any, lines: Lines) -> None:
    answer = {"status": 401, "headers": {"X-API-Key": KEY, "Authorization": f"Bearer {KEY}"}}
    desk.sandbox.chaos.fail(r"^(GET|POST|PATCH) ", times=50, **answer)
    with pytest.raises(ApiError) as error:
        desk.context.client.inboxes.list()
    assert KEY in str(error.value)  # as the SDK prints it
    structlog.get_logger().error("refused", error=error.value, said=str(error.value), headers=error.value.headers)
    logging.getLogger("apscheduler").error("job failed", exc_info=error.value)
    assert (len(lines()), KEY in json.dumps(lines())) == (3, False)  # and the line of httpx


@pytest.mark.parametrize("name", ["agentmail", "anthropic", "httpx", "waitress", "apscheduler", "any.other"])
def test_what_libraries_log_goes_the_same_way(lines: Lines, name: str) -> None:
    logger = logging.getLogger(name)
    logger.debug("whole request: %s", BODY)
    logger.error("GET https://files.example/f.pdf?signature=%s&x=1 with %s", "c2lnbmF0dXJl", KEY)
    try:
        raise ValueError(BODY)
    except ValueError:
        logger.exception("it broke")
    said = json.dumps(lines())
    assert [line["logger"] for line in lines()] == [name, name]
    assert "https://files.example/f.pdf?[redacted]" in said
    assert ("ValueError" in said, "test_logs.py:" in said) == (True, True)
    assert [word for word in ("walrus", "c2lnbmF0dXJl", KEY) if word in said] == []


def test_the_ids_of_a_run_are_on_no_line_after_it(lines: Lines) -> None:
    with logs.about({"agent": "desk", "run_id": "1:mail:a", "thread_id": "", "event": {"text": BODY}}):
        structlog.get_logger().info("within")
    structlog.get_logger().info("after")
    within, after = lines()
    assert (within["agent"], within["run_id"], "thread_id" in within, "text" in within) == (
        "desk", "1:mail:a", False, False,
    )  # fmt: skip
    assert "run_id" not in after


def test_the_secrets_of_settings_are_known_by_value() -> None:
    given = {"agentmail_api_key": "plain-looking-1", "anthropic_api_key": "plain-looking-2"}
    url = "postgresql://postroom:plain-looking-4@db.example/p"
    held = Settings(_env_file=None, webhook_secret="plain-looking-3", database_url=url, **given).secrets
    assert sorted(held) == [f"plain-looking-{number}" for number in (1, 2, 3, 4)]
    in_query = Settings(_env_file=None, database_url="postgresql:///p?password=plain-looking-5")
    assert in_query.secrets == ["plain-looking-5"]


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer {}", '{{"Authorization": "Bearer {}"}}', "headers: {{'x-api-key': '{}', 'date': 'now'}}",
        "b'X-API-Key', b'{}'", "authorization={}", "Bearer {}", "https://a.example/f?sig={}", "cookie: session={}",
        "postgresql://user:{}@db.example/name", "https://{}@a.example/", "am_{}", "sk-ant-api03-{}", "whsec_{}",
    ],
)  # fmt: skip
def test_secrets_are_known_by_their_shape(text: str) -> None:
    assert "c3Ryb25nc2VjcmV0" not in logs.clean(text.format("c3Ryb25nc2VjcmV0"))


@given(st.text(), st.text(st.characters(categories=["L", "N"]), min_size=6), st.text())
def test_no_value_that_was_named_is_left_wherever_it_stands(before: str, secret: str, after: str) -> None:
    logs.redact([secret])
    try:
        cleaned = logs.without_secrets(None, "", {"event": f"{before}{secret}{after}", "nested": [{"a": (secret,)}]})
    finally:
        logs._values.discard(secret)
    found = str(cleaned).replace(logs.GONE, "")
    assert secret in f"eventnested{before}{after}{logs.GONE}" or secret not in found


@pytest.mark.parametrize(
    "text", ["am_sandbox answers", "at 9 am_pm", "run 1:mail:ab?", "see https://a.example/x, then"]
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert logs.clean(text) == text


def test_text_is_for_terminals_and_json_for_all_else(
    capsys: pytest.CaptureFixture[str], lines: Lines, monkeypatch: pytest.MonkeyPatch
) -> None:
    logs.configure_logs()
    structlog.get_logger().warning("seen", n=1)
    assert json.loads(capsys.readouterr().err)["event"] == "seen"
    logs.configure_logs("text")
    structlog.get_logger().warning("seen", n=1)
    structlog.get_logger().info("not by default")
    assert ("seen" in (said := capsys.readouterr().err), said.startswith("{"), "default" in said) == (
        True,
        False,
        False,
    )


def test_a_warning_of_a_library_says_where_and_which_kind_and_quotes_nothing(lines: Lines) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)  # pytest has put its own in between
        logging.captureWarnings(True)
        warnings.warn(f"expected a text, got {{'text': '{BODY}'}}", stacklevel=1)
    (line,) = lines()
    assert (line["logger"], "UserWarning:" in line["event"], "test_logs.py:" in line["event"]) == (
        "py.warnings", True, True,
    )  # fmt: skip
    assert "walrus" not in json.dumps(line)


def test_a_failed_download_does_not_log_its_signed_link(lines: Lines) -> None:
    request = httpx.Request("GET", "https://files.example/a?signature=c2lnbmF0dXJl")
    error = httpx.HTTPStatusError(f"403 for {request.url}", request=request, response=httpx.Response(403))
    structlog.get_logger().error("lost", exc_info=error)
    assert "files.example answered 403" in lines()[0]["exception"]
    assert "c2lnbmF0dXJl" not in json.dumps(lines())
    assert dead_letters.describe(error) == "files.example answered 403 to a download"
