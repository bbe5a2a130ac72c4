"""The customer's language: our mails in it, and answers in it only where each fact is that of the articles."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import jinja2
import jinja2.meta
import pytest

from agentmail_sandbox import Sandbox
from postroom.brain.scripted import ScriptedBrain
from postroom.loading import load_agent
from postroom.runtime.app import Runtime
from support_agent.checks import knowledge
from support_agent.files import HERE

SUPPORT = load_agent("support")
INBOX = "support@sandbox.test"
LANGUAGES = {"de", "fr", "es", "it", "nl", "pt"}
CALM = {"wants": "an answer", "category": "returns", "mood": "calm", "priority": "normal"}
GERMAN = "Guten Tag, wie lange ist das return label gültig, und wie sende ich den Sensor zurück (return)?"
SAID = "Eine Rücksendung beginnen Sie im Shop unter My orders. Das Etikett kommt per E-Mail und gilt 14 Tage."
QUOTED = next(article.answer for article in knowledge.articles if article.id == "return-how")
Start = Callable[..., tuple[Runtime, Sandbox]]


def templates() -> dict[str, set[str]]:
    """Return the languages of each template that is in more than one."""
    found: dict[str, set[str]] = {}
    for path in (HERE / "emails").glob("*.*.md.j2"):
        template, code, *_ = path.name.split(".")
        found.setdefault(template, set()).add(code)
    return found


def values_of(name: str) -> set[str]:
    source = (HERE / "emails" / name).read_text(encoding="utf-8")
    return jinja2.meta.find_undeclared_variables(jinja2.Environment().parse(source))


@pytest.mark.parametrize("template", sorted(templates()))
def test_a_mail_is_in_every_language_and_asks_for_the_same_values(template: str) -> None:
    assert templates()[template] == LANGUAGES
    for code in LANGUAGES:
        assert values_of(f"{template}.{code}.md.j2") == values_of(f"{template}.md.j2")


@pytest.mark.parametrize("path", sorted((HERE / "emails").glob("*.md.j2")), ids=lambda path: path.name)
def test_a_mail_greets_also_who_gave_no_name(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert "{{ name }}" not in source.replace("{% if name %} {{ name }}{% endif %}", "")


def asked_in_german(run_agent: Start, body: str, quote: str = QUOTED, **triage: Any) -> tuple[Runtime, Sandbox]:
    answer = {"body": body, "sources": [{"id": "return-how", "quote": quote}], "unanswered": []}
    runtime, sandbox = run_agent(SUPPORT, ScriptedBrain(0.95, Triage={**CALM, **triage}, Answer=answer))
    sandbox.post_mail("Jutta <jutta@brandt.example>", INBOX, "Return", text=GERMAN)
    runtime.drain()
    return runtime, sandbox


def test_an_answer_in_the_customers_language_leaves_where_its_facts_are_the_articles(run_agent: Start) -> None:
    _, sandbox = asked_in_german(run_agent, SAID)
    (sent,) = sandbox.outbox()
    assert sent.to == ["jutta@brandt.example"]
    assert "gilt 14 Tage" in sent.text
    assert "automatischer Assistent" in sent.text


@pytest.mark.parametrize(
    ("body", "quote", "reason"),
    [
        (SAID.replace("14", "30"), QUOTED, "30"),
        (f"{SAID} Eine Erstattung garantieren wir.", QUOTED, "it promises a refund"),
        (SAID.replace("kommt", "kommt nicht"), QUOTED, "a denial"),
        (SAID, QUOTED.replace("14 days", "14 days or more"), "14 days or more"),
        (SAID, "", "return-how"),
        (QUOTED, QUOTED, "not in German"),
    ],
    ids=["figure", "promise", "denial", "no such words", "no quote", "English"],
)
def test_one_whose_facts_are_not_goes_to_people_and_the_customer_is_told_in_german(
    run_agent: Start, body: str, quote: str, reason: str
) -> None:
    _, sandbox = asked_in_german(run_agent, body, quote)
    holding, pack = sandbox.outbox()
    assert "wird Ihnen hier antworten" in holding.text
    assert "another language than English (German)" in pack.text
    assert reason in " ".join(pack.text.split())


@pytest.mark.parametrize("triage", [{"wants": "spam"}, {"wants": "nothing"}, {"wants": "unclear"}, {"mood": "angry"}])
def test_mail_that_no_rule_of_ours_reads_is_never_closed_nor_asked_back(
    run_agent: Start, triage: dict[str, str]
) -> None:
    _, sandbox = asked_in_german(run_agent, SAID, **triage)
    holding, pack = sandbox.outbox()
    assert holding.to == ["jutta@brandt.example"]
    assert "written in another language than English (German)" in pack.text


def test_what_a_thread_was_written_in_is_kept_where_the_newest_mail_does_not_show_it(run_agent: Start) -> None:
    runtime, sandbox = run_agent(SUPPORT, ScriptedBrain())
    first = sandbox.post_mail("Lucía <lucia@vega.example>", INBOX, "Re: Pedido", text="Muchas gracias por su mensaje.")
    runtime.drain()
    sandbox.post_mail("Lucía <lucia@vega.example>", INBOX, "Re: Pedido", text="", in_reply_to=first.message_id)
    runtime.drain()
    assert "No hemos podido saber qué necesita" in sandbox.outbox()[0].text
    runtime.advance(timedelta(days=3))
    assert "Seguimos aquí" in sandbox.outbox()[0].text


@pytest.mark.parametrize(
    ("subject", "text", "told"),
    [
        ("Question", "Combien coûte la livraison en Belgique ?", "Bonjour"),
        ("Frage", "Hilfe", "Guten Tag"),
        ("Frage", "Hi, gibt es am Wochenende Support?", "Guten Tag"),
        ("App", "App stürzt ab", "Guten Tag"),
        ("Wo bleibt meine Bestellung?", "Asap", "Guten Tag"),
        ("Dotaz", "kde je moje objednavka", "A colleague has it now"),
    ],
)
def test_what_is_unclear_in_another_language_goes_to_people_and_is_never_asked_back_in_english(
    run_agent: Start, subject: str, text: str, told: str
) -> None:
    runtime, sandbox = run_agent(SUPPORT, ScriptedBrain(0.95, Triage={**CALM, "wants": "unclear"}))
    sandbox.post_mail("Kim <kim@example.com>", INBOX, subject, text=text)
    runtime.drain()
    (sent,) = sandbox.outbox("kim@example.com")
    assert told in sent.text
    assert sandbox.outbox("team@example.com")


def test_what_is_unclear_in_english_is_asked_back(run_agent: Start) -> None:
    runtime, sandbox = run_agent(SUPPORT, ScriptedBrain(0.95, Triage={**CALM, "wants": "unclear"}))
    for text in ("broken sensor", "Order", "hey guys"):
        sandbox.post_mail("Kim <kim@example.com>", INBOX, "Question", text=text)
    runtime.drain()
    assert sandbox.outbox("team@example.com") == []
