from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import httpx
import pytest
from agentmail import AgentMail
from sandbox_testing import SUPPORT

from agentmail_sandbox import Sandbox
from agentmail_sandbox.clock import moment, stamp

KEY = {"Authorization": "Bearer am_sandbox"}


@pytest.fixture
def web(sandbox: Sandbox) -> httpx.Client:
    return httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://127.0.0.1", headers=KEY)


def test_a_mail_is_written_as_json(client: AgentMail, support: str, web: httpx.Client) -> None:
    posted = web.post(
        "/sandbox/mail",
        json={
            "from": "Ada <ada@example.com>",
            "to": support,
            "cc": ["bob@example.com"],
            "subject": "Hi",
            "text": "there",
            "headers": {"List-Id": "<l.example.com>"},
            "attachments": [{"filename": "a.txt", "content_type": "text/plain", "content": "aGVq"}],
        },
    )
    assert posted.status_code == 200
    message = client.inboxes.messages.get(posted.json()["inbox_id"], posted.json()["message_id"])
    assert message.thread_id == posted.json()["thread_id"]
    assert (message.subject, message.text, message.cc) == ("Hi", "there\n", ["bob@example.com"])
    assert message.headers["List-Id"] == "<l.example.com>"
    assert message.attachments[0].size == 3


def test_an_answer_is_written_into_its_thread(client: AgentMail, support: str, web: httpx.Client) -> None:
    sent = client.inboxes.messages.send(support, to="ada@example.com", subject="Q", text="?")
    mail = {"from": "ada@example.com", "to": [support], "in_reply_to": sent.message_id, "text": "A"}
    assert web.post("/sandbox/mail", json=mail).json()["thread_id"] == sent.thread_id


def test_a_raw_mail_is_posted(client: AgentMail, support: str, web: httpx.Client) -> None:
    posted = web.post(
        "/sandbox/mail",
        params={"mail_from": "ada@example.com", "rcpt_to": support},
        content=b"Message-ID: <1@example.com>\r\n\r\nraw",
        headers={"Content-Type": "message/rfc822"},
    )
    assert posted.json()["message_id"] == "<1@example.com>"
    assert client.inboxes.messages.get(support, "<1@example.com>").text == "raw"


@pytest.mark.parametrize(
    ("mail", "status"),
    [
        ({"from": "a@example.com", "to": "nobody@sandbox.test"}, 404),
        ({"from": "nonsense", "to": "support@sandbox.test"}, 400),
        ({"to": "support@sandbox.test"}, 400),
        ({"from": "a@example.com", "to": "support@sandbox.test", "auth": "maybe"}, 400),
        ({"from": "a@example.com", "to": "support@sandbox.test", "attachments": [{"content": "!"}]}, 400),
    ],
)
def test_a_wrong_mail_is_refused(support: str, web: httpx.Client, mail: dict[str, object], status: int) -> None:
    answer = web.post("/sandbox/mail", json=mail)
    assert answer.status_code == status
    assert answer.json()["message"]


def test_the_outbox_shows_what_left_newest_first(client: AgentMail, support: str, web: httpx.Client) -> None:
    for number in range(3):
        client.inboxes.messages.send(support, to=f"p{number}@example.com", subject=str(number), text="x")
    mails = web.get("/sandbox/outbox").json()["mails"]
    assert [mail["subject"] for mail in mails] == ["2", "1", "0"]
    assert mails[0]["from"] == f"Support <{support}>"
    assert mails[0]["to"] == ["p2@example.com"]
    (only,) = web.get("/sandbox/outbox", params={"to": "P1@example.com"}).json()["mails"]
    assert only["subject"] == "1"
    newer = web.get("/sandbox/outbox", params={"after": only["number"], "limit": 1}).json()["mails"]
    assert [mail["subject"] for mail in newer] == ["2"]


def test_dropped_mail_can_be_found(sandbox: Sandbox, support: str, web: httpx.Client) -> None:
    sandbox.post_mail("eve@example.com", support, "fake", "x", auth="fail")
    (dropped,) = web.get("/sandbox/dropped").json()["dropped"]
    assert dropped["reason"] == "authentication_failed"
    assert dropped["subject"] == "fake"
    assert web.get("/sandbox/dropped", params={"after": dropped["seq"]}).json()["dropped"] == []


def test_events_are_listed_from_a_number_on(sandbox: Sandbox, support: str, web: httpx.Client) -> None:
    sandbox.post_mail("ada@example.com", support, "1", "x")
    (first,) = web.get("/sandbox/events").json()["events"]
    assert first["event"]["event_type"] == "message.received"
    sandbox.post_mail("ada@example.com", support, "2", "x")
    (second,) = web.get("/sandbox/events", params={"after": first["seq"]}).json()["events"]
    assert second["event"]["message"]["subject"] == "2"


def test_moving_the_clock_sends_due_drafts_at_their_times(
    sandbox: Sandbox, client: AgentMail, support: str, web: httpx.Client
) -> None:
    start = sandbox.clock.now()
    for days in (2, 1, 30):
        client.inboxes.drafts.create(
            support, to=["a@example.com"], subject=str(days), send_at=start + timedelta(days=days)
        )
    moved = web.post("/sandbox/clock", json={"advance_seconds": 7 * 86400}).json()
    assert moved["drafts_fired"] == 2
    assert moment(moved["now"]) >= start + timedelta(days=7)
    assert moment(moved["next_due"]) - start - timedelta(days=30) < timedelta(seconds=1)
    second, first = sandbox.outbox()
    assert (first.subject, second.subject) == ("1", "2")
    assert abs(first.timestamp - start - timedelta(days=1)) < timedelta(seconds=2)
    assert abs(second.timestamp - start - timedelta(days=2)) < timedelta(seconds=2)
    to = (start + timedelta(days=40)).isoformat()
    assert web.post("/sandbox/clock", json={"to": to}).json()["drafts_fired"] == 1


@pytest.mark.parametrize("move", [{}, {"advance_seconds": -1}, {"advance_seconds": 1, "to": "2100-01-01T00:00:00Z"}])
def test_an_impossible_move_is_refused(web: httpx.Client, move: dict[str, object]) -> None:
    before = moment(web.get("/sandbox/clock").json()["now"])
    assert web.post("/sandbox/clock", json=move).status_code == 400
    assert moment(web.get("/sandbox/clock").json()["now"]) - before < timedelta(seconds=1)


def test_the_clock_cannot_be_moved_beyond_the_calendar(web: httpx.Client) -> None:
    assert web.post("/sandbox/clock", json={"advance_seconds": 1e18}).status_code == 400


def test_the_clock_moves_while_drafts_are_overdue(
    sandbox: Sandbox, client: AgentMail, support: str, web: httpx.Client
) -> None:
    before = sandbox.clock.now()
    for move in ({"advance_seconds": 3600}, {"to": stamp(before + timedelta(days=1))}, {"advance_seconds": 0}):
        client.inboxes.drafts.create(support, to=["a@example.com"], text="x", send_at="2020-01-01T00:00:00Z")
        moved = web.post("/sandbox/clock", json=move)
        assert (moved.status_code, moved.json()["drafts_fired"]) == (200, 1)
    assert timedelta(days=1) <= sandbox.clock.now() - before < timedelta(days=1, seconds=30)


def test_no_draft_that_was_due_is_left_after_a_move(served: Sandbox, remote: AgentMail) -> None:
    due = "2020-01-01T00:00:00Z"
    for _ in range(5):
        remote.inboxes.drafts.create(SUPPORT, to=["a@example.com"], text="x", send_at=due)
    moved = httpx.post(f"{served.base_url}/sandbox/clock", json={"advance_seconds": 60}, headers=KEY)
    assert moved.status_code == 200
    assert len(served.outbox()) == 5


def test_moves_from_several_callers_add_up(served: Sandbox, remote: AgentMail) -> None:
    before = served.clock.now()
    remote.inboxes.drafts.create(SUPPORT, to=["a@example.com"], text="x", send_at=before + timedelta(minutes=9))

    def move(_: int) -> int:
        to = f"{served.base_url}/sandbox/clock"
        return httpx.post(to, json={"advance_seconds": 60}, headers=KEY).status_code

    with ThreadPoolExecutor(4) as callers:
        assert list(callers.map(move, range(12))) == [200] * 12
    assert timedelta(minutes=12) <= served.clock.now() - before < timedelta(minutes=12, seconds=30)


@pytest.mark.parametrize("move", ["advance", "set"])
def test_a_move_from_a_test_waits_for_the_move_that_is_under_way(
    sandbox: Sandbox, client: AgentMail, support: str, web: httpx.Client, move: str
) -> None:
    before = sandbox.clock.now()
    client.inboxes.drafts.create(support, to=["a@example.com"], text="x", send_at=before + timedelta(hours=1))
    began, ended = Event(), Event()

    def meanwhile() -> None:
        if move == "advance":
            sandbox.clock.advance(timedelta(hours=12))
        else:
            sandbox.clock.set(before + timedelta(days=2))
        ended.set()

    def begin() -> None:
        if not began.is_set():
            began.set()
            callers.submit(meanwhile)
            # far longer than a move takes that does not wait
            ended.wait(0.2)

    with ThreadPoolExecutor(1) as callers:
        sandbox.clock.on_move(begin)
        assert web.post("/sandbox/clock", json={"advance_seconds": 86400}).json()["drafts_fired"] == 1
    (sent,) = sandbox.outbox()
    assert timedelta(hours=1) <= sent.timestamp - before < timedelta(hours=1, seconds=30)
    total = timedelta(hours=36) if move == "advance" else timedelta(days=2)
    assert total <= sandbox.clock.now() - before < total + timedelta(seconds=30)


@pytest.mark.parametrize("drafts", [0, 1])
def test_a_time_without_a_zone_is_utc(
    sandbox: Sandbox, client: AgentMail, support: str, web: httpx.Client, drafts: int
) -> None:
    for _ in range(drafts):
        client.inboxes.drafts.create(support, to=["a@example.com"], text="x", send_at="2099-12-31T00:00:00")
    moved = web.post("/sandbox/clock", json={"to": "2100-01-01T00:00:00"})
    assert (moved.status_code, moved.json()["drafts_fired"]) == (200, drafts)
    assert moved.json()["now"].startswith("2100-01-01T00:0")


def test_control_routes_need_the_key(web: httpx.Client) -> None:
    for path in ("mail", "outbox", "dropped", "events", "clock"):
        assert web.get(f"/sandbox/{path}", headers={"Authorization": "Bearer am_other"}).status_code == 401
