"""The four-fifths report: right ratios, no verdict from small numbers, and no answer where nobody said anything."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postroom_kit.hiring.fair import CANNOT_TELL, four_fifths
from postroom_kit.hiring.fair import fisher as by_chance

STAGES = ("answered", "interview", "offer")


def people(**groups: tuple[int, int]) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """Return who came how far and who they are: of each group how many, and how many of these came to an interview."""
    reached, said = {}, {}
    for group, (everyone, came_on) in groups.items():
        for number in range(everyone):
            reached[f"{group}{number}"] = "interview" if number < came_on else "answered"
            said[f"{group}{number}"] = {"sex": group}
    return reached, said


def test_a_rate_below_four_fifths_of_the_highest_is_named() -> None:
    report = four_fifths(*people(women=(100, 30), men=(100, 50)), STAGES)
    women = next(rate for rate in report.rates if rate.group == "women" and rate.stage == "answered to interview")
    assert (women.ratio, women.below, women.small) == (Fraction(3, 5), True, False)
    assert "30 of 100 (30%), 0.60 of the highest rate; BELOW FOUR FIFTHS" in report.lines()[1]


def test_four_fifths_exactly_are_not_below() -> None:
    report = four_fifths(*people(women=(100, 40), men=(100, 50)), STAGES)
    assert not any(rate.below for rate in report.rates)


def test_small_numbers_are_marked_as_such() -> None:
    report = four_fifths(*people(women=(5, 1), men=(6, 3)), STAGES)
    assert all(rate.small for rate in report.rates)
    assert "small numbers prove nothing" in report.lines()[0]


def test_a_group_of_less_than_two_percent_has_no_ratio() -> None:
    report = four_fifths(*people(women=(100, 40), men=(100, 50), others=(1, 0)), STAGES)
    assert next(rate for rate in report.rates if rate.group == "others").ratio is None


def test_without_what_people_said_of_themselves_nobody_can_tell() -> None:
    reached, _ = people(women=(10, 1))
    assert four_fifths(reached, {}, STAGES).lines() == [CANNOT_TELL]
    assert four_fifths({}, {}, STAGES).lines() == [CANNOT_TELL]
    few = four_fifths(reached, {"women0": {"sex": "women"}}, STAGES)
    assert few.lines() == ["sex: cannot tell, 1 of 10 people said it of themselves"]


def test_one_group_alone_has_nobody_to_be_compared_with() -> None:
    assert all(rate.ratio is None for rate in four_fifths(*people(women=(50, 10)), STAGES).rates)
    assert all(rate.ratio is None for rate in four_fifths(*people(women=(50, 0), men=(50, 0)), STAGES).rates)


@pytest.mark.parametrize(
    ("table", "chance"),
    [((3, 4, 1, 4), 0.4857), ((1, 10, 11, 14), 0.0028), ((30, 100, 50, 100), 0.0060), ((5, 10, 5, 10), 1.0)],
)
def test_chance_is_that_of_fishers_test(table: tuple[int, int, int, int], chance: float) -> None:
    assert by_chance(*table) == pytest.approx(chance, abs=1e-4)


@given(
    st.dictionaries(st.sampled_from("abcd"), st.tuples(st.integers(1, 60), st.integers(0, 60)), min_size=1).map(
        lambda groups: {name: (max(pair), min(pair)) for name, pair in groups.items()}
    )
)
def test_ratios_are_of_the_highest_and_never_above_it(groups: dict[str, tuple[int, int]]) -> None:
    report = four_fifths(*people(**groups), STAGES)
    assert report.lines()
    for rate in report.rates:
        assert rate.ratio is None or 0 <= rate.ratio <= 1
        assert 0 <= rate.chance <= 1.0000001


def test_who_is_under_way_is_no_refusal() -> None:
    reached, said = people(women=(10, 5), men=(10, 5))
    stopped = {person for person, stage in reached.items() if stage == "answered"}
    report = four_fifths(reached, said, STAGES, stopped)
    assert [rate.stage for rate in report.rates] == ["answered to interview"] * 2
    assert {(rate.considered, rate.came_on) for rate in report.rates} == {(10, 5)}
