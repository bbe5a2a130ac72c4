"""The WebSocket intake over real ports: it hears of mail, comes back after every break, and stops when told."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest
from desk_agent.agent import agent
from mail_wire import WiredSandbox, until

from postroom.brain.scripted import ScriptedBrain
from postroom.intake import websocket
from postroom.intake.websocket import WebSocketIntake
from postroom.mailbox.client import connect
from postroom.runtime.app import Runtime

# the SDK uses names of the websockets package that are deprecated
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")

DESK = "desk@sandbox.test"
Start = Callable[..., tuple[Runtime, WiredSandbox]]
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER on, zero seconds: closing sends a reset instead of a goodbye."""


class Cable:
    """A TCP cable to a port, which a test can cut."""

    def __init__(self, port: int) -> None:
        self.target = port
        self.made = 0
        self.frozen = False
        self._ends: list[socket.socket] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                here, _ = self._listener.accept()
            except OSError:
                return
            try:
                there = socket.create_connection(("127.0.0.1", self.target))
            except OSError:
                here.close()
                continue
            self._ends += [here, there]
            self.made += 1
            for source, sink in ((here, there), (there, here)):
                threading.Thread(target=self._pump, args=(source, sink), daemon=True).start()

    def _pump(self, source: socket.socket, sink: socket.socket) -> None:
        try:
            while data := source.recv(65536):
                if not self.frozen:
                    sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def cut(self, *, reset: bool) -> None:
        for end in self._ends:
            if reset:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            _hang_up(end)
        self._ends.clear()

    def close(self) -> None:
        self.cut(reset=False)
        _hang_up(self._listener)


def _hang_up(end: socket.socket) -> None:
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        return
    finally:
        end.close()


@pytest.fixture
def listening(
    run_agent: Start, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Runtime, WiredSandbox, Cable, WebSocketIntake]]:
    monkeypatch.setattr(websocket, "FIRST_PAUSE", 0.01)
    sandbox = WiredSandbox()
    cable = Cable(sandbox.start_websocket(0))
    runtime, _ = run_agent(agent, ScriptedBrain(Say={"what": "answer", "body": "Blue."}), sandbox)
    client = connect(
        "am_sandbox", base_url="http://127.0.0.1", ws_url=f"ws://127.0.0.1:{cable.port}", http=runtime.context.http
    )
    intake = WebSocketIntake(client, runtime.door, [DESK])
    yield runtime, sandbox, cable, intake
    intake.stop()
    cable.close()
    runtime.drain()


Listening = tuple[Runtime, WiredSandbox, Cable, WebSocketIntake]


def ask(sandbox: WiredSandbox, number: int) -> None:
    sandbox.post_mail(f"ana{number}@example.com", DESK, "Hi", text="What colour?")


def answered(sandbox: WiredSandbox, count: int) -> Callable[[], bool]:
    return lambda: len(sandbox.outbox()) == count


def test_mail_that_waited_and_mail_that_comes_are_both_answered_once(listening: Listening) -> None:
    runtime, sandbox, _, intake = listening
    ask(sandbox, 1)
    intake.start()
    until(intake.subscribed.is_set)
    ask(sandbox, 2)
    until(answered(sandbox, 2))
    for answer in sandbox.outbox():
        message = sandbox.client().inboxes.messages.get(DESK, str(answer.in_reply_to))
        event = {"event_type": "message.received", "message": message.model_dump(by_alias=True, mode="json")}
        assert runtime.door.accept(event) == runtime.door.accept(event)
    runtime.drain()
    assert len(sandbox.outbox()) == 2
    assert len(runtime.context.journal.runs_with_status("done")) == 2


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "aborted"])
def test_after_a_break_it_comes_back_and_catches_up(listening: Listening, reset: bool) -> None:
    _, sandbox, cable, intake = listening
    intake.start()
    until(intake.subscribed.is_set)
    target, cable.target = cable.target, _free_port()
    cable.cut(reset=reset)
    until(lambda: not intake.subscribed.is_set())
    ask(sandbox, 1)
    cable.target = target
    until(answered(sandbox, 1))
    ask(sandbox, 2)
    until(answered(sandbox, 2))
    assert cable.made >= 2


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


def test_a_catch_up_that_fails_for_whatever_reason_does_not_end_the_listening(listening: Listening) -> None:
    _, sandbox, cable, intake = listening
    sandbox.chaos.fail(r"GET /v0/inboxes/[^/]+/messages", error=RuntimeError("the database is locked"))
    ask(sandbox, 1)
    intake.start()
    until(answered(sandbox, 1))
    assert cable.made == 2


def test_a_break_after_a_good_time_is_followed_by_a_short_pause_again(listening: Listening) -> None:
    _, _, cable, intake = listening
    intake.start()
    for _ in range(5):
        until(intake.subscribed.is_set)
        assert intake._pause == 0.01
        made = cable.made
        cable.cut(reset=True)
        until(lambda made=made: cable.made > made)


@pytest.mark.parametrize("dead", [False, True], ids=["server alive", "server dead"])
def test_it_stops_soon_while_listening(listening: Listening, dead: bool) -> None:
    _, _, cable, intake = listening
    intake.start()
    until(intake.subscribed.is_set)
    cable.frozen = dead
    intake.stop()
    assert not intake._thread.is_alive()


def test_it_stops_at_once_while_it_waits_to_come_back(listening: Listening) -> None:
    _, _, cable, intake = listening
    cable.close()
    intake._pause = 30.0
    intake.start()
    intake.stop()
    assert not intake._thread.is_alive()
