"""Undo on the page."""

from __future__ import annotations

from typing import Any


def test_a_run_is_undone_by_its_button(console: Any) -> None:
    console.mail()
    (run,) = console.runtime.context.journal.runs_with_status("done")
    assert 'action="/undo"' in console.web.get(f"/threads/{run['thread_id']}").text
    assert console.post("/undo", run=run["run_id"]).status_code == 303
    console.runtime.drain()
    (move, *_) = reversed(console.runtime.context.journal.moves_of_thread(run["thread_id"]))
    assert (move["by"], move["state"]) == ("person", "new")


def test_a_run_that_is_unknown_is_not_undone(console: Any) -> None:
    answer = console.post("/undo", run="none")
    assert (answer.status_code, "is unknown" in answer.text) == (409, True)
