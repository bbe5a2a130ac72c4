"""What the page changes, and who may do so."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from agentmail_sandbox import Received
from postroom.brain import BrainAway, Question
from postroom.console import Login, console_blueprint, objection
from postroom.console.first_mails import first_mail, first_mails, grouped

ANA = "Ana Duarte <ana@example.com>"
DESK = "desk@sandbox.test"
FIRST_MAIL = {"from": ANA, "to": DESK, "subject": "Colour", "text": "What colour?\r\nTell me."}
SCENARIO = """
name: a mailing list
steps:
  - advance: 1d
  - mail:
      from: "News <news@example.com>"
      subject: This week
      html: "<p>Read this</p>"
      headers: {List-Id: "<news.example.com>"}
      attachments: [{filename: a.txt, content_type: text/plain, text: hello}]
"""


def test_a_mail_written_on_the_page_leads_to_its_thread_and_is_answered(console: Any) -> None:
    answer = console.post("/mail", **FIRST_MAIL)
    assert answer.status_code == 303
    console.settle()
    assert "Reply to ana@example.com done" in console.text(answer.location)
    (received,) = console.sandbox.client().inboxes.messages.list(DESK, labels=["received"]).messages
    assert received.from_ == ANA


def test_a_reply_as_the_customer_joins_the_thread(console: Any) -> None:
    thread = console.mail()
    sent = console.sandbox.outbox()[0].message_id
    answer = console.post("/mail", **FIRST_MAIL, in_reply_to=sent)
    assert answer.location == f"/threads/{thread}"


@pytest.mark.parametrize("wrong", [{"from": "nobody"}, {"from": ""}, {"to": "other@sandbox.test"}])
def test_a_mail_without_a_sender_or_an_inbox_is_refused_with_a_sentence(console: Any, wrong: dict[str, str]) -> None:
    answer = console.post("/mail", **FIRST_MAIL | wrong)
    assert answer.status_code == 400
    assert "choose an inbox" in answer.text
    assert console.sandbox.client().inboxes.threads.list(DESK).threads == []


class Dropping:
    """A sandbox at whose door every mail fails authentication."""

    def post_mail(self, from_: str, to: Any, subject: str = "", text: str | None = None, **more: Any) -> Received:
        return Received(DESK, None, None, "authentication_failed")

    def outbox(self, to: str | None = None) -> list[Any]:
        return []


def test_a_mail_the_sandbox_drops_is_not_passed_over_in_silence(console: Any) -> None:
    console.app = Flask("dropping")
    console.app.register_blueprint(console_blueprint(console.runtime, Dropping()))
    console.web = console.app.test_client()
    answer = console.post("/mail", **FIRST_MAIL)
    assert answer.status_code == 409
    assert "it was dropped (authentication_failed)" in answer.text


def test_what_goes_unseen_with_a_scenario_is_sent_and_a_fault_in_it_is_told(
    console: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "list.yaml").write_text(SCENARIO)
    (tmp_path / "scenarios" / "odd.yaml").write_text(SCENARIO.replace("List-Id", "no header"))
    monkeypatch.setattr(console.runtime.context.posts["desk"].agent, "folder", tmp_path)
    form = console.text("/compose?scenario=list")
    assert "also has its own html, headers, attachments; they go with it" in form
    thread = console.post("/mail", **FIRST_MAIL, scenario="list").location
    assert "a.txt text/plain, 5 Bytes" in console.text(thread)
    answer = console.post("/mail", **FIRST_MAIL, scenario="odd")
    assert answer.status_code == 400
    assert "is not a header that a mail can carry" in answer.text


def test_scenarios_give_their_first_mail_whole(tmp_path: Path, console: Any) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "list.yaml").write_text(SCENARIO)
    (tmp_path / "scenarios" / "quiet.yaml").write_text("name: no mail at all\nsteps: [{advance: 1d}]")
    (mail,) = first_mails(tmp_path)
    assert (mail.key, mail.name, mail.sender, mail.subject, mail.text) == (
        "list", "a mailing list", "News <news@example.com>", "This week", "",
    )  # fmt: skip
    assert mail.more["attachments"][0].content == b"hello"
    console.mail(mail.subject, None, mail.sender, **mail.more)
    assert console.sandbox.outbox() == []


@pytest.mark.parametrize("key", ["../secret", "/etc/passwd", "nothing", ""])
def test_only_scenarios_that_exist_are_read(tmp_path: Path, key: str) -> None:
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "secret.yaml").write_text(SCENARIO)
    assert first_mail(tmp_path, key) is None


def test_the_clock_buttons_do_what_comes_due_and_say_how_much(console: Any) -> None:
    thread = console.mail()
    answer = console.post("/clock", by="5d", back=f"/threads/{thread}?happened=7")
    path, _, happened = answer.location.partition("?happened=")
    assert path == f"/threads/{thread}"
    shown = console.text(answer.location)
    assert f"{happened} thing" in shown
    assert "came due" in shown
    assert "Moved done → closed" in shown
    assert "silence" in shown


def test_time_that_cannot_be_moved_says_so(console: Any) -> None:
    console.runtime.sandbox = None
    assert "Time can be moved on the embedded sandbox only" in console.text("/")
    answer = console.post("/clock", by="1d")
    assert answer.status_code == 409
    assert "only on the embedded sandbox" in answer.text


def test_the_switch_stops_mail_with_its_reason_and_lets_it_go_again(console: Any) -> None:
    assert console.post("/switch", scope="agent:desk", reason="a wrong price").status_code == 303
    console.mail()
    assert console.sandbox.outbox() == []
    assert "Stopped: desk. Nothing is done there and no mail leaves: a wrong price" in console.text("/dead-letters")
    console.post("/switch", scope="agent:desk", to="on")
    assert "Stopped: desk" not in console.text("/")
    console.mail()
    assert len(console.sandbox.outbox()) == 1


def test_an_unknown_scope_is_not_switched_off(console: Any) -> None:
    assert console.post("/switch", scope="agent:nobody").status_code == 400
    assert console.runtime.context.journal.switched_off() == {}


@pytest.mark.parametrize("button", [{}, {"from": "start"}])
def test_a_dead_letter_can_be_taken_up_again(console: Any, button: dict[str, str]) -> None:
    def away(question: Question) -> dict[str, str]:
        raise BrainAway("overloaded")

    console.brain.scripts = {"Say": away}
    thread = console.mail()
    (dead,) = console.runtime.context.journal.runs_with_status("dead")
    console.say("answer")
    assert console.post("/dead-letters/replay", run=dead["run_id"], **button).status_code == 303
    console.settle()
    assert "None. What fails is kept here" in console.text("/dead-letters")
    assert "Reply to ana@example.com done" in console.text(f"/threads/{thread}")


def test_a_decision_that_could_not_be_had_shows_with_its_reason(console: Any) -> None:
    console.brain.scripts = {}
    thread = console.mail()
    page = console.text(f"/threads/{thread}")
    assert "a decision could not be had: the script has no answer for Say" in page
    assert "Escalate" in page


def test_a_run_that_is_not_dead_is_not_replayed(console: Any) -> None:
    console.mail()
    (run,) = console.runtime.context.journal.runs_with_status("done")
    answer = console.post("/dead-letters/replay", run=run["run_id"])
    assert answer.status_code == 409
    assert "only dead and refused runs replay" in answer.text


@pytest.mark.parametrize("path", ["/mail", "/clock", "/switch", "/dead-letters/replay", "/undo"])
@pytest.mark.parametrize("token", [{}, {"token": ""}, {"token": "guessed"}])
def test_nothing_changes_without_the_token(console: Any, path: str, token: dict[str, str]) -> None:
    before = console.runtime.clock.now()
    answer = console.web.post(path, data={**FIRST_MAIL, "by": "14d", "scope": "all", **token})
    assert answer.status_code == 400
    assert "reload the page" in answer.text
    assert (console.runtime.clock.now() - before).total_seconds() < 60
    assert console.runtime.context.journal.switched_off() == {}
    assert console.sandbox.client().inboxes.threads.list(DESK).threads == []


@pytest.mark.parametrize("back", ["//evil.test/", "https://evil.test/", "/\\evil.test", "/\tevil", "", "evil"])
def test_a_form_never_leads_to_another_site(console: Any, back: str) -> None:
    assert console.post("/switch", scope="all", back=back).location.startswith("/?pressed=")


def test_every_answer_forbids_scripts_frames_and_caches(console: Any) -> None:
    thread = console.mail()
    for path in (
        "/",
        "/overview",
        "/approvals",
        f"/threads/{thread}",
        "/compose",
        "/outside",
        "/dead-letters",
        "/threads/none",
        "/console/console.js",
    ):
        with console.web.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cache-Control"] == "no-store"


def test_no_page_has_inline_scripts_or_styles(console: Any) -> None:
    thread = console.mail("LOUD WORDS")
    for path in ("/", "/overview", "/approvals", f"/threads/{thread}", "/compose", "/outside", "/dead-letters"):
        page = console.web.get(path).text
        assert "style=" not in page
        assert "<style" not in page
        assert page.count("<script") == page.count("<script defer src=")
        assert " onclick" not in page


@pytest.mark.parametrize("host", ["localhost:8025", "127.0.0.1:8025", "[::1]:8025", "LOCALHOST:8025"])
def test_this_machine_is_let_in(console: Any, host: str) -> None:
    answer = console.web.get("/", environ_overrides={"HTTP_HOST": host, "SERVER_PORT": "8025"})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.test:8025", "localhost:8026", "localhost", "localhost.evil.test:8025", "127.0.0.1.nip.io:8025", ""]
)
def test_another_name_or_port_is_refused(console: Any, host: str) -> None:
    answer = console.web.get("/", environ_overrides={"HTTP_HOST": host, "SERVER_PORT": "8025"})
    assert answer.status_code == 400


# The engine's threads, alive from other tests, use `random` while Hypothesis watches it.
@given(st.text(max_size=40).filter(lambda host: host.partition(":")[0].lower() not in ("localhost", "127.0.0.1", "[")))
def test_no_other_host_is_ever_let_in(host: str) -> None:
    refused = objection({"PATH_INFO": "/", "HTTP_HOST": host, "SERVER_PORT": "80"}, None)
    assert refused is not None
    assert refused[0] == 400


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Forwarded-Proto", "Forwarded", "Via", "CF-Connecting-IP"])
def test_whoever_comes_through_a_tunnel_gets_a_sentence(console: Any, header: str) -> None:
    for path in ("/", "/console/console.css", "/threads/x", "/v0/inboxes", "/webhooksx"):
        answer = console.web.get(path, headers={header: "203.0.113.9"})
        assert answer.status_code == 403
        assert "no login yet" in answer.text


def test_with_a_public_address_only_what_checks_its_caller_answers(console: Any) -> None:
    app = Flask("public")
    app.register_blueprint(console_blueprint(console.runtime, console.sandbox, login=Login("token")))
    for path in ("/webhooks/agentmail", "/healthz", "/u/token"):
        app.add_url_rule(path, path, lambda: "open")
    web = app.test_client()
    assert web.get("/").status_code == 403
    assert web.get("/metrics").status_code == 403
    for path in ("/webhooks/agentmail", "/healthz", "/u/token"):
        assert web.get(path, headers={"X-Forwarded-For": "203.0.113.9", "Host": "post.example.com"}).text == "open"


def test_without_a_sandbox_nobody_writes_as_someone_else(console: Any) -> None:
    app = Flask("live")
    app.register_blueprint(console_blueprint(console.runtime, None))
    web = app.test_client()
    assert "Write a mail" not in web.get("/").text
    assert "desk@sandbox.test" in web.get("/overview").text
    assert web.get("/compose").status_code == 404
    assert web.get("/outside").status_code == 404


def test_mails_of_scenarios_come_in_groups_the_good_case_first(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    for key, name, more in (
        ("angry", "an angry mail", ""),
        ("happy_case", "what goes well", ""),
        ("refund", '"injection: a refund"', ""),
        ("later", "silence", ", {advance: 1d}"),
    ):
        steps = f"[{{mail: {{from: a@example.com, text: x}}}}{more}]"
        (tmp_path / "scenarios" / f"{key}.yaml").write_text(f"name: {name}\nsteps: {steps}")
    found = {heading: [mail.name for mail in mails] for heading, mails in grouped(first_mails(tmp_path)).items()}
    assert found == {
        "One mail": ["what goes well", "an angry mail"],
        "How longer stories begin": ["silence"],
        "injection": ["a refund"],
    }
