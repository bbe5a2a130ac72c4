"""`postroom doctor --live`, asked of the sandbox: it answers as the table says, and nothing is left behind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from agentmail_sandbox import Sandbox
from postroom.cli import group
from postroom.doctor.live import Answer, page
from postroom.doctor.probes import MOST_MAILS, PROBES, Probe, Trial

SHIPPED = Path(__file__).parents[3] / "docs" / "live-check.md"


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Sandbox]:
    made = Sandbox()
    made.serve(0, 0, 0)
    monkeypatch.setenv("AGENTMAIL_BASE_URL", str(made.base_url))
    monkeypatch.setenv("AGENTMAIL_API_KEY", made.api_key)
    monkeypatch.chdir(tmp_path)
    yield made
    made.close()


def ask() -> Result:
    return CliRunner().invoke(group, ["doctor", "--live"])


def test_the_sandbox_answers_as_the_table_says_and_keeps_no_inbox(served: Sandbox, tmp_path: Path) -> None:
    result = ask()
    assert result.exit_code == 0, result.output
    rows = (tmp_path / "docs" / "live-check.md").read_text().splitlines()
    assert [row for row in rows if "differs" in row] == []
    assert sum(row.endswith("| same |") for row in rows) == len(PROBES)
    assert f"Asked of {served.base_url}" in "\n".join(rows)
    assert served.client().inboxes.list().count == 0


def test_a_question_that_fails_is_an_answer_and_the_inbox_goes_all_the_same(served: Sandbox) -> None:
    served.chaos.fail(r"POST /v0/inboxes/[^/]+/drafts$", status=400, code="bad_request", times=99)
    result = ask()
    assert result.exit_code == 0
    assert (
        "differs  a client_id once its draft was deleted: could not be asked: AgentMail answered 400" in result.output
    )
    assert served.client().inboxes.list().count == 0


def test_no_more_mails_leave_than_promised(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    def flood(trial: Trial) -> str:
        while True:
            trial.send("One more")

    monkeypatch.setattr("postroom.doctor.live.PROBES", [Probe("a flood", "none", flood)])
    assert f"would send more than {MOST_MAILS} mails" in ask().output


def test_without_a_key_it_says_what_to_set(served: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AGENTMAIL_API_KEY")
    result = ask()
    assert result.exit_code == 1
    assert "set AGENTMAIL_API_KEY" in result.output


def test_the_page_that_is_shipped_asks_what_the_code_asks() -> None:
    assert SHIPPED.read_text(encoding="utf-8") == page(map(Answer, PROBES), "Not yet run.")
