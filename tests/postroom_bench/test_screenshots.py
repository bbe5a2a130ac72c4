"""The pictures of the page: what they show comes from scenarios, and each one made is shown somewhere."""

from __future__ import annotations

import pytest

from postroom.console.first_mails import first_mail
from postroom_bench import page_speed, screenshots
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


def test_the_weight_of_a_page_is_all_that_a_load_of_it_fetches(monkeypatch: pytest.MonkeyPatch) -> None:
    html = b'<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/a.css"><script defer src="/a.js"></script>'
    served = {"http://x/overview": html, "http://x/a.css": b"c" * 1000, "http://x/a.js": b"j" * 100}
    monkeypatch.setattr(page_speed, "_fetch", served.__getitem__)
    assert page_speed.weight("http://x/overview").startswith(f"{len(html)} HTML + 1,000 CSS + 100 JS = 1,206; ")
