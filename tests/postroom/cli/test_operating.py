"""Commands on a running process: what they change, and that what they refuse is one sentence."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from postroom.runtime.app import Runtime

DESK = "desk@sandbox.test"
Start = Callable[..., Any]


def post(runtime: Runtime, sandbox: Any, *subjects: str, sender: str = "ana@example.com") -> None:
    for subject in subjects:
        sandbox.post_mail(sender, DESK, subject, "What colour?")
    runtime.drain()


def subjects(sandbox: Any) -> list[str]:
    return [mail.subject for mail in sandbox.outbox()]


def test_what_was_refused_while_mail_was_off_is_told_and_taken_up_oldest_first(desk: Start) -> None:
    runtime, sandbox, call = desk("answer")
    call("pause")
    post(runtime, sandbox, "one")
    post(runtime, sandbox, "two")
    assert sandbox.outbox() == []
    said = call("resume").stdout
    assert said.startswith("everything is on\n2 mails were refused while it was off; `postroom dead-letters --refused")
    taken = call("dead-letters", "--refused", "--replay-all")
    runtime.drain()
    assert [line.split("  ")[1] for line in taken.stdout.splitlines()] == ["taken up again"] * 2
    taken_up = [line.split("  ")[0] for line in taken.stdout.splitlines()]
    assert taken_up == sorted(taken_up)  # a run's id begins with its time
    assert sorted(subjects(sandbox)) == ["Re: one", "Re: two"]
    assert call("resume").stdout == "everything is on\n"


def test_one_of_our_people_that_bounced_is_written_to_again_and_a_customer_is_not(desk: Start) -> None:
    runtime, sandbox, call = desk("answer")
    lists: Any = sandbox.client().lists
    for address in ("team@example.com", "ana@example.com"):
        runtime.context.journal.suppress(address, "bounce", runtime.clock.now())
        lists.create("send", "block", entry=address, reason="bounce")
    assert call("resume", "--address", "Team@example.com").stdout == "team@example.com gets mail again\n"
    assert call("resume", "--address", "team@example.com").stdout == "team@example.com got mail all the time\n"
    refused = call("resume", "--address", "ana@example.com")
    assert (refused.exit_code, "ana@example.com is none of our people" in refused.stderr) == (1, True)
    assert set(runtime.context.journal.suppressed(["team@example.com", "ana@example.com"])) == {"ana@example.com"}
    assert [entry.entry for entry in lists.list("send", "block").entries] == ["ana@example.com"]


def test_what_is_taken_up_passes_the_gate_again(desk: Start) -> None:
    runtime, sandbox, call = desk("answer")
    call("pause")
    post(runtime, sandbox, "one")
    post(runtime, sandbox, "two", sender="ben@example.com")
    runtime.context.journal.suppress("ana@example.com", "complaint", runtime.clock.now())
    call("resume")
    call("dead-letters", "--refused", "--replay-all")
    runtime.drain()
    assert subjects(sandbox) == ["Re: two"]
    (refused,) = runtime.context.journal.runs_with_status("refused")
    assert refused["note"].startswith("suppression: ")


def test_what_another_rule_refused_or_is_still_off_stays_as_it_is(desk: Start) -> None:
    runtime, sandbox, call = desk("answer")
    runtime.context.journal.suppress("ana@example.com", "complaint", runtime.clock.now())
    post(runtime, sandbox, "one")
    call("pause")
    call("pause", "desk")
    post(runtime, sandbox, "two", sender="ben@example.com")
    assert call("resume").stdout.startswith("agent:desk is still off")
    nothing = call("dead-letters", "--refused", "--replay-all")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "1 mail was refused while it was off" in call("resume", "desk").stdout
    assert len(call("dead-letters", "--refused", "--replay-all").stdout.splitlines()) == 1


@pytest.mark.parametrize("more", [[], ["--replay", "x", "--refused"]])
def test_replay_all_is_of_what_was_refused_alone(more: list[str], desk: Start) -> None:
    _, _, call = desk("answer")
    assert "add --refused" in call("dead-letters", "--replay-all", *more).stderr


@pytest.mark.parametrize("by", ["9999999w", "999999999w", "523w"])
def test_a_clock_is_not_moved_beyond_reason(by: str, desk: Start) -> None:
    runtime, _, call = desk("answer")
    before = runtime.clock.now()
    refused = call("clock", "advance", by)
    assert refused.exit_code == 1
    assert refused.stderr.startswith("Error: the clock was not moved: ")
    assert len(refused.stderr.splitlines()) == 1
    assert (runtime.clock.now() - before).days == 0
    assert "say how far" in call("clock", "advance", "9" * 5_000 + "w").stderr


def test_runs_that_do_not_end_while_the_clock_moves_are_a_sentence(
    desk: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, _, call = desk("answer")

    def never(patience: float = 60.0) -> None:
        raise TimeoutError(f"runs are still under way after {patience:.0f} s; look at the dead letters")

    monkeypatch.setattr(runtime, "drain", never)
    refused = call("clock", "advance", "1d")
    assert refused.stderr == (
        "Error: the clock did not get there: runs are still under way after 60 s; look at the dead letters\n"
    )


@pytest.mark.parametrize("run_id", ["a/b", "..", "a?b#c", "%2F", "\udcff", "é"])
def test_a_run_that_is_not_there_is_a_sentence_whatever_its_name(run_id: str, desk: Start) -> None:
    _, _, call = desk("answer")
    refused = call("dead-letters", "--replay", run_id)
    assert refused.exit_code == 1
    assert "is unknown; only dead and refused runs replay" in refused.stderr or "no UTF-8" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("asked", ["../status", "\udcff", "a?b", "%2F"])
def test_a_thread_that_is_not_there_is_a_sentence_whatever_its_name(asked: str, desk: Start) -> None:
    _, _, call = desk("answer")
    refused = call("threads", asked)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "is no thread here" in refused.stderr


def test_bytes_that_are_no_utf_8_are_a_sentence(desk: Start) -> None:
    _, sandbox, call = desk("answer")
    written = ["desk", "--from", "a@example.com", "--subject"]
    in_subject = call("send", *written, "caf\udce9", "--text", "x")
    assert in_subject.stderr == "Error: what was given holds a byte that is no UTF-8; write it as UTF-8\n"
    on_stdin = call("send", *written, "x", input=b"caf\xe9\n")
    assert on_stdin.stderr == "Error: standard input is not UTF-8 from byte 3 on; convert it first\n"
    assert sandbox.client().inboxes.messages.list(DESK).count == 0


def test_more_dead_letters_than_are_listed_are_said_to_be_there(desk: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime, sandbox, call = desk("crash")
    post(runtime, sandbox, "one")
    post(runtime, sandbox, "two")
    assert call("dead-letters").stderr == ""
    monkeypatch.setattr("postroom.operator_api.LETTERS_LISTED", 1)
    cut = call("dead-letters")
    assert len(cut.stdout.splitlines()) == 2
    assert cut.stderr == "older ones are not listed: these are the newest 1\n"


def test_what_was_refused_is_not_taken_up_on_a_thread_that_went_on(desk: Start) -> None:
    runtime, sandbox, call = desk("answer")
    call("pause")
    first = sandbox.post_mail("ana@example.com", DESK, "one", "What colour?")
    second = sandbox.post_mail("ben@example.com", DESK, "two", "What colour?")
    runtime.drain()
    call("resume")
    sandbox.post_mail("ana@example.com", DESK, "Re: one", "Never mind: which size?", in_reply_to=first.message_id)
    sandbox.client().inboxes.threads.update(
        DESK, second.thread_id, add_labels=["desk/done"], remove_labels=["desk/new"]
    )
    runtime.drain()
    sent = len(sandbox.outbox())
    taken = call("dead-letters", "--refused", "--replay-all")
    runtime.drain()
    assert taken.output.count("the thread is in done by now") == 2
    assert len(sandbox.outbox()) == sent


def test_two_mails_of_one_thread_that_were_refused_are_both_taken_up(desk: Start) -> None:
    runtime, sandbox, call = desk("answer")
    call("pause")
    first = sandbox.post_mail("ana@example.com", DESK, "one", "What colour?")
    runtime.drain()
    sandbox.post_mail("ana@example.com", DESK, "Re: one", "And which size?", in_reply_to=first.message_id)
    runtime.drain()
    call("resume")
    call("dead-letters", "--refused", "--replay-all")
    runtime.drain()
    assert len(sandbox.outbox("ana@example.com")) == 2


def test_pause_names_the_drafts_that_would_have_left_by_themselves(desk: Start) -> None:
    runtime, sandbox, call = desk("answer")
    at = runtime.clock.now() + timedelta(hours=1)
    sandbox.client().inboxes.drafts.create(DESK, to=["ana@example.com"], subject="Offer", text="Soon.", send_at=at)
    said = call("pause", "--reason", "a wrong price").stdout
    assert said.splitlines() == [
        "all is off: a wrong price",
        "the draft 'Offer' to ana@example.com was to leave by itself, and is un-scheduled",
    ]
    assert call("pause").stdout == "all is off: paused from the command line\n"


def test_a_refused_run_that_did_a_part_of_its_work_is_told_once_and_left_to_people(
    desk: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox, call = desk("do")
    off = runtime.context.journal.switch_off

    class Stops(list[Any]):
        def append(self, item: Any) -> None:
            off("all", "a wrong price", runtime.clock.now())

    monkeypatch.setattr("desk_agent.agent.CALLED", Stops())
    post(runtime, sandbox, "one")
    assert "1 mail was refused while it was off" in call("resume").stdout
    taken = call("dead-letters", "--refused", "--replay-all")
    assert "may have happened already; do what is left of it yourself" in taken.stdout
    assert call("resume").stdout == "everything is on\n"
    assert call("dead-letters", "--refused", "--replay-all").stdout == ""
    (run,) = runtime.context.journal.runs_with_status("stale")
    assert "do what is left of it yourself" in run["note"]
    assert "needs-human" in sandbox.client().inboxes.threads.get(DESK, run["thread_id"]).labels
    assert sandbox.outbox() == []
