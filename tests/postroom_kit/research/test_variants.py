"""Rates beside targets, and when two texts may be compared."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.research import compare, funnel, rate
from postroom_kit.research.variants import needed_for


def test_wilson_intervals_are_those_of_the_books() -> None:
    found = rate(10, 100)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0552, 0.1744)
    assert str(found) == "10 of 100, 10.0 % (6–17 %)"
    assert str(rate(0, 0)) == "none yet"


@given(st.integers(0, 500), st.integers(0, 500))
def test_an_interval_holds_the_share_seen(hits: int, more: int) -> None:
    found = rate(hits, hits + more)
    assert 0 <= found.low <= found.high <= 1
    assert found.share is None or found.low <= found.share <= found.high


@pytest.mark.parametrize("counts", [(-1, 3), (4, 3)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="cannot be"):
        rate(*counts)


def test_a_rate_is_put_beside_its_target_only_where_the_interval_tells() -> None:
    assert rate(1, 10).beside(0.05, 0.15) == "too few to tell"
    assert rate(2, 400).beside(0.05, 0.15) == "below"
    assert rate(100, 400).beside(0.05, 0.15) == "above"
    assert rate(100, 1000).beside(0.05, 0.15) == "within"


def test_a_funnel_says_what_is_not_tracked() -> None:
    lines = funnel(400, None, 40, 12, 3).lines()
    assert lines[0] == "open: not tracked"
    assert lines[1].startswith("reply: 40 of 400, 10.0 % (7–13 %), target 5–15 %: within")
    assert lines[3].startswith("unsubscribe: 3 of 400")


def test_the_size_needed_is_that_of_the_usual_formula() -> None:
    assert needed_for(0.10, 0.05) == 686
    assert needed_for(0.05, 0.05) == 435
    with pytest.raises(ValueError, match="between"):
        needed_for(0.1, 0)


def test_below_the_detectable_size_nothing_is_concluded_whatever_it_looks_like() -> None:
    found = compare({"a": (0, 60), "b": (30, 60)})
    assert found.better is None
    assert found.verdict.startswith("too early")
    assert "60 are there" in found.verdict


def test_a_clear_difference_at_size_is_told_and_a_small_one_is_not() -> None:
    assert compare({"a": (40, 1000), "b": (120, 1000)}).better == "b"
    found = compare({"a": (100, 1000), "b": (110, 1000)})
    assert found.better is None
    assert "chance" in found.verdict


def test_more_variants_need_more_and_the_best_must_beat_each() -> None:
    assert compare({"a": (40, 1000), "b": (120, 1000), "c": (121, 1000)}).better is None
    assert compare({"a": (1, 2)}).verdict == "there is one variant alone: nothing to compare"
    assert compare({}).better is None


@given(st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=4))
def test_a_better_variant_is_the_best_and_each_had_enough(counts: list[tuple[int, int]]) -> None:
    found = compare({str(number): (hits, hits + more) for number, (hits, more) in enumerate(counts)})
    if found.better is not None:
        assert all(each.trials >= found.needed for each in found.rates.values())
        shares = [each.share or 0 for each in found.rates.values()]
        assert found.rates[found.better].share == max(shares)
