"""`postroom doctor --live`, asked of the sandbox: it answers as the table says, and nothing is left behind."""

from __future__ import annotations

import errno
import inspect
import io
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import structlog
from agentmail.inboxes import CreateInboxRequest
from click.testing import CliRunner, Result

from agentmail_sandbox import Sandbox
from postroom.cli import group
from postroom.doctor import asking, live, trial
from postroom.doctor.live import Answer, page
from postroom.doctor.probes import PROBES, Probe
from postroom.doctor.trial import MOST_MAILS, Trial

SHIPPED = Path(__file__).parents[3] / "docs" / "live-check.md"
# the SDK imports names that websockets calls deprecated
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")


@pytest.fixture(autouse=True)
def swift(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox answers at once: nothing is worth waiting for."""
    monkeypatch.setattr(asking, "SOON", timedelta(0))
    monkeypatch.setattr(trial, "QUIET", 0.2)
    monkeypatch.setattr("postroom.mailbox.client._wait", lambda _: 0.0)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Sandbox]]:
    """Give a function that starts a sandbox and has the doctor ask it."""
    running: list[Sandbox] = []

    def start(**more: Any) -> Sandbox:
        made = Sandbox(**more)
        running.append(made)
        made.serve(0, 0, 0)
        monkeypatch.setenv("AGENTMAIL_BASE_URL", str(made.base_url))
        monkeypatch.setenv("AGENTMAIL_WS_URL", made.environment().websockets)
        monkeypatch.setenv("AGENTMAIL_API_KEY", made.api_key)
        monkeypatch.chdir(tmp_path)
        return made

    yield start
    for made in running:
        made.close()


@pytest.fixture
def served(serve: Callable[..., Sandbox]) -> Sandbox:
    return serve()


def ask() -> Result:
    return CliRunner().invoke(group, ["doctor", "--live"])


def answers(result: Result) -> dict[str, str]:
    """Return the verdict on each question that was asked."""
    asked = {probe.question for probe in PROBES}
    lines = [(line[:9].strip(), line[9:].partition(": ")[0]) for line in result.output.splitlines()]
    return {question: verdict for verdict, question in lines if question in asked}


@contextmanager
def only(monkeypatch: pytest.MonkeyPatch, *asks: Callable[[Trial], str]) -> Iterator[None]:
    """Ask these instead of all questions."""
    with monkeypatch.context() as patch:
        patch.setattr(live, "PROBES", [Probe(ask.__name__, "none", ask) for ask in asks])
        yield


def mails_sent(sandbox: Sandbox) -> int:
    """Return how many mails left, those of deleted inboxes too."""
    counted = sandbox.client().metrics.query_events(event_types=["message.sent"])
    return sum(bucket.count for buckets in counted.values() for bucket in buckets)


def test_the_sandbox_answers_as_the_table_says_and_keeps_no_inbox(served: Sandbox, tmp_path: Path) -> None:
    result = ask()
    assert result.exit_code == 0, result.output
    rows = (tmp_path / "docs" / "live-check.md").read_text().splitlines()
    asked = [row for row in rows if any(row.startswith(f"| {probe.question} |") for probe in PROBES)]
    assert [row for row in asked if not row.endswith("| same |")] == []
    assert len(asked) == len(PROBES)
    assert f"Asked of {served.base_url}" in "\n".join(rows)
    assert served.client().inboxes.list().count == 0
    assert 0 < mails_sent(served) <= MOST_MAILS


def test_a_server_whose_clock_is_days_ahead_answers_the_same(serve: Callable[..., Sandbox]) -> None:
    sandbox = serve(start=datetime.now(UTC) + timedelta(days=3))
    result = ask()
    assert set(answers(result).values()) == {"same"}, result.output
    assert sandbox.client().drafts.list().count == 0


def test_passing_failures_and_lost_answers_are_no_answers(serve: Callable[..., Sandbox]) -> None:
    sandbox = serve(chaos="429=0.1:1s,503-after=0.1,drop-after=0.05,fresh-404=0.5s,seed=7")
    result = ask()
    assert result.exit_code == 0, result.output
    found = answers(result)
    assert len(found) == len(PROBES)
    assert set(found.values()) <= {"same", "unasked"}, result.output
    sandbox.chaos.rates.clear()
    assert sandbox.client().inboxes.list().count == 0
    assert mails_sent(sandbox) <= MOST_MAILS


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_refusal_that_passes_is_asked_again(status: int, served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def taken(about: Trial) -> str:
        served.chaos.fail("POST /v0/inboxes$", status=status, times=2)
        return asking.taken_name(about)

    with only(monkeypatch, taken):
        assert "taken: 403 resource_taken IsTakenError" in ask().output


def test_one_that_does_not_pass_leaves_its_question_unasked(served: Sandbox) -> None:
    served.chaos.fail("POST /v0/inboxes/[^/]+/drafts$", status=429, times=99)
    result = ask()
    assert answers(result)["a client_id once its draft was deleted"] == "unasked"
    assert "could not be asked: AgentMail answered 429" in result.output
    assert answers(result)["the thread of a forward"] == "same"


def test_a_question_that_fails_is_an_answer_and_the_inbox_goes_all_the_same(served: Sandbox) -> None:
    served.chaos.fail(r"POST /v0/inboxes/[^/]+/drafts$", status=400, code="bad_request", times=99)
    result = ask()
    assert result.exit_code == 0
    assert (
        "differs  a client_id once its draft was deleted: could not be asked: AgentMail answered 400" in result.output
    )
    assert served.client().inboxes.list().count == 0


def test_no_more_mails_leave_than_promised(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def flood(about: Trial) -> str:
        while True:
            about.send_new("One more")

    with only(monkeypatch, flood):
        assert f"would send more than {MOST_MAILS} mails" in ask().output
    assert mails_sent(served) == MOST_MAILS


def test_what_no_key_protects_counts_at_each_try(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def late(about: Trial) -> str:
        served.chaos.fail("POST /v0/inboxes/[^/]+/drafts$", after=True, times=2)
        asking.send_at_in_the_past(about)
        return f"{about.mails} counted"

    monkeypatch.setattr(Trial, "now", lambda _: datetime.now(UTC))
    with only(monkeypatch, late):
        assert "late: 3 counted" in ask().output
    assert mails_sent(served) <= 3


@pytest.fixture(autouse=True)
def at_a_terminal() -> Iterator[None]:
    """Have SIGHUP end what is asked, also where the tests themselves were started by nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_run_that_is_ended_deletes_its_inbox(
    number: signal.Signals, served: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = signal.getsignal(number)

    def ended(about: Trial) -> str:
        assert served.client().inboxes.list().count == 1
        signal.raise_signal(number)
        return "goes on"

    with only(monkeypatch, ended):
        result = ask()
    assert result.exit_code == 128 + number
    assert "goes on" not in result.output
    assert served.client().inboxes.list().count == 0
    assert signal.getsignal(number) is before


class Gone(io.StringIO):
    """A terminal that was closed."""

    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_a_closed_terminal_takes_no_complaint_and_the_inbox_goes_all_the_same(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def hung_up(about: Trial) -> str:
        served.chaos.fail("DELETE /v0/inboxes/[^/]+$", status=503)
        monkeypatch.setattr(sys, "stdout", Gone())
        signal.raise_signal(signal.SIGHUP)
        return "goes on"

    structlog.reset_defaults()
    with only(monkeypatch, hung_up):
        assert ask().exit_code == 128 + signal.SIGHUP
    assert served.client().inboxes.list().count == 0


def test_an_inbox_too_fresh_to_be_found_is_deleted_once_it_is(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked(about: Trial) -> str:
        served.chaos.fail("DELETE /v0/inboxes/[^/]+$", status=404)
        return "asked"

    with only(monkeypatch, asked):
        assert ask().exit_code == 0
    assert served.client().inboxes.list().count == 0


def test_a_closed_terminal_does_not_end_what_nohup_started(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def hung_up(about: Trial) -> str:
        signal.raise_signal(signal.SIGHUP)
        return "goes on"

    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with only(monkeypatch, hung_up):
            assert "goes on" in ask().output
    finally:
        signal.signal(signal.SIGHUP, before)


def test_what_an_earlier_run_left_is_deleted_and_nothing_else(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    inboxes = served.client().inboxes
    for name in ("postroom-doctor-0123456789", "postroom-doctor", "postroom-support", None):
        inboxes.create(request=CreateInboxRequest(client_id=name))
    with only(monkeypatch, lambda _: "asked"):
        ask()
    assert {inbox.client_id for inbox in inboxes.list().inboxes} == {"postroom-doctor", "postroom-support", None}


def test_without_its_websocket_only_what_needs_that_is_unasked(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AGENTMAIL_WS_URL")
    with only(monkeypatch, asking.second_subscribe, asking.default_page):
        result = ask()
    assert "unasked  second_subscribe: could not be asked: AGENTMAIL_WS_URL names no WebSocket" in result.output
    assert "default_page: 50" in result.output


def test_an_event_that_does_not_fit_a_frame_is_told(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    served.chaos.next("ws-frame")
    with only(monkeypatch, asking.long_event):
        assert "comes whole, and the SDK drops the connection" in ask().output


def test_two_sends_that_did_not_overlap_are_sent_anew(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once = iter([1, 2, 2])
    monkeypatch.setattr(asking, "ThreadPoolExecutor", lambda _: ThreadPoolExecutor(next(at_once)))
    with only(monkeypatch, asking.key_in_progress):
        assert "key_in_progress: 409 " in ask().output
    assert 1 < mails_sent(served) <= 3


def test_without_a_key_it_says_what_to_set(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGENTMAIL_API_KEY")
    result = ask()
    assert result.exit_code == 1
    assert "set AGENTMAIL_API_KEY" in result.output


def test_every_way_to_ask_has_its_question() -> None:
    written = inspect.getmembers(asking, inspect.isfunction)
    ways = {name for name, way in written if way.__module__ == asking.__name__ and not name.startswith("_")}
    assert {probe.ask.__name__ for probe in PROBES} == ways


def test_the_page_that_is_shipped_asks_what_the_code_asks() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == page(map(Answer, PROBES), "Not yet run.")
