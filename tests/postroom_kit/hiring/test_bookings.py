"""What somebody with an interview wishes, and that a time goes to one of those it was kept for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from postroom_kit.hiring import bookings
from postroom_kit.hiring.bookings import Interview
from postroom_kit.hiring.diary import Taken
from postroom_kit.hiring.invitations import Guest
from postroom_kit.hiring.wishes import wish


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Something came up, can we find another time?", "move"),
        ("Ich muss den Termin leider verschieben.", "move"),
        ("I can't make it on Thursday.", "move"),
        ("I have accepted another offer.", "withdraw"),
        ("I'm no longer interested.", "withdraw"),
        ("Hiermit ziehe ich meine Bewerbung zurück.", "withdraw"),
        ("I withdraw unless we can find another time.", ""),
        ("Thanks, see you then!", "fine"),
        ("Great, looking forward to it.", "fine"),
        ("Danke, bis dann!", "fine"),
        ("Thanks, but where do I have to go?", ""),
        ("Thanks. Not sure I can make it.", ""),
        ("Who will be there?", ""),
        ("", ""),
    ],
)
def test_what_a_mail_about_an_appointment_wishes(text: str, meant: str) -> None:
    assert wish(text) == meant


NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
HOURS = {"zone": "Europe/Berlin", "week": {"tue": ["09:00-17:00"], "thu": ["09:00-17:00"]}}
PANEL = [{"address": "jana@larkmere.example", "name": "Jana", "hours": HOURS}]


def test_a_kept_time_that_went_to_another_is_known_before_it_is_booked(tmp_path: Path) -> None:
    path, now = str(tmp_path / "d.db"), NOW.isoformat()
    ana = Interview("ana", "Interview", 45, PANEL, Guest("ana@example.com"), Guest("r@larkmere.example"))
    rows = bookings.free_times(**ana.asked(Path(path), NOW))
    bookings.hold("op", path, "ana", rows, (NOW + timedelta(days=4)).isoformat(), now)
    assert bookings.is_free(path, "ana", rows[0], now)
    assert not bookings.is_free(path, "ben", rows[0], now)
    later = (NOW + timedelta(days=5)).isoformat()
    assert not bookings.is_free(path, "ana", rows[0], later)  # it is past by then
    bookings.book("op", path, "ben", rows[-1], 0, later)
    assert not bookings.is_free(path, "ana", rows[-1], later)
    with pytest.raises(Taken):
        bookings.book("op", path, "ana", rows[-1], 0, later)


def test_times_offered_once_are_not_offered_again(tmp_path: Path) -> None:
    path, now = str(tmp_path / "d.db"), NOW.isoformat()
    ana = Interview(
        "ana", "Interview", 45, PANEL, Guest("ana@example.com"), Guest("r@larkmere.example"), ZoneInfo("Asia/Tokyo")
    )
    first = bookings.free_times(**ana.asked(Path(path), NOW))
    bookings.hold("op", path, "ana", first, (NOW + timedelta(days=4)).isoformat(), now)
    again = bookings.free_times(**ana.asked(Path(path), NOW))
    assert first
    assert not {row["start"] for row in first} & {row["start"] for row in again}
    assert all("Asia/Tokyo" in ana.when(row) for row in first)
