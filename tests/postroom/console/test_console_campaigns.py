"""The pages of campaigns: how far each is, each of its people, and the same as CSV."""

from __future__ import annotations

from typing import Any

import pytest
from campaign_desk import ANA
from flask import Flask

from postroom.console import console_blueprint


def page(here: Any) -> Any:
    app = Flask("page")
    app.register_blueprint(console_blueprint(here.runtime, here.sandbox))
    return app.test_client()


def test_the_page_of_an_agent_tells_how_far_its_campaigns_are(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,\nbo@firm.test,Nobody,,,")
    here.go(minutes=1)

    shown = page(here).get("/agents/caller").text
    assert "/agents/caller/campaigns/spring" in shown
    assert "1 called, 1 refused" in " ".join(shown.split())
    assert "<b>1 thread</b>" in shown  # on which two mails are planned


def test_a_campaign_shows_each_person_with_thread_next_mail_and_reason(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},<b>Ana,,,\nbo@firm.test,Nobody,,,\ncy@firm.test,Unknown,,,")
    here.go(minutes=1)
    here.runtime.context.journal.switch_off("campaign:caller/spring", "a wrong price", here.runtime.clock.now())

    shown = page(here).get("/agents/caller/campaigns/spring").text
    assert here.standing()[ANA].thread_id in shown
    assert "the agent left it out<" in shown
    assert "the agent left it out: nothing is known of &lt;them&gt;" in shown
    assert "a wrong price" in shown
    assert "<time datetime=" in shown


def test_a_campaign_is_handed_out_as_csv(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    answer = page(here).get("/agents/caller/campaigns/spring.csv")

    assert answer.mimetype == "text/csv"
    assert ANA in answer.text


@pytest.mark.parametrize("path", ["/agents/caller/campaigns/none", "/agents/nobody/campaigns/spring"])
def test_a_campaign_that_is_not_there_is_said_so(called: Any, path: str) -> None:
    assert page(called()).get(path).status_code == 404
