"""Which runs a death of the process counts against, and in what order suspects go on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from mail_wire import until

from postroom.database import open_database, sqlite_url
from postroom.runtime.suspects import GIVEN_UP_AFTER, Stopping, Suspects

Start = Callable[[dict[str, int]], Suspects]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Return a function that starts a process anew, those runs having been under way when the last one died."""
    database = open_database(sqlite_url(tmp_path / "engine.db"))

    def begin(interrupted: dict[str, int], unfinished: tuple[str, ...] = ()) -> Suspects:
        suspects = Suspects(database)
        suspects.count(interrupted, unfinished)
        return suspects

    return begin


def deaths_of(suspects: Suspects, run: str) -> int:
    with suspects.turn(run) as deaths:
        return deaths


def die_in_turn(suspects: Suspects, run: str) -> None:
    with pytest.raises(KeyboardInterrupt), suspects.turn(run):
        raise KeyboardInterrupt


def test_a_run_that_records_a_step_between_two_deaths_is_no_suspect(start: Start) -> None:
    for steps in range(8):
        suspects = start({"slow": steps, "stuck": 1})
        die_in_turn(suspects, "stuck")
    assert deaths_of(suspects, "slow") == 1
    assert deaths_of(suspects, "stuck") == GIVEN_UP_AFTER


def test_a_run_that_ends_has_no_deaths_any_more(start: Start) -> None:
    suspects = start({"a": 1})
    assert deaths_of(suspects, "a") == 1
    assert (deaths_of(suspects, "a"), suspects.known()) == (0, [])


def test_a_death_counts_only_against_the_suspect_whose_turn_it_was(start: Start) -> None:
    start({"a": 1, "b": 1})
    suspects = start({"a": 1, "b": 1})
    die_in_turn(suspects, "a")
    suspects = start({"a": 1, "b": 1})
    ran: list[tuple[str, int]] = []

    def go(run: str) -> None:
        with suspects.turn(run) as deaths:
            ran.append((run, deaths))

    threads = [threading.Thread(target=go, args=(run,)) for run in ("a", "b")]
    threads[0].start()
    until(lambda: "a" in suspects._waiting)
    threads[1].start()
    for thread in threads:
        thread.join(10)
    assert ran == [("b", 2), ("a", 3)]


def test_a_suspect_that_waits_for_its_turn_ends_when_the_engine_stops(start: Start) -> None:
    start({"a": 1, "b": 1})
    suspects = start({"a": 1, "b": 1})
    suspects.stop()
    with pytest.raises(Stopping), suspects.turn("b"):
        pytest.fail("it must not begin")


def test_the_deaths_of_a_run_that_is_over_elsewhere_are_forgotten(start: Start) -> None:
    start({"a": 1, "b": 1})
    assert start({}, ("b",)).known() == ["b"]  # type: ignore[call-arg]
