"""Reports by mail that tell of a mail of ours count it as bounced, once."""

from __future__ import annotations

import pytest
from test_notices import ANA, BOB, REPORT, Desk, desk, report, reported

__all__ = ["desk"]


@pytest.mark.parametrize(
    ("status", "action", "recipient", "counted"),
    [
        ("5.1.1", "failed", ANA, 1),
        ("5.2.2", "failed", ANA, 1),
        ("4.4.1", "delayed", ANA, 0),
        ("5.1.1", "failed", BOB, 0),
    ],
)
def test_a_mail_of_ours_that_a_report_tells_of_as_failed_counts_once_as_bounced(
    desk: Desk, status: str, action: str, recipient: str, counted: int
) -> None:
    desk.ask(BOB)
    ours = desk.ask(ANA).message_id
    for _ in range(2):
        desk.raw(report(ours, recipient, status=status, action=action), REPORT)
    assert reported(desk) == [("bounce", ours)] * counted
