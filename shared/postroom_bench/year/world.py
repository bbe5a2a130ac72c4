"""The world of a simulated year: the agent on a sandbox, its people outside, downtimes, and deaths of the process."""

from __future__ import annotations

import contextlib
import csv
import heapq
import io
import itertools
import json
import random
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from flask import Flask

from agentmail_sandbox import Sandbox
from postroom.brain.offline import OfflineBrain
from postroom.campaign import parse_campaign
from postroom.database import open_database, sqlite_url
from postroom.intake.unsubscribing import unsubscribe_blueprint
from postroom.learning import learn_in
from postroom.loading import load_agent
from postroom.mailbox.client import connect
from postroom.runtime import answers, approvals, records
from postroom.runtime.engine import Engine
from postroom.runtime.journal import Journal
from postroom.settings import Settings
from postroom.starting import SANDBOX_PEOPLE, make_runtime
from postroom_bench.checkout import ROOT
from postroom_bench.play import CrashingEngine
from postroom_bench.year.people import answer_of, crowd

A_DAY = timedelta(days=1)
PUBLIC = "https://agents.example"
STEPS = ("load", "plan", "Send", "Plan", "Reply", "Suppress", "Escalate", "labels")
TEAM = parseaddr(SANDBOX_PEOPLE)[1]


class World:
    """One agent, its thousand people and their year."""

    def __init__(
        self, name: str, count: int, home: Path, rng: random.Random, start: datetime, kills: float = 0.1
    ) -> None:
        self.name, self.rng, self.counts, self.kills = name, rng, Counter[str](), kills
        source = ROOT / "agents" / f"{name}_agent"
        self.people = crowd(source, name, count, start, rng)
        self.by_address = {person.address: person for person in self.people}
        folder = home / "agents" / source.name
        shutil.copytree(source, folder)
        shutil.rmtree(folder / "data" / "campaigns")
        self.ledger = folder / "data" / "ledger.csv" if name == "collections" else None
        self._owe(start)
        if name == "sdr":  # what is known of its people is of one spring, and they live for a year
            company = folder / "data" / "company.json"
            known = json.loads(company.read_text(encoding="utf-8")) | {"claims_valid_for_months": 36}
            company.write_text(json.dumps(known), encoding="utf-8")
        sys.path.insert(0, str(folder.parent))
        learn_in(home)
        self.sandbox = Sandbox(start=start)
        self.http = httpx.Client(transport=self.sandbox.transport(), base_url="http://127.0.0.1", timeout=60)
        self.http.headers["Authorization"] = f"Bearer {self.sandbox.api_key}"
        self.inner = Engine(open_database(sqlite_url(home / "engine.db")), polling_seconds=0.05)
        self.inner.start()
        self.engine = CrashingEngine(self.inner)
        self.runtime = make_runtime(
            [load_agent(str(folder))],
            Settings(_env_file=None, public_url=PUBLIC),  # type: ignore[call-arg]
            client=connect(self.sandbox.api_key, base_url="http://127.0.0.1", ws_url="ws://127.0.0.1", http=self.http),
            http=self.http,
            journal=Journal(open_database(sqlite_url(home / "journal.db")), clock=self.sandbox.clock),
            engine=self.engine,  # type: ignore[arg-type]
            clock=self.sandbox.clock,
            brain=OfflineBrain(),
            home=home,
            sandbox=self.sandbox,
        )
        self.runtime.start(ticking=False)
        self.post = self.runtime.context.posts[name]
        page = Flask("public")
        page.register_blueprint(unsubscribe_blueprint(self.runtime))
        self.page = page.test_client()
        self.waiting: list[tuple[datetime, int, Callable[[], None]]] = []
        self.numbers = itertools.count(1)
        self.mails: list[dict[str, Any]] = []
        self.events = 0

    @property
    def now(self) -> datetime:
        """Return the time of the world."""
        return self.sandbox.clock.now()

    def play(self, days: int) -> None:
        """Let so many days pass."""
        end = self.now + timedelta(days=days)
        for month in range(12):
            batch = self.people[month::12]
            self.plan(self.now + timedelta(days=month * 25), partial(self._take_in, batch, month))
        while self.now < end:
            until = min(self.now + A_DAY, end)
            if self.rng.random() < self.kills:
                self.engine.after = self.rng.choice(STEPS)
                self.counts["kills"] += 1
            if self.rng.random() < 0.02:
                self._be_away(min(self.now + timedelta(days=self.rng.randrange(1, 9)), end))
            while self.now < until:
                self._pass(min(self.waiting[0][0] if self.waiting else until, until))
            self._people_of_ours()

    def plan(self, at: datetime, what: Callable[[], None]) -> None:
        """Have something happen outside."""
        heapq.heappush(self.waiting, (at, next(self.numbers), what))

    def left(self) -> list[dict[str, Any]]:
        """Return the mails to outsiders, oldest first."""
        return [mail for mail in self.mails if mail["to"] != [TEAM]]

    def told(self) -> dict[str, int]:
        """Return what happened, counted."""
        dead = self.runtime.context.journal.runs_with_status("dead", limit=10_000)
        return {**self.counts, "to people": len(self.mails) - len(self.left()), "dead letters": len(dead)}

    def close(self) -> None:
        """Stop it all."""
        self.runtime.stop()
        self.inner.stop()
        self.sandbox.close()

    # -- time ---------------------------------------------------------------------------------------------

    def _pass(self, until: datetime) -> None:
        """Let time pass with the agent at work, then let happen what is due outside."""
        if self.engine.after is None and until > self.now:
            self.runtime.advance(until - self.now)
        while until > self.now:  # by the queue, as without a moved clock: only there a run is taken up after a death
            due = self.runtime._next_due()
            self._move(min(due, until) if due and due > self.now else until)
            self.sandbox.run_due()
            self.runtime.drain()
            self.runtime.tick()
            self.runtime.drain()
        self._happen()
        self.runtime.drain()
        self._read_mailboxes()

    def _move(self, to: datetime) -> None:
        with contextlib.suppress(ValueError):  # it runs, and may be there already
            self.sandbox.clock.set(to)

    def _be_away(self, until: datetime) -> None:
        """Let time pass with nobody at work: mail comes in, and nothing is done."""
        self.counts["downtimes"] += 1
        while self.now < until:
            at = min(self.waiting[0][0] if self.waiting else until, until)
            self._move(at)
            self._happen()
        self.runtime.drain()
        self._read_mailboxes()

    def _happen(self) -> None:
        while self.waiting and self.waiting[0][0] <= self.now:
            heapq.heappop(self.waiting)[2]()
        found = self.http.get("/sandbox/events", params={"after": self.events, "limit": 1000}).json()["events"]
        for event in found:
            self.events = event["seq"]
            if event["event"]["event_type"] in ("message.bounced", "message.complained"):
                self.runtime.door.accept(event["event"])

    def _read_mailboxes(self) -> None:
        """Read what came out since, and let people react to it in their own time."""
        seen = self.mails[-1]["number"] if self.mails else 0
        found = self.http.get("/sandbox/outbox", params={"after": seen, "limit": 100_000}).json()["mails"]
        for mail in reversed(found):
            self.mails.append(mail)
            person = self.by_address.get(mail["to"][0])
            if person is None:
                continue
            kind, words = answer_of(self.name, self.rng, self.now, next(self.numbers))
            if kind:
                wait = timedelta(minutes=1) if kind == "bounce" else timedelta(hours=self.rng.expovariate(1 / 30))
                self.plan(self.now + wait, partial(self._do, mail, person, kind, words))

    # -- what people do -----------------------------------------------------------------------------------

    def _do(self, mail: dict[str, Any], person: Any, kind: str, words: str) -> None:
        self.counts[kind] += 1
        if kind in ("bounce", "complaint"):
            told = {"message_id": mail["message_id"], "recipient": person.address}
            self.http.post(f"/sandbox/{kind}", json=told | ({"type": "Permanent"} if kind == "bounce" else {}))
        elif kind in ("click", "mailto"):
            self._unsubscribe(mail, person, kind)
        else:
            self._write(mail, person, kind, words)
        person.did.append((self.now, kind))

    def _unsubscribe(self, mail: dict[str, Any], person: Any, kind: str) -> None:
        offered = next((value for name, value in mail["headers"].items() if name.lower() == "list-unsubscribe"), "")
        if kind == "click" and PUBLIC in offered:
            path = offered[offered.index(PUBLIC) + len(PUBLIC) : offered.index(">")]
            self.page.post(path, data={"List-Unsubscribe": "One-Click"})
        elif "subject=" in offered:
            subject = offered[offered.index("subject=") + 8 :].partition(">")[0].replace("%20", " ")
            self.sandbox.post_mail(person.address, mail["inbox_id"], subject, text="")
        else:
            self._write(mail, person, kind, "Please unsubscribe me.")

    def _write(self, mail: dict[str, Any], person: Any, kind: str, words: str) -> None:
        more: dict[str, Any] = {"headers": {"Auto-Submitted": "auto-replied"}} if kind == "away" else {}
        subject = f"Re: {(mail['subject'] or '').removeprefix('Re: ')}"
        received = self.sandbox.post_mail(
            person.address, mail["inbox_id"], subject, text=words, in_reply_to=mail["message_id"], **more
        )
        person.wrote.add(received.message_id)
        if kind == "paid" and self.ledger and self.rng.random() < 0.7:
            self._pay(person)

    # -- what our people do -------------------------------------------------------------------------------

    def _take_in(self, batch: list[Any], month: int) -> None:
        assert self.post.agent.outreach, "only agents with campaigns have a year"
        rows = [person.row for person in batch]
        sheet = parse_campaign(f"month-{month + 1}.json", json.dumps(rows), self.post.agent.outreach.rows)
        self.counts["rows left out"] += len(sheet.bad)
        self.counts["taken in"] += records.take_in(self.runtime.context, self.post, sheet).added

    def _people_of_ours(self) -> None:
        """Answer what waits: nearly all of it with a yes."""
        context = self.runtime.context
        for row in approvals.waiting(context.journal):
            wish = "approve" if self.rng.random() < 0.95 else "reject"
            if not answers.hand_in_said(context, row["token"], row["content"], wish):
                self.counts[f"people {wish}"] += 1
        self.runtime.tick()
        self.runtime.drain()
        self._read_mailboxes()

    def _owe(self, start: datetime) -> None:
        """Write a ledger in which everybody owes something."""
        if self.ledger is None:
            return
        head = next(csv.reader(io.StringIO(self.ledger.read_text(encoding="utf-8"))))
        with self.ledger.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, head, restval="")
            writer.writeheader()
            for person in self.people:
                owed = Decimal(self.rng.randrange(2_000, 90_000)) / 100
                person.owed.append((start, owed))
                since = (start - timedelta(days=60)).date().isoformat()
                writer.writerow(
                    {"debt": person.row["number"], "customer": person.address, "date": since, "kind": "debt",
                     "amount": f"{owed:.2f}", "currency": "USD"}
                )  # fmt: skip

    def _pay(self, person: Any) -> None:
        assert self.ledger, "only debts are paid"
        number, owed = person.row["number"], person.owed[-1][1]
        person.owed.append((self.now, Decimal("0.00")))
        rows = list(csv.DictReader(io.StringIO(self.ledger.read_text(encoding="utf-8"))))
        with self.ledger.open("a", encoding="utf-8", newline="") as file:
            csv.DictWriter(file, list(rows[0]), restval="").writerow(
                {"debt": number, "customer": person.address, "date": self.now.date().isoformat(), "kind": "payment",
                 "amount": f"{owed:.2f}", "currency": "USD", "reference": f"SIM{next(self.numbers)}"}
            )  # fmt: skip
