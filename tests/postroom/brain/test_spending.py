"""What a call costs, and that no day and no thread costs more than it may."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from claude_testing import NOW, Clock, question
from messages_api import REFUSED, Answer, MessagesApi, ok

from postroom.brain import BrainAway, BrainError, Question
from postroom.brain.calling import Request
from postroom.brain.claude import ClaudeBrain
from postroom.brain.prices import OURS, Usage, read_prices
from postroom.brain.spending import Purse
from postroom.database import open_database, sqlite_url
from postroom.runtime.ledger import CallLedger
from postroom.settings import Settings

Make = Callable[..., tuple[ClaudeBrain, CallLedger]]
DEFAULTS = Settings.model_fields
HAIKU = "claude-haiku-5-5"


def ask_until_refused(brain: ClaudeBrain, questions: Iterable[Question]) -> tuple[int, str]:
    """Return how many questions were answered before one was refused, and why it was."""
    for answered, asked in enumerate(questions):
        try:
            brain.answer(asked)
        except BrainError as error:
            return answered, str(error)
    raise AssertionError("no question was refused")


def test_a_call_costs_its_tokens_by_kind() -> None:
    usage = Usage(input=1_000, output=100, cache_write=10_000, cache_read=20_000)
    price = read_prices().of(HAIKU)
    assert price is not None
    expected = 1_000 * price.input + 100 * price.output + 10_000 * price.cache_write + 20_000 * price.cache_read
    assert price.cost(usage) == pytest.approx(expected / 1_000_000)


def test_a_long_prompt_makes_all_of_it_dearer() -> None:
    price = read_prices().of(HAIKU)
    assert price is not None
    assert price.long_prompt is not None
    at, beyond = Usage(input=price.long_prompt), Usage(input=price.long_prompt + 1)
    assert price.cost(beyond) > 4.9 * price.cost(at)


def test_a_snapshot_costs_what_its_model_does_and_an_unknown_model_what_the_dearest_one_does() -> None:
    prices, usage = read_prices(), Usage(input=1_000, output=1_000)
    assert prices.cost(f"{HAIKU}-20261007", usage) == prices.cost(HAIKU, usage)
    assert prices.of("somebody-elses") is None
    assert prices.cost("somebody-elses", usage) == max(price.cost(usage) for price in prices.models.values())


def test_the_default_models_have_a_price_and_the_file_says_how_old_it_is() -> None:
    prices = read_prices()
    assert prices.of(DEFAULTS["model_small"].default)
    assert prices.of(DEFAULTS["model_large"].default)
    assert (prices.as_of.year, prices.checked) == (2026, False)


def test_a_price_file_of_ones_own_goes_before_ours(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        'as_of = 2027-01-01\nsource = "our contract"\nchecked = true\n'
        f"[models.{HAIKU}]\ninput = 7\noutput = 7\ncache_write = 7\ncache_read = 7\n"
    )
    prices = read_prices(path)
    assert prices.cost(HAIKU, Usage(input=1_000_000)) == 7
    assert prices.of("claude-sonnet-5-5") == read_prices().of("claude-sonnet-5-5")
    assert str(prices) == "prices as of 2027-01-01, checked"


@pytest.mark.parametrize("figure", ["long_factor = -5.0", "long_factor = nan", "output = inf", "long_prompt = -1"])
def test_a_price_that_would_give_money_back_or_is_no_number_is_refused(tmp_path: Path, figure: str) -> None:
    price = {"input": "1", "output": "1", "cache_write": "1", "cache_read": "1"} | dict([figure.split(" = ")])
    path = tmp_path / "mine.toml"
    lines = "\n".join(f"{name} = {value}" for name, value in price.items())
    path.write_text(f'as_of = 2027-01-01\nsource = "x"\nchecked = true\n[models.{HAIKU}]\n{lines}\n')
    with pytest.raises(BrainError, match=f"mine\\.toml is wrong: (.|\n)*{figure.split(' = ')[0]}"):
        read_prices(path)


@pytest.mark.parametrize(
    "content", ["nonsense", "as_of = 2027-01-01", "a = " + "[" * 5_000, OURS.read_text() + "\n[models.x]\ninput = -1\n"]
)
def test_a_wrong_price_file_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "mine.toml"
    with pytest.raises(BrainError, match=r"mine\.toml cannot be read: No such file or directory; see POSTROOM_PRICES"):
        read_prices(path)
    path.write_text(content)
    with pytest.raises(BrainError, match=r"mine\.toml is wrong: "):
        read_prices(path)


def test_the_days_cap_holds_and_the_next_day_begins_anew(api: MessagesApi, claude: Make, folder: Path) -> None:
    clock = Clock()
    brain, ledger = claude(day_usd=0.005, clock=clock)
    api.answer = lambda _body: ok(topic="returns")
    answered, reason = ask_until_refused(brain, (question(folder, "hello", thread_id=f"t{n}") for n in range(1_000)))
    assert re.search(r"USD are spent today \(UTC\), .* POSTROOM_SPEND_DAY_USD allows 0\.005", reason)
    assert answered > 0
    assert 0 < sum(row["cost_usd"] for row in ledger.rows()) <= 0.005
    assert len(api.requests) == len(ledger.rows()) == answered
    clock.at = NOW.replace(hour=23, minute=59)
    with pytest.raises(BrainError, match="POSTROOM_SPEND_DAY_USD"):
        brain.answer(question(folder, "hello", thread_id="late"))
    clock.at += timedelta(minutes=1)
    assert brain.answer(question(folder, "hello", thread_id="next day")).value


def test_the_threads_cap_holds_on_that_thread_alone_and_for_ever(api: MessagesApi, claude: Make, folder: Path) -> None:
    clock = Clock()
    brain, _ = claude(thread_usd=0.004, clock=clock)
    api.answer = lambda _body: ok(topic="returns")
    answered, reason = ask_until_refused(brain, (question(folder, "hello") for _ in range(1_000)))
    assert re.search(r"spent on this thread, .* POSTROOM_SPEND_THREAD_USD allows 0\.004", reason)
    assert answered > 0
    clock.at += timedelta(days=30)
    with pytest.raises(BrainError, match="POSTROOM_SPEND_THREAD_USD"):
        brain.answer(question(folder, "hello"))
    assert brain.answer(question(folder, "hello", thread_id="other")).value


def test_a_call_is_booked_with_its_schema(folder: Path, api: MessagesApi, claude: Make) -> None:
    brain, _ = claude()
    api.script = [ok(topic="returns")]
    brain.answer(question(folder, "hello"))
    (sent,) = api.requests
    request = Request(sent["model"], sent["max_tokens"], sent["system"], sent["messages"], {})
    with_schema = replace(request, schema=sent["output_config"]["format"]["schema"])
    assert with_schema.most().prompt - request.most().prompt >= len(json.dumps(with_schema.schema)) / 3 - 1


def test_a_call_is_booked_at_its_most_where_a_server_keeps_no_cache_and_writes_to_it_cost_nothing(
    api: MessagesApi, claude: Make, folder: Path
) -> None:
    free = read_prices().models["claude-fable-5-1"].model_copy(update={"cache_write": 0.0, "output": 0.0})
    brain, ledger = claude(prices=read_prices().model_copy(update={"models": {HAIKU: free}}))
    api.script = [Answer(drop=True)] * 3
    with pytest.raises(BrainAway):
        brain.answer(question(folder, "hello"))
    assert all(row["cost_usd"] > 0 for row in ledger.rows())


def test_failed_tries_count_too(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude()
    api.script = [ok(topic="weather"), ok(topic="weather"), REFUSED]
    for _ in range(2):
        with pytest.raises(BrainError):
            brain.answer(question(folder, "hello"))
    assert len(ledger.rows()) == 3
    assert ledger.spent_on("t1") == pytest.approx(sum(row["cost_usd"] for row in ledger.rows()))
    assert all(row["cost_usd"] > 0 for row in ledger.rows())


def test_a_cap_of_nothing_lets_nothing_through(api: MessagesApi, claude: Make, folder: Path) -> None:
    brain, ledger = claude(day_usd=0)
    with pytest.raises(BrainError, match="POSTROOM_SPEND_DAY_USD allows 0"):
        brain.answer(question(folder, "hello"))
    assert ledger.rows() == []
    assert api.requests == []


def test_a_model_without_a_price_is_said_to_have_none(api: MessagesApi, claude: Make, folder: Path) -> None:
    prices = read_prices()
    dear = prices.model_copy(update={"models": {"dear": prices.models["claude-fable-5-1"]}})
    brain, ledger = claude(prices=dear)
    api.script = [ok(topic="returns")]
    answered = brain.answer(question(folder, "hello"))
    assert not answered.cost_known
    assert answered.why["price"] == f"none on file for {HAIKU}; counted as the dearest model known"
    assert answered.cost_usd == ledger.rows()[0]["cost_usd"] > 0


def test_several_at_once_may_open_a_new_ledger(tmp_path: Path) -> None:
    database, start = open_database(sqlite_url(tmp_path / "calls.db")), threading.Barrier(8)

    def open_ledger(_number: int) -> int:
        start.wait()
        return len(CallLedger(database).rows())

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(open_ledger, range(8))) == [0] * 8
    database.dispose()


def test_calls_at_once_cannot_share_what_is_left_of_a_cap(tmp_path: Path) -> None:
    database = open_database(sqlite_url(tmp_path / "calls.db"))
    most, prices = Usage(output=1_000), read_prices()
    purse = Purse(CallLedger(database), Clock(), prices, day_usd=3.5 * prices.cost(HAIKU, most), thread_usd=9)
    asked = question(tmp_path, "hello")

    def take(_number: int) -> Any:
        try:
            return purse.take(asked, HAIKU, most)
        except BrainError as error:
            return error

    with ThreadPoolExecutor(8) as pool:
        taken = [got for got in pool.map(take, range(16)) if isinstance(got, int)]
    assert len(taken) <= 3
    assert len(CallLedger(database).rows()) == len(taken)
    database.dispose()
