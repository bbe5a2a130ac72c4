"""Generated docs say what the code says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from click.testing import CliRunner

from postroom.cli import COMMANDS
from postroom.loading import load_agent
from postroom.settings import Settings
from postroom_bench import checkout, generated
from postroom_bench.flow_picture import mermaid
from postroom_kit.outreach import rows

AGENT = """
from collections.abc import Callable
from enum import auto

import postroom
from postroom import Agent, Flow, Message, Reply, Thread, Transition, days
from {folder}.decisions import Verdict


class State(postroom.State):
    NEW = auto()
    ASKED = auto()
    DESK = auto()
    DONE = auto()


FLOW = Flow(
    start=State.NEW,
    moves={{
        State.NEW: {{State.ASKED, State.DONE}},
        State.ASKED: {{State.ASKED, State.DESK, State.DONE}},
        State.DESK: {{State.DONE}},
    }},
)
agent = Agent("{name}", flow=FLOW, with_human=State.DESK, inbox="hello")


@agent.on(State.NEW)
def first(message: Message, thread: Thread) -> Transition:
    return ask(thread)


@agent.on(State.ASKED)
def answered(message: Message, thread: Thread) -> Transition:
    return Transition(State.DONE)


@agent.after(days(2), State.ASKED)
def end(thread: Thread) -> Transition:
    return Transition(State.DONE)


@agent.on_event("bounce", State.ASKED)
def lost(message: Message | None, thread: Thread) -> Transition:
    return Transition(State[message.subject])


@agent.on_event("complaint", State.ASKED, State.DONE)
def stay(message: Message | None, thread: Thread) -> Transition:
    return Transition(thread.state)


@agent.on_event("auto_reply", State.ASKED)
def automatic(message: Message, thread: Thread) -> Transition:
    return counted(message, thread, finish)


@agent.on_event("calendar", State.ASKED)
def invited(message: Message, thread: Thread) -> Transition:
    step = counted(message, thread, finish)
    return step.changed(to=State.DESK)


@agent.on_event("list")
def listed(message: Message, thread: Thread) -> Transition | None:
    asked = thread.state is State.ASKED
    if not asked or message.is_long:
        return None
    return Transition(State.DONE)


def counted(message: Message, thread: Thread, read: Callable[[Message, Thread], Transition]) -> Transition:
    step = read(message, thread) or Transition(thread.state)
    return step.changed(labels=["counted/yes"])


def finish(message: Message, thread: Thread) -> Transition:
    return Transition(State.DONE)


def ask(thread: Thread) -> Transition:
    return Transition(State.ASKED, Reply("ask"))
"""
PLACE = "# Tiny\n\n<!-- flow -->\n<!-- /flow -->\n\nThe end.\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A checkout with one agent."""
    root = tmp_path_factory.mktemp("checkout")
    folder = root / "agents" / "tiny_picture_agent"
    (folder / "emails").mkdir(parents=True)
    (folder / "prompts").mkdir()
    (folder / "__init__.py").touch()
    (folder / "agent.py").write_text(AGENT.format(folder=folder.name, name="tiny-picture"))
    (folder / "decisions.py").write_text(
        "from postroom import Decision\n\n\nclass Verdict(Decision):\n    fine: bool\n"
    )
    (folder / "prompts" / "verdict.md").write_text("Is it fine?\n")
    (folder / "emails" / "ask.md.j2").write_text("What do you need?\n")
    (folder / "README.md").write_text(PLACE)
    (root / "shared" / "agentmail_sandbox").mkdir(parents=True)
    (root / "shared" / "agentmail_sandbox" / "README.md").write_text("<!-- coverage -->\n<!-- /coverage -->\n")
    (root / "docs").mkdir()
    (root / "docs" / "monitoring.md").write_text("<!-- figures -->\n<!-- /figures -->\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(root / "agents"))
        yield root


@pytest.fixture(scope="module")
def picture(root: Path) -> list[str]:
    """The picture's lines, unindented."""
    return [line.strip() for line in mermaid(load_agent(str(root / "agents" / "tiny_picture_agent"))).splitlines()]


def test_the_picture_follows_a_handler_into_the_functions_it_calls(picture: list[str]) -> None:
    assert 'on_first["mail: first"]' in picture
    assert [line for line in picture if "on_first" in line][1:] == ["NEW --> on_first", "on_first --> ASKED"]


def test_a_timer_is_drawn_with_its_delay(picture: list[str]) -> None:
    assert {'on_end["after 2 days: end"]', "ASKED --> on_end", "on_end --> DONE"} <= set(picture)


def test_a_state_computed_at_run_time_is_drawn_as_every_move_the_flow_allows(picture: list[str]) -> None:
    assert {"ASKED <--> on_lost", "on_lost --> DESK", "on_lost --> DONE"} <= set(picture)


def test_a_handler_that_leaves_a_thread_where_it_is_moves_it_nowhere_else(picture: list[str]) -> None:
    assert [line for line in picture if line.endswith("> on_stay") or line.startswith("on_stay -")] == [
        "ASKED <--> on_stay",
        "DONE --> on_stay",
    ]


def test_the_picture_follows_a_function_that_is_handed_to_another(picture: list[str]) -> None:
    assert [line for line in picture if "on_automatic" in line][1:] == [
        "ASKED --> on_automatic",
        "on_automatic --> DONE",
    ]


def test_a_step_that_is_changed_leads_where_the_change_says(picture: list[str]) -> None:
    assert [line for line in picture if "on_invited" in line][1:] == ["ASKED --> on_invited", "on_invited --> DESK"]


def test_what_a_handler_does_in_one_state_alone_is_no_move_from_another(picture: list[str]) -> None:
    assert {"NEW --> on_listed", "DONE <--> on_listed", "NEW -. a person .-> DONE"} <= set(picture)


def test_moves_that_no_handler_makes_are_a_persons(picture: list[str]) -> None:
    assert [line for line in picture if "a person" in line] == [
        "NEW -. a person .-> DONE",
        "DESK -. a person .-> DONE",
    ]


def test_what_is_stale_is_written_once_and_fresh_after(root: Path) -> None:
    readme = root / "agents" / "tiny_picture_agent" / "README.md"
    readme.write_text(PLACE)
    run = partial(CliRunner().invoke, generated.main)
    failed = run(["--check", "--root", str(root)])
    assert failed.exit_code == 1
    assert "run make docs" in failed.output
    assert readme.read_text() == PLACE
    assert "written: docs/cli.md" in run(["--root", str(root)]).output
    assert readme.read_text().startswith("# Tiny\n\n<!-- flow -->\n```mermaid\nflowchart LR\n")
    assert readme.read_text().endswith("```\n<!-- /flow -->\n\nThe end.\n")
    sandbox = (root / "shared" / "agentmail_sandbox" / "README.md").read_text()
    assert sandbox.startswith("<!-- coverage -->\n")
    assert "| `inboxes` |" in sandbox
    assert "`POST /v0/inboxes/{inbox_id}/messages/send` | served |" in (root / "docs/sandbox-coverage.md").read_text()
    figures = (root / "docs/monitoring.md").read_text()
    assert "| `bounce_rate` | ratio | Of mails that left, those that bounced | below 4 % | 50 |" in figures
    assert run(["--check", "--root", str(root)]).exit_code == 0
    assert "`hello@sandbox.test` | new, asked, desk, done | Verdict | ask |" in (root / "docs/agents.md").read_text()


def test_a_readme_without_a_place_for_the_picture_is_named(tmp_path: Path) -> None:
    readme = tmp_path / "some_agent" / "README.md"
    readme.parent.mkdir()
    readme.write_text("# Some\n")
    with pytest.raises(generated.DocsError, match=r"some_agent/README\.md needs the lines <!-- flow -->"):
        generated.in_place(readme, "flow", "flowchart LR")


def test_every_command_and_every_setting_is_on_its_page() -> None:
    commands = generated.cli_page()
    assert [name for name in COMMANDS if f"## postroom {name}\n" not in commands] == []
    settings = generated.settings_page()
    wanted = [field.alias or name.upper() for name, field in Settings.model_fields.items()]
    assert [name for name in wanted if f"| `{name}` |" not in settings] == []
    assert "| `POSTROOM_DATA_DIR` | `.postroom` |" in settings


def scenarios() -> list[Path]:
    return sorted((checkout.ROOT / "agents").glob("*/scenarios/*.yaml"))


@pytest.mark.parametrize("path", scenarios(), ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_scenarios_that_we_read_are_valid_by_the_schema(path: Path) -> None:
    jsonschema.validate(_as_json(path.read_text(encoding="utf-8")), json.loads(generated.scenario_schema()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "x", "steps": [{"advance": "P2D"}], "then": {}},
        {"name": "x", "steps": [], "then": {}, "never_ever": []},
        {"name": "x", "steps": []},
    ],
)
def test_the_schema_refuses_what_we_would_refuse(wrong: dict[str, Any]) -> None:
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, json.loads(generated.scenario_schema()))


def _as_json(text: str) -> Any:
    return json.loads(json.dumps(yaml.safe_load(text), default=str))


def test_the_page_of_the_law_names_each_rule_and_says_that_it_is_no_legal_advice() -> None:
    page = generated.law_page()
    assert "**This is no legal advice.**" in page
    assert all(f"| `{row['name']}` |" in page for row in rows())
    unchecked = page.partition("## Not checked")[2]
    assert all((f"`{row['name']}`" in unchecked) == row["name"].startswith("law/") for row in rows())
    assert len({line.replace("\\|", "").count("|") for line in page.splitlines() if line.startswith("|")}) == 1
