"""The pictures of the page: what they show comes from scenarios, and each one made is shown somewhere."""

from __future__ import annotations

import pytest

from postroom.console.first_mails import first_mail
from postroom_bench import screenshots
from postroom_bench.checkout import ROOT


@pytest.mark.parametrize("key", [*screenshots.NIGHT, *screenshots.PLAYED])
def test_each_scenario_that_is_played_begins_with_a_mail(key: str) -> None:
    assert first_mail(ROOT / "agents/support_agent", key) is not None


def test_each_picture_is_there_and_shown() -> None:
    told = (ROOT / "docs/page.md").read_text()
    names = [f"{name}{kind}.png" for name in screenshots.pictures("t") for kind in screenshots.SCREENS]
    assert len(names) == 8
    for name in names:
        assert f"]({name})" in told
        assert (ROOT / "docs" / name).read_bytes().startswith(b"\x89PNG")
