"""What is taken for what, as a table."""

from __future__ import annotations

from postroom_bench.measure_choices import Judged, by_confidence, confusion

JUDGED = [Judged("yes", "yes", 0.9), Judged("yes", "no", 0.55), Judged("no", "no", 0.95)]


def test_rows_are_what_mails_are_and_columns_what_they_were_taken_for() -> None:
    head, no, yes = (line.split() for line in confusion(JUDGED))
    assert head == ["no", "yes"]
    assert no == ["no", "1", "."]
    assert yes == ["yes", "1", "1"]


def test_the_surer_the_fewer_and_the_wrong_ones_are_counted() -> None:
    lines = list(by_confidence(JUDGED))
    assert lines[0] == "from 0.0 on: 3 of 3 decided, 1 wrongly"
    assert lines[2] == "from 0.6 on: 2 of 3 decided, 0 wrongly"
