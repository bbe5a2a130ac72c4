"""Under heavy chaos every mail is answered, and none twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from desk_agent.agent import agent
from mail_wire import WiredSandbox, until

from postroom.brain.scripted import ScriptedBrain
from postroom.intake import websocket
from postroom.intake.websocket import WebSocketIntake
from postroom.mailbox import client as mail_client
from postroom.mailbox.client import connect
from postroom.runtime.app import Runtime

# the SDK uses names of the websockets package that are deprecated
pytestmark = pytest.mark.filterwarnings("ignore:websockets:DeprecationWarning")

DESK = "desk@sandbox.test"
REPLY = r"POST /v0/inboxes/[^/]+/messages/[^/]+/reply$"
MAILS = 60
CHAOS = (
    "429=0.1:0s,503-before=0.1,503-after=0.1,drop-after=0.08,hang=0.02,"
    "duplicate=0.3,reorder=0.2:0.05s,delay=0.1:0.1s,ws-close=0.1,ws-frame=0.03,seed=7"
)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have calls that fail tried again, and lost connections made again, without a pause."""
    monkeypatch.setattr(mail_client, "_wait", lambda _: 0.0)
    monkeypatch.setattr(websocket, "FIRST_PAUSE", 0.01)


def settle(runtime: Runtime) -> None:
    """Play time forward until no failed run waits to be tried again."""
    runtime.drain()
    for _ in range(8):
        if not runtime.context.journal.runs_with_status("dead"):
            return
        runtime.advance(timedelta(hours=1))
    pytest.fail(f"still dead: {[run['error'] for run in runtime.context.journal.runs_with_status('dead')]}")


@pytest.mark.usefixtures("at_once")
def test_each_of_many_mails_is_answered_exactly_once(
    run_agent: Callable[..., tuple[Runtime, WiredSandbox]],
) -> None:
    sandbox = WiredSandbox(chaos=CHAOS)
    sandbox.start_websocket(0)
    runtime, _ = run_agent(agent, ScriptedBrain(Say={"what": "answer", "body": "It is blue."}), sandbox)
    ws_url = sandbox.environment().websockets
    http = runtime.context.http
    listening = connect(sandbox.api_key, base_url="http://127.0.0.1", ws_url=ws_url, http=http)
    intake = WebSocketIntake(listening, runtime.door, [DESK])
    intake.start()
    until(intake.subscribed.is_set)
    senders = [f"ana{number}@example.com" for number in range(MAILS)]
    for sender in senders:
        sandbox.post_mail(sender, DESK, "Hi", text="What colour?")
    until(lambda: len(sandbox.outbox()) > MAILS // 2)
    intake.stop()
    settle(runtime)
    answered = Counter(address for mail in sandbox.outbox() for address in mail.envelope_to)
    assert answered == Counter(senders)
    assert sandbox.wire.count(REPLY) > MAILS * 1.2, "so many that chaos struck"
