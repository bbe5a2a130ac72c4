"""The audit: what is told, that a change of the chain shows, that nothing is told twice and nobody is named."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from desk_agent.agent import agent
from hypothesis import given
from hypothesis import strategies as st
from mail_wire import WiredSandbox
from test_dead_letters import ask, run_of
from test_journal import Open, fresh  # noqa: F401 - a fixture
from test_journal_writes import WRITES, die_at, start

from postroom.brain.scripted import ScriptedBrain
from postroom.runtime import dead_letters
from postroom.runtime.audit import Audit
from postroom.runtime.chain import Broken, Head, digest_of, entries, exported, head_of, read_export, walk
from postroom.runtime.journal import Journal
from postroom.runtime.tables import audit
from postroom.runtime.unreached import reach_again

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
MARKER = "marzipan"


def told(journal: Journal) -> list[dict[str, Any]]:
    with journal.database.connect() as connection:
        return [dict(entry) for entry in entries(connection)]


def lines_of(journal: Journal, **how: Any) -> list[str]:
    with journal.database.connect() as connection:
        return list(exported(connection, **how))


def statuses(journal: Journal) -> list[tuple[str, str]]:
    return [(entry["event"], str(entry["details"].get("status", ""))) for entry in told(journal)]


@pytest.fixture
def desk(run_agent: Callable[..., Any]) -> Callable[..., tuple[Any, WiredSandbox]]:
    def begin(what: str = "answer") -> tuple[Any, WiredSandbox]:
        brain = ScriptedBrain(Say={"what": what, "body": f"It is {MARKER}."})
        return run_agent(agent, brain, WiredSandbox())  # type: ignore[no-any-return]

    return begin


def test_an_answered_mail_tells_its_decision_its_action_its_move_and_its_end(desk: Callable[..., Any]) -> None:
    runtime, sandbox = desk()
    thread_id = ask(runtime, sandbox)
    journal, run = runtime.context.journal, run_of(runtime, thread_id)
    found = told(journal)
    assert [entry["event"] for entry in found] == ["decision", "action", "run", "move"]
    assert {entry["run_id"] for entry in found} == {run["run_id"]}
    assert {entry["agent"] for entry in found} == {"desk"}
    assert {entry["thread"] for entry in found} == {journal.audit.hashed(thread_id)}
    decision, action, ended, move = (entry["details"] for entry in found)
    assert (decision["type"], decision["brain"], decision["failed"]) == ("Say", "scripted", False)
    assert (action["kind"], action["status"]) == ("Reply", "done")
    assert action["recipients"] == [journal.audit.hashed("ana@example.com")]
    assert (ended["status"], move["from"], move["to"], move["by"]) == ("done", "new", "done", "run")
    assert walk(found)[0] == 4


def test_refusals_are_told_with_their_rule_and_switches_on_and_off(desk: Callable[..., Any]) -> None:
    runtime, sandbox = desk()
    journal = runtime.context.journal
    journal.switch_off("inbox:desk@sandbox.test", f"the {MARKER} is wrong", NOW)
    journal.switch_off("all", "a drill", NOW)
    ask(runtime, sandbox)
    journal.switch_on("all")
    refused = [entry for entry in told(journal) if entry["event"] in ("action", "run")]
    assert {(entry["event"], entry["rule"]) for entry in refused if entry["rule"]} >= {("action", "kill-switch")}
    switched = [entry["details"] for entry in told(journal) if entry["event"] == "switch"]
    assert [(each["scope"], each["status"]) for each in switched] == [
        (f"inbox:{journal.audit.hashed('desk@sandbox.test')}", "off"),
        ("all", "off"),
        ("all", "on"),
    ]


def test_a_dead_letter_and_its_replay_are_told(desk: Callable[..., Any]) -> None:
    runtime, sandbox = desk("crash")
    run = run_of(runtime, ask(runtime, sandbox))
    dead_letters.replay(runtime.context, run["run_id"], from_start=True)
    runtime.drain()
    runs = [entry["details"] for entry in told(runtime.context.journal) if entry["event"] == "run"]
    assert [(each["status"], each["failures"]) for each in runs] == [("dead", 1), ("taken up", 1), ("dead", 2)]


def test_who_is_suppressed_is_told_once_and_that_mail_reaches_them_again_too(desk: Callable[..., Any]) -> None:
    runtime, _ = desk()
    for _ in range(2):
        runtime.context.journal.suppress("team@example.com", "bounce", NOW)
    for _ in range(2):
        reach_again(runtime.context, "team@example.com")
    assert statuses(runtime.context.journal) == [("suppression", "suppressed"), ("suppression", "lifted")]


@pytest.mark.parametrize("wrote", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("number", range(len(WRITES)), ids=lambda number: f"{number}-{WRITES[number]}")
def test_a_death_at_any_write_tells_nothing_twice(
    number: int, wrote: bool, run_agent: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime, sandbox = start(run_agent)
    die_at(number, wrote, runtime, monkeypatch)
    ask(runtime, sandbox)
    found = told(runtime.context.journal)
    assert [entry["event"] for entry in found] == ["decision", "action", "run", "move"]
    walk(found)


@pytest.mark.parametrize("what", ["answer", "escalate", "do", "chase", "nothing", "stop", "wrong move", "crash"])
@pytest.mark.parametrize("subject", ["Colour?", "SHOUTED"])
def test_no_text_and_no_address_is_in_the_chain(what: str, subject: str, desk: Callable[..., Any]) -> None:
    runtime, sandbox = desk(what)
    mail = sandbox.post_mail("Ana <ana@example.com>", "desk@sandbox.test", subject, text=f"Do you sell {MARKER}?")
    runtime.drain()
    runtime.context.journal.suppress("ana@example.com", f"wants no {MARKER}", NOW)
    written = "\n".join(lines_of(runtime.context.journal))
    assert runtime.context.journal.audit.hashed("ana@example.com") in written
    for secret in ("@", MARKER, subject, "example.com", "sandbox.test", mail.message_id, mail.thread_id):
        assert secret not in written


def chain(size: int) -> list[dict[str, Any]]:
    made: list[dict[str, Any]] = []
    for number in range(1, size + 1):
        entry = {"number": number, "at": NOW.isoformat(), "event": "run", "agent": "desk", "run_id": f"r-{number % 3}"}
        entry |= {"op_id": "", "thread": "t", "rule": "", "details": {"status": "done"}}
        entry["previous"] = made[-1]["digest"] if made else ""
        made.append({**entry, "digest": digest_of(entry)})
    return made


NAMES = ["at", "event", "agent", "run_id", "op_id", "thread", "rule", "previous", "digest"]


@given(size=st.integers(2, 12), data=st.data(), how=st.sampled_from(["change", "delete", "swap", "insert", "details"]))
def test_any_single_change_of_a_chain_is_found(size: int, data: st.DataObject, how: str) -> None:
    whole = chain(size)
    kept, changed = Head(size, whole[-1]["digest"]), copy.deepcopy(whole)
    at = data.draw(st.integers(0, size - 1))
    if how == "change":
        name = data.draw(st.sampled_from(NAMES))
        changed[at][name] = data.draw(st.text(max_size=5).filter(lambda text: text != whole[at][name]))
    elif how == "details":
        changed[at]["details"][data.draw(st.text(max_size=3))] = data.draw(st.integers())
    elif how == "delete":
        del changed[at]
    elif how == "swap":
        other = data.draw(st.integers(0, size - 1).filter(lambda index: index != at))
        changed[at], changed[other] = changed[other], changed[at]
    else:
        changed.insert(at, copy.deepcopy(whole[data.draw(st.integers(0, size - 1))]))
    assert walk(whole, kept) == (size, kept)
    with pytest.raises(Broken):
        walk(changed, kept)


@given(size=st.integers(2, 8), data=st.data())
def test_a_chain_made_anew_behind_a_change_is_found_by_a_head_kept_elsewhere(size: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, size - 1))
    whole, anew = chain(size), chain(size)
    anew[at]["rule"] = "another"
    for number in range(at, size):
        anew[number]["previous"] = anew[number - 1]["digest"] if number else ""
        anew[number]["digest"] = digest_of(anew[number])
    walk(anew)
    with pytest.raises(Broken, match="made anew"):
        walk(anew, Head(size, whole[-1]["digest"]))


def test_a_row_that_somebody_changed_in_the_database_is_named(desk: Callable[..., Any]) -> None:
    runtime, sandbox = desk()
    ask(runtime, sandbox)
    with runtime.context.journal.database.begin() as connection:
        connection.execute(sa.update(audit).where(audit.c.number == 2).values(rule="none"))
    with pytest.raises(Broken, match="entry 2 was changed"):
        walk(told(runtime.context.journal))


def test_an_export_names_its_head_and_a_cut_or_changed_file_shows(desk: Callable[..., Any]) -> None:
    runtime, sandbox = desk()
    ask(runtime, sandbox)
    lines = lines_of(runtime.context.journal)
    head = Head.parse(json.loads(lines[-1])["head"])
    assert read_export(lines) == (4, head, False)
    assert read_export(lines, Head(2, json.loads(lines[1])["digest"])) == (4, head, False)
    for cut in (lines[:-1], [*lines[:-2], lines[-1]], lines[1:], [*lines[:-1], "{}"], [*lines, lines[0]], ["no"], []):
        with pytest.raises(Broken):
            read_export(cut)
    with pytest.raises(Broken, match="its end was cut off"):
        read_export(lines, Head(9, "0" * 64))


def test_a_part_of_the_chain_holds_by_itself_and_says_that_it_is_one(desk: Callable[..., Any]) -> None:
    runtime, sandbox = desk()
    ask(runtime, sandbox)
    journal = runtime.context.journal
    journal.switch_off("all", "a drill", NOW)
    part = lines_of(journal, agent="desk")
    with journal.database.connect() as connection:
        head = head_of(connection)
    assert read_export(part) == (4, head, True)
    assert read_export(lines_of(journal, since=runtime.clock.now() + timedelta(days=1))) == (0, head, True)
    assert len(lines_of(journal, until=runtime.clock.now() + timedelta(days=1))) == 6
    with pytest.raises(Broken, match="was changed"):
        read_export([part[0].replace("desk", "disk"), *part[1:]])
    with pytest.raises(Broken, match="its last line tells of 4"):
        read_export(part[1:])
    with pytest.raises(Broken, match="does not go on from"):
        read_export(part, Head(head.number, "0" * 64))


def test_several_processes_append_to_one_chain(fresh: Callable[[], Open]) -> None:  # noqa: F811
    open_it = fresh()
    journals = [Journal(open_it(), "of-these-tests") for _ in range(4)]

    def tell(journal: Journal, number: int) -> None:
        for count in range(10):
            journal.switch_off(f"agent:{number}-{count}", "a drill", NOW)

    threads = [threading.Thread(target=tell, args=(journal, number)) for number, journal in enumerate(journals)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert walk(told(journals[0]))[0] == 40


def test_what_is_rolled_back_is_not_told(fresh: Callable[[], Open]) -> None:  # noqa: F811
    journal = Journal(fresh()())
    with pytest.raises(sa.exc.IntegrityError):
        journal.switch_off("all", None, NOW)  # type: ignore[arg-type]
    assert told(journal) == []


def test_hashes_compare_by_the_secret_alone(fresh: Callable[[], Open]) -> None:  # noqa: F811
    database = fresh()()
    one, same, other = Audit(database, "a"), Audit(database, "a"), Audit(database, "b")
    assert one.hashed("ana@example.com") == same.hashed("ana@example.com") != other.hashed("ana@example.com")
    assert Audit(database).hashed("ana@example.com") != Audit(database).hashed("ana@example.com")
