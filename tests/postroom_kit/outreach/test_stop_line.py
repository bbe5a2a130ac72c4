"""A campaign stops by itself above 4 % bounces and 0.1 % complaints, once the numbers can say so."""

from __future__ import annotations

import pytest

from postroom_kit.outreach import stop_line


@pytest.mark.parametrize(
    ("sent", "bounced", "complained", "stops"),
    [
        (0, 0, 0, False),
        (1, 1, 1, False),
        (49, 4, 0, False),
        (50, 2, 0, False),
        (50, 3, 0, True),
        (6, 5, 0, True),
        (1000, 40, 0, False),
        (1000, 41, 0, True),
        (199, 0, 1, False),
        (200, 0, 1, True),
        (20, 0, 2, True),
        (1000, 0, 1, False),
        (2000, 0, 2, False),
        (2000, 0, 3, True),
    ],
)
def test_it_stops_above_its_lines_and_not_on_them(sent: int, bounced: int, complained: int, stops: bool) -> None:
    assert (stop_line(sent, bounced, complained) is not None) is stops


def test_the_reason_names_the_numbers() -> None:
    assert stop_line(1000, 41, 0) == "41 of 1000 mails bounced, more than 4.0%"
    assert stop_line(1000, 41, 2) == "2 of 1000 mails complained, more than 0.1%"


def test_numbers_below_zero_are_refused() -> None:
    with pytest.raises(ValueError, match="less than 0"):
        stop_line(10, -1, 0)
