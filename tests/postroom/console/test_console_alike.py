"""Many mails of a campaign that wait alike: one review mail a day, shown as one, one yes for all as they stood."""

from __future__ import annotations

import re
from typing import Any

import pytest
from campaign_desk import CALLER
from click.testing import CliRunner
from flask import Flask

from postroom.cli import approving
from postroom.console import console_blueprint
from postroom.operator_api import operator_blueprint

PEOPLE = [f"p{number}@firm{number}.test" for number in range(7)]
TEAM = "team@example.com"


@pytest.fixture
def here(called: Any) -> Any:
    """Seven people whose first mail is shouted, and waits."""
    desk = called()
    desk.take_in("\n".join(f"{person},P,,,true" for person in PEOPLE))
    desk.go(minutes=2)
    return desk


def web(here: Any) -> Any:
    app = Flask("page")
    app.register_blueprint(console_blueprint(here.runtime, here.sandbox))
    app.register_blueprint(operator_blueprint(here.runtime, "token"))
    return app.test_client()


def text(page: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page.get("/approvals").text).split())


def approve_all(page: Any, **more: str) -> Any:
    shown = page.get("/approvals").text
    (token, *_) = re.findall(r'name="token" value="([^"]+)"', shown)
    cases = re.findall(r'name="case" value="([^"]+:[^"]+)"', shown)
    return page.post("/approvals/alike", data={"token": token, "back": "/", "case": cases, **more})


def to_people(here: Any) -> list[Any]:
    people = next(iter(here.runtime.context.people))
    return [mail for mail in here.sandbox.outbox(people) if "approve?" in (mail.subject or "")]


def left(here: Any) -> list[str]:
    return [person for person in PEOPLE if here.mails(person)]


def test_our_people_get_one_review_mail_a_day_for_all_of_them(here: Any) -> None:
    assert len(here.waiting()) == 7
    assert len(to_people(here)) == 1
    assert "--alike" in to_people(here)[0].text
    here.go(days=1, hours=1)
    assert len(to_people(here)) == 2


def test_what_two_people_must_approve_is_asked_for_mail_by_mail(called: Any) -> None:
    desk = called()
    agent = desk.runtime.context.posts["caller"].agent
    agent.two_people = frozenset({"hold/shouts"})
    desk.take_in("\n".join(f"{person},P,,,true" for person in PEOPLE))
    desk.go(minutes=2)
    assert len(to_people(desk)) == len(PEOPLE)
    assert "alike" not in text(web(desk))


def test_after_one_was_answered_alone_the_next_is_asked_for_the_day_after(here: Any) -> None:
    asked = next(row for row in here.waiting() if row["asked"])
    page = web(here)
    (token, *_) = re.findall(r'name="token" value="([^"]+)"', page.get("/approvals").text)
    form = {"token": token, "case": asked["token"], "content": asked["content"], "wish": "approve", "back": "/"}
    assert page.post("/approvals", data=form).status_code == 303
    here.runtime.run_due()
    assert len(left(here)) == 1
    here.go(days=1, hours=1)
    assert len(to_people(here)) == 2


def test_the_page_shows_samples_and_everybody_it_would_go_to(here: Any) -> None:
    words = text(web(here))
    assert "7 alike wait: it is shouted" in words
    assert all(person in words for person in PEOPLE)
    assert words.count("A question about your roof") == 3


def test_one_yes_lets_all_of_them_leave(here: Any) -> None:
    assert approve_all(web(here), sure="yes").status_code == 303
    here.runtime.run_due()
    assert left(here) == PEOPLE
    assert all(len(here.mails(person)) == 1 for person in PEOPLE)
    assert not here.waiting()
    assert "Nothing waits" in text(web(here))


def test_without_a_word_that_the_samples_were_seen_nothing_leaves(here: Any) -> None:
    assert approve_all(web(here)).status_code == 400
    here.runtime.run_due()
    assert left(here) == []


def test_what_was_changed_in_agentmail_meanwhile_waits_still(here: Any) -> None:
    changed = next(draft for draft in here.drafts() if draft.to == [PEOPLE[3]])
    here.sandbox.client().inboxes.drafts.update(CALLER, changed.draft_id, text="Pay at once!")
    approve_all(web(here), sure="yes")
    here.runtime.run_due()
    assert left(here) == [person for person in PEOPLE if person != PEOPLE[3]]
    (row,) = here.waiting()
    assert row["version"] == 2


def test_one_that_was_decided_since_the_page_is_told_and_leaves_once(here: Any) -> None:
    page = web(here)
    shown = page.get("/approvals").text
    assert approve_all(page, sure="yes").status_code == 303
    here.runtime.run_due()
    (token, *_) = re.findall(r'name="token" value="([^"]+)"', shown)
    cases = re.findall(r'name="case" value="([^"]+:[^"]+)"', shown)
    again = page.post("/approvals/alike", data={"token": token, "back": "/", "case": cases, "sure": "yes"})
    assert again.status_code == 409
    here.runtime.run_due()
    assert all(len(here.mails(person)) == 1 for person in PEOPLE)


def test_each_can_be_decided_by_itself_all_the_same(here: Any) -> None:
    page = web(here)
    (link,) = re.findall(r'href="([^"]+alike=[^"]+)"', page.get("/approvals").text)
    assert page.get(link.replace("&amp;", "&")).text.count('value="approve"') == 7


def test_few_are_shown_one_by_one(called: Any) -> None:
    desk = called()
    desk.take_in("\n".join(f"{person},P,,,true" for person in PEOPLE[:4]))
    desk.go(minutes=2)
    words = text(web(desk))
    assert "alike" not in words
    assert words.count("Save the text") == 4


def test_two_reasons_or_campaigns_are_never_taken_together(here: Any) -> None:
    here.take_in("\n".join(f"q{number}@firm.test,P,,,true" for number in range(6)), "summer.csv")
    here.go(minutes=2)
    words = text(web(here))
    assert "7 alike wait" in words
    assert "6 alike wait" in words
    approve_all_of_first = re.findall(r'id="alike-(\w+)"', web(here).get("/approvals").text)
    assert len(approve_all_of_first) == 2


class _Served:
    """The running process, asked in process."""

    def __init__(self, page: Any) -> None:
        self.page = page

    def __call__(self, _data_dir: Any) -> _Served:
        return self

    def get(self, path: str) -> Any:
        return self.page.get(f"/operator{path}", headers={"Authorization": "Bearer token"}).json

    def post(self, path: str, body: Any) -> Any:
        return self.page.post(f"/operator{path}", headers={"Authorization": "Bearer token"}, json=body).json


def test_the_command_lists_samples_and_approves_all(here: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approving, "Running", _Served(web(here)))
    listed = CliRunner().invoke(approving.approvals, []).output
    assert listed.count("A question about") == 0  # the text alone is told
    assert listed.count("it is shouted") == 3
    (token,) = re.findall(r"approve (\w+) --alike", listed)
    assert "7 are alike" in listed
    assert CliRunner().invoke(approving.approvals, ["--all"]).output.count("it is shouted") == 7

    refused = CliRunner().invoke(approving.approve, [token, "--alike"], input="n\n")
    assert refused.exit_code == 1
    assert PEOPLE[6] in refused.output
    assert left(here) == []
    done = CliRunner().invoke(approving.approve, [token, "--alike", "--yes"])
    assert done.exit_code == 0, done.output
    here.runtime.run_due()
    assert left(here) == PEOPLE
