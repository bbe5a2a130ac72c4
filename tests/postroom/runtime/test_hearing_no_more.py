"""Hearing no more of campaigns: by one click, by the mailto link, as a domain, after erasure; and stops by numbers."""

from __future__ import annotations

from typing import Any

import pytest
from campaign_desk import ANA, CALLER
from flask import Flask

from postroom.intake.unsubscribing import unsubscribe_blueprint
from postroom.runtime import erasure, progress
from postroom.spreadsheet import as_csv

PUBLIC = "https://agents.example"


def visitor(here: Any) -> Any:
    app = Flask("test")
    app.register_blueprint(unsubscribe_blueprint(here.runtime))
    return app.test_client()


def link_of(mail: Any) -> str:
    listed = mail.headers["List-Unsubscribe"]
    return str(listed[listed.index(PUBLIC) + len(PUBLIC) : listed.index(">")])


def test_each_campaign_mail_offers_one_click_and_mailto(called: Any) -> None:
    here = called(public_url=PUBLIC)
    here.take_in(f"{ANA},Ana,,,")
    here.go(days=8)

    assert len(here.mails()) == 3
    for mail in here.mails():
        assert mail.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert f"<mailto:{CALLER}?subject=unsubscribe%20" in mail.headers["List-Unsubscribe"]
        assert f"{PUBLIC}{link_of(mail)}" in mail.text
        assert "Auto-Submitted" not in mail.headers
        assert ANA not in mail.headers["List-Unsubscribe"]


def test_an_answer_carries_no_unsubscribe_header(called: Any) -> None:
    here = called(public_url=PUBLIC)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    here.answer("Yes, come by.")

    assert "List-Unsubscribe" not in here.mails()[-1].headers
    assert here.mails()[-1].headers["Auto-Submitted"] == "auto-replied"


def test_without_a_public_address_there_is_mailto_alone(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)

    (mail,) = here.mails()
    assert mail.headers["List-Unsubscribe"].startswith("<mailto:")
    assert "List-Unsubscribe-Post" not in mail.headers


def test_a_get_changes_nothing_and_a_post_stops_all(called: Any) -> None:
    here = called(public_url=PUBLIC)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    link, page = link_of(here.mails()[0]), visitor(here)

    assert b"<button>" in page.get(link).data
    assert here.drafts()
    assert page.post(link, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert page.post(link).status_code == 200
    here.runtime.drain()
    assert not here.drafts()
    assert here.standing()[ANA].state == "over"
    here.take_in(f"{ANA},Ana,,,", "autumn.csv")
    here.go(days=60)
    assert len(here.mails()) == 1


def test_a_wish_of_the_downtime_is_read_before_anything_due_begins(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.sandbox.post_mail(ANA, CALLER, "Your mails", text="Please stop writing to us.")
    here.runtime.beat()
    here.runtime.drain()
    here.runtime.beat()
    here.runtime.drain()
    assert not here.mails()


@pytest.mark.parametrize("change", ["x", "0"])
def test_a_link_that_we_did_not_make_stops_nobody(called: Any, change: str) -> None:
    here = called(public_url=PUBLIC)
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    link = link_of(here.mails()[0])
    forged = link[:-1] + (change if link[-1] != change else "1")

    assert visitor(here).post(forged).status_code == 404
    assert here.drafts()


def test_the_mailto_link_stops_its_person_whoever_sends_it(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    listed = here.mails()[0].headers["List-Unsubscribe"]
    subject = listed[listed.index("subject=") + 8 : -1].replace("%20", " ")
    here.sandbox.post_mail("assistant@other.test", CALLER, subject, text="")
    here.runtime.drain()

    assert not here.drafts()
    here.go(days=30)
    assert len(here.mails()) == 1
    assert here.standing()[ANA].state == "over"


def test_who_is_erased_is_begun_with_in_no_campaign_and_only_a_hash_is_kept(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},Ana,,,")
    here.go(minutes=1)
    told = erasure.erase(here.runtime.context, ANA)
    assert "places in campaigns: 1" in told.erased
    here.take_in(f"{ANA},Ana,,,", "autumn.csv")
    here.go(days=30)

    assert len(here.mails()) == 1
    with here.runtime.context.journal.database.connect() as connection:
        kept = connection.exec_driver_sql("select address, reason from postroom_suppressed").all()
    assert [address.startswith("hash:") for address, _ in kept] == [True]


def test_too_many_bounces_stop_the_campaign_and_people_are_told(called: Any) -> None:
    here = called()
    here.take_in("\n".join(f"p{number}@firm{number}.test,P,,," for number in range(20)))
    here.go(minutes=5)
    for number in range(5):
        here.bounce(here.mails(f"p{number}@firm{number}.test")[0], number)

    off = here.runtime.context.journal.switched_off()
    assert "bounced" in off["campaign:caller/spring"]
    sent = len(here.sandbox.outbox())
    here.take_in("late@other.test,L,,,")
    here.go(days=4)
    assert not here.sandbox.outbox("late@other.test")
    assert len([mail for mail in here.sandbox.outbox() if mail.to[0].startswith("p")]) <= sent


def test_what_bounced_before_a_person_let_it_go_on_does_not_stop_it_again(called: Any) -> None:
    here, scope = called(), "campaign:caller/spring"
    people = [f"p{number}@firm{number}.test" for number in range(40)]
    for batch in (people[:20], people[20:]):
        here.take_in("\n".join(f"{person},P,,," for person in batch))
        here.go(hours=2)
        for person in batch[:4]:
            here.bounce(here.mails(person)[0], people.index(person))
        assert scope not in here.runtime.context.journal.switched_off()
        here.bounce(here.mails(batch[4])[0], people.index(batch[4]))
        assert "5 of 20 mails" in here.runtime.context.journal.switched_off()[scope]
        here.runtime.context.journal.switch_on(scope)


def test_progress_as_csv_has_a_line_a_person_and_no_formula(called: Any) -> None:
    here = called()
    here.take_in(f"{ANA},=HYPERLINK(1),,,")
    here.go(minutes=1)
    found = map(progress.restored, progress.gather(here.runtime.context, "caller"))
    sheet = as_csv(progress.COLUMNS, progress.as_rows(found))

    assert "'=HYPERLINK(1)" in sheet
    assert f'"{ANA}"' in sheet
    assert len(sheet.splitlines()) == 2
