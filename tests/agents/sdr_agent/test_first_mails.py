"""Whoever words a first mail: nothing leaves that no source and no fact of ours says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.campaign import read_campaign
from postroom.loading import load_agent
from postroom.runtime import answers, approvals, progress, records
from postroom_kit.research import words_in
from postroom_kit.research.gathering import book_of
from sdr_agent.agent import FOLLOW_UPS
from sdr_agent.files import COMPANY, FACTS, HERE, research
from sdr_agent.prospects import Prospect

SDR = load_agent("sdr")
CAMPAIGN = HERE / "data" / "campaigns" / "loading-bays.csv"
GRACE = "grace@northgatefoods.example"
OURS = FACTS["en"][0].answer


def first_mail(run_agent: Callable[..., Any], said: Any) -> Any:
    """Have Grace's first mail worded by a model that says `said`; return it as it left, None where none did."""
    sandbox = Sandbox(start=datetime(2026, 3, 2, 9, tzinfo=UTC))
    runtime, _ = run_agent(SDR, ScriptedBrain(FirstMail=said), sandbox)
    sheet = read_campaign(CAMPAIGN, Prospect)
    (row,) = [row for row in sheet.rows if row[1].email == GRACE]
    records.take_in(runtime.context, runtime.context.posts["sdr"], type(sheet)("loading-bays", (row,)))
    runtime.advance(timedelta(minutes=5))
    for waiting in approvals.waiting(runtime.context.journal):
        answers.hand_in_said(runtime.context, waiting["token"], waiting["content"], "approve")
    runtime.advance(timedelta(minutes=5))
    assert not runtime.context.journal.runs_with_status("dead")
    return next(iter(sandbox.outbox(GRACE)), None)


def wording(**changed: Any) -> dict[str, Any]:
    said = {
        "subject": "Trucks in Leeds", "opening": "I saw that you took over the hall next door in Leeds.", "offer": OURS,
        "claims": [],
    }  # fmt: skip
    return {**said, **changed}


def test_a_wording_within_the_sources_leaves_as_it_is(run_agent: Any) -> None:
    mail = first_mail(run_agent, wording())
    assert mail.subject == "Trucks in Leeds"
    assert "I saw that you took over the hall next door in Leeds." in mail.text


@pytest.mark.parametrize(
    "invented",
    [
        "You are losing 30 hours a week at the gate.",
        "Your competitor Rival Haulage uses us already.",
        "You took over the hall next door in Manchester.",
        "As we discussed at the fair, here is the offer.",
        "Everybody loves your products.",
    ],
)
def test_what_was_invented_is_cut_and_the_rest_leaves(run_agent: Any, invented: str) -> None:
    mail = first_mail(run_agent, wording(opening=f"You took over the hall next door in Leeds. {invented}"))
    assert "You took over the hall next door in Leeds." in mail.text
    assert invented not in mail.text


def test_an_opening_that_is_invented_gives_way_to_the_plain_one(run_agent: Any) -> None:
    mail = first_mail(run_agent, wording(opening="Your growth in Asia is impressive."))
    assert "Asia" not in mail.text
    assert any(known in mail.text for known in ("hall next door in Leeds", "wait at the gate"))


def test_a_quote_that_stands_nowhere_bears_nothing_out(run_agent: Any) -> None:
    made_up = {"text": "You dismissed fifty drivers.", "quote": "dismissed fifty drivers last week"}
    claim = {**made_up, "source": "3", "topic": "news"}
    mail = first_mail(run_agent, wording(opening="You dismissed fifty drivers.", claims=[claim]))
    assert "fifty" not in mail.text


@pytest.mark.parametrize("subject", ["Re: your hall", "Fwd: Leeds", "Save 40 % at once", "URGENT: Leeds", "x" * 70])
def test_a_subject_that_misleads_gives_way(run_agent: Any, subject: str) -> None:
    mail = first_mail(run_agent, wording(subject=subject))
    assert mail.subject in ("Loading bays at Northgate Foods", "Trucks at the gate of Northgate Foods")


def test_a_promise_in_the_offer_gives_way_to_our_fact(run_agent: Any) -> None:
    mail = first_mail(
        run_agent, wording(offer="Baywright halves your waiting times, guaranteed. See https://evil.example/x")
    )
    assert OURS.partition(".")[0] in " ".join(mail.text.split())
    assert "halves" not in mail.text
    assert "evil" not in mail.text


@pytest.mark.parametrize(("reply", "begun"), [("This is interesting, I'd like to see it.", 1), ("", 1), (None, 2)])
def test_nobody_has_two_campaigns_at_once_nor_a_second_after_an_answer(
    run_agent: Any, offline_brain: Any, reply: str | None, begun: int
) -> None:
    """`reply` None: the first campaign ended in silence; "": it is under way."""
    sandbox = Sandbox(start=datetime(2026, 3, 2, 9, tzinfo=UTC))
    runtime, _ = run_agent(SDR, offline_brain, sandbox)
    sheet = read_campaign(CAMPAIGN, Prospect)
    rows = tuple(row for row in sheet.rows if row[1].email == GRACE)

    def begin(campaign: str) -> None:
        records.take_in(runtime.context, runtime.context.posts["sdr"], type(sheet)(campaign, rows))
        runtime.advance(timedelta(minutes=5))
        for waiting in approvals.waiting(runtime.context.journal):
            answers.hand_in_said(runtime.context, waiting["token"], waiting["content"], "approve")
        runtime.advance(timedelta(minutes=5))

    begin("spring")
    first = sandbox.outbox(GRACE)[0]
    if reply:
        sandbox.post_mail(
            f"Grace Oyelaran <{GRACE}>", "sdr@sandbox.test", "Re: x", text=reply, in_reply_to=first.message_id
        )
    runtime.advance(timedelta(days=60) if reply is None else timedelta(hours=1))
    begin("summer")
    runtime.advance(timedelta(days=30))
    firsts = [mail for mail in sandbox.outbox(GRACE) if not mail.subject.startswith("Re:")]
    assert len(firsts) == begun
    assert not runtime.context.journal.runs_with_status("dead")


def test_a_full_inbox_keeps_nobody_from_their_own_morning(run_agent: Any, offline_brain: Any) -> None:
    """20 leave on the first day; who waits for the next morning of Europe does not wait for that of America."""
    sandbox = Sandbox(start=datetime(2026, 3, 2, 16, 45, tzinfo=UTC))  # after hours in Amsterdam and Paris
    runtime, _ = run_agent(SDR, offline_brain, sandbox)
    sheet = read_campaign(CAMPAIGN, Prospect)
    piet = next(row for row in sheet.rows if row[1].email == "piet@vosgroothandel.example")
    wade = next(row for row in sheet.rows if row[1].email == "wade@tallgrass.example")
    named = [(n, {"email": f"w{n}@w{n}.example", "name": f"Wade {n}"}) for n in range(100, 124)]
    many = tuple((n, wade[1].model_copy(update=who)) for n, who in named)
    records.take_in(runtime.context, runtime.context.posts["sdr"], type(sheet)("loading-bays", (piet, *many)))
    runtime.advance(timedelta(minutes=5))
    for waiting in approvals.waiting(runtime.context.journal):
        answers.hand_in_said(runtime.context, waiting["token"], waiting["content"], "approve")
    runtime.advance(timedelta(hours=4))
    assert sum(mail.to != ["team@example.com"] for mail in sandbox.outbox()) == 20
    runtime.advance(timedelta(hours=12, minutes=40))
    (mail,) = sandbox.outbox("piet@vosgroothandel.example")
    assert mail.timestamp < datetime(2026, 3, 3, 8, 5, tzinfo=UTC)


def test_every_note_reads_and_every_sample_mail_is_short(run_agent: Any, offline_brain: Any) -> None:
    sandbox = Sandbox(start=datetime(2026, 3, 2, 9, tzinfo=UTC))
    runtime, _ = run_agent(SDR, offline_brain, sandbox)
    sheet = read_campaign(CAMPAIGN, Prospect)
    assert [bad.line for bad in sheet.bad] == [22, 43]
    assert len(sheet.rows) >= 60
    some = sheet.rows[:14]
    records.take_in(runtime.context, runtime.context.posts["sdr"], type(sheet)("loading-bays", some))
    runtime.advance(timedelta(minutes=5))
    for waiting in approvals.waiting(runtime.context.journal):
        answers.hand_in_said(runtime.context, waiting["token"], waiting["content"], "approve")
    runtime.advance(timedelta(days=1))

    told = [progress.restored(each) for each in progress.gather(runtime.context, "sdr")]
    begun = {each.record.address for each in told if each.status == "started"}
    assert len(begun) == len(some), [(each.record.address, each.note) for each in told if each.status != "started"]
    for address in begun:
        mail = next(iter(sandbox.outbox(address)))
        assert words_in(mail.text.partition("\n--")[0]) < 120
        assert COMPANY["legal_name"] in mail.text
    drafts = sandbox.client().inboxes.drafts.list("sdr@sandbox.test", labels=["planned"], limit=100).drafts
    assert len(drafts) == len(FOLLOW_UPS) * len(some)


def test_all_claims_of_the_sample_but_two_are_borne_out() -> None:
    cut = []
    for _, row in read_campaign(CAMPAIGN, Prospect).rows:
        found = research(row.research)
        assert not (row.research and found["faults"])
        cut += [
            row.company for _ in book_of(found, [row.company, row.name], date(2026, 3, 2), 36, language=row.letters).cut
        ]
    assert cut == ["Harborline Grocers", "Mistral Sel"]
