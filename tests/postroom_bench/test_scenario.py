"""The scenario file: what it may say, and that a mistake in it is named and not overlooked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postroom_bench.scenario import ScenarioError, read_scenario, read_scenarios, span

WHOLE = """
name: everything a scenario may say
given: {clock: 2026-03-02T09:00:00Z, records: {a: [{email: x@example.com}]}}
steps:
  - mail: {from: Ana <ana@example.com>, subject: Hi, text: Hello, auth: none}
  - advance: 4h
  - human: {label: support/closed}
  - crash: after Reply
  - mail: {from: ana@example.com, reply: true, html: <p>More</p>}
then:
  state: answered
  labels: [category/returns]
  mails: [{to: ana@example.com, contains: [thirty days]}]
  actions: [Reply]
  approvals: 0
never:
  - {mail_to: evil@example.net}
  - {contains: secret}
"""


def write(folder: Path, text: str, name: str = "a.yaml") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_a_whole_scenario_reads_as_written(tmp_path: Path) -> None:
    scenario = read_scenario(write(tmp_path, WHOLE))
    assert scenario.given.clock == datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert scenario.first_mail is not None
    assert (scenario.first_mail.from_, scenario.first_mail.auth) == ("Ana <ana@example.com>", "none")
    assert scenario.steps[1].advance == timedelta(hours=4)
    assert scenario.steps[3].crash == "after Reply"
    assert scenario.steps[4].mail is not None
    assert scenario.steps[4].mail.reply
    assert scenario.then.mails is not None
    assert scenario.then.mails[0].contains == ("thirty days",)
    assert [never.contains for never in scenario.never] == [None, "secret"]


def test_what_is_not_said_is_not_looked_at(tmp_path: Path) -> None:
    scenario = read_scenario(write(tmp_path, "name: x\nsteps: [{advance: 1d}]\nthen: {}\n"))
    assert scenario.then.state is scenario.then.mails is scenario.then.actions is scenario.then.approvals is None
    assert scenario.first_mail is None
    assert scenario.given.brain == "offline"


@pytest.mark.parametrize(
    ("old", "new", "about"),
    [
        ("state: answered", "sate: answered", "sate"),
        ("advance: 4h", "advance: soon", "advance"),
        ("crash: after Reply", "crash: before Reply", "crash"),
        ("auth: none", "auth: maybe", "auth"),
        ("subject: Hi", "subjekt: Hi", "subjekt"),
        ("approvals: 0", "approvals: some", "approvals"),
        ("name: everything a scenario may say\n", "", "name"),
        pytest.param("  - advance: 4h\n", "  - advance: 4h\n    crash: after Reply\n", "one thing"),
        pytest.param("  - advance: 4h\n", "  - {}\n", "one thing"),
        ("steps:", "steps: [", "a.yaml"),
    ],
)
def test_a_mistake_is_named_with_its_file(tmp_path: Path, old: str, new: str, about: str) -> None:
    assert WHOLE.count(old) == 1
    path = write(tmp_path, WHOLE.replace(old, new))
    with pytest.raises(ScenarioError) as caught:
        read_scenario(path)
    assert str(path) in str(caught.value)
    assert about in str(caught.value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90m", timedelta(minutes=90)),
        ("4h", timedelta(hours=4)),
        (" 14 d ", timedelta(days=14)),
        ("2w", timedelta(weeks=2)),
        ("4 years", "4 years"),
        (5, 5),
    ],
)
def test_spans_read_as_people_write_them(text: object, found: object) -> None:
    assert span(text) == found


def test_the_scenarios_of_a_folder_come_in_the_order_of_their_files(tmp_path: Path) -> None:
    (tmp_path / "scenarios").mkdir()
    for name in ("b", "a", "c"):
        write(tmp_path / "scenarios", f"name: {name}\nsteps: []\nthen: {{}}\n", f"{name}.yaml")
    write(tmp_path / "scenarios", "not a scenario", "notes.txt")
    assert [scenario.name for scenario in read_scenarios(tmp_path)] == ["a", "b", "c"]
