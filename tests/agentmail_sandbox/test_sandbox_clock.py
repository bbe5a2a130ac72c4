from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from agentmail import AgentMail
from hypothesis import given
from hypothesis import strategies as st

from agentmail_sandbox import Sandbox
from agentmail_sandbox.clock import moment, stamp


def test_the_clock_runs_with_the_wall_clock(sandbox: Sandbox) -> None:
    assert abs(sandbox.clock.now() - datetime.now(UTC)) < timedelta(seconds=1)


def test_messages_carry_the_moved_time(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    sandbox.clock.set(datetime(2100, 1, 1, 9, tzinfo=UTC))
    received = sandbox.post_mail("ada@example.com", support, "x", "y")
    assert client.inboxes.messages.get(support, received.message_id).timestamp.year == 2100


def test_a_new_sandbox_may_start_at_a_chosen_time_and_keeps_it(tmp_path: Path) -> None:
    start = datetime(2020, 2, 29, 9, tzinfo=UTC)
    for _ in range(2):
        sandbox = Sandbox(tmp_path, start=start)
        assert timedelta(0) <= sandbox.clock.now() - start < timedelta(seconds=30)
        sandbox.clock.advance(timedelta(seconds=1))
        sandbox.close()


def test_the_clock_never_goes_back(sandbox: Sandbox) -> None:
    now = sandbox.clock.now()
    with pytest.raises(ValueError, match="cannot go back"):
        sandbox.clock.set(now - timedelta(seconds=1))
    with pytest.raises(ValueError, match="cannot go back"):
        sandbox.clock.advance(timedelta(seconds=-1))
    with pytest.raises(ValueError, match="time zone"):
        sandbox.clock.set(datetime(2100, 1, 1))  # noqa: DTZ001
    assert sandbox.clock.now() >= now


def test_moves_from_several_threads_add_up(sandbox: Sandbox) -> None:
    before = sandbox.clock.now()
    with ThreadPoolExecutor(4) as callers:
        list(callers.map(sandbox.clock.advance, [timedelta(minutes=1)] * 40))
    assert timedelta(minutes=40) <= sandbox.clock.now() - before < timedelta(minutes=40, seconds=30)


def test_at_the_end_of_the_calendar_it_stands_still(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    end = datetime.max.replace(tzinfo=UTC)
    sandbox.clock.set(end)
    assert end - timedelta(milliseconds=1) < sandbox.clock.now() <= end
    sandbox.post_mail("ada@example.com", support, "x", "y")
    assert client.metrics.query_events()["message.received"][-1].count == 1
    assert client.metrics.query_rates()["bounce"][-1].sent == 0


def test_reaching_a_time_that_is_past_leaves_the_clock_alone(sandbox: Sandbox) -> None:
    before = sandbox.clock.now()
    sandbox.clock.reach(before - timedelta(days=1))
    assert timedelta(0) <= sandbox.clock.now() - before < timedelta(seconds=30)
    sandbox.clock.reach(before + timedelta(days=1))
    assert timedelta(days=1) <= sandbox.clock.now() - before < timedelta(days=1, seconds=30)


def test_a_restart_keeps_the_moved_time(tmp_path: Path) -> None:
    first = Sandbox(tmp_path)
    first.clock.advance(timedelta(days=400))
    first.close()
    second = Sandbox(tmp_path)
    assert second.clock.now() - datetime.now(UTC) > timedelta(days=399)
    second.close()


ZONES = st.sampled_from([UTC, ZoneInfo("Europe/Berlin"), ZoneInfo("America/New_York")])


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(9000, 1, 1), timezones=ZONES))  # noqa: DTZ001
def test_stored_times_sort_as_text_and_read_back(when: datetime) -> None:
    assert abs(moment(stamp(when)) - when) < timedelta(milliseconds=1)
    later = when.astimezone(UTC) + timedelta(milliseconds=1)
    assert stamp(when) < stamp(later)
