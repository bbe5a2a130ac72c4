"""The overview: each agent as it stands, what waits, what is wrong with what to do, the figures of a day."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from postroom.autonomy import Autonomy
from postroom.console.sparkline import HEIGHT, MARGIN, sparkline
from postroom.monitoring.measures import MEASURES, Figure
from postroom.runtime.tables import reports

BY_NAME = {measure.name: measure for measure in MEASURES}
DESK, CATEGORY = "desk@sandbox.test", "category/easy"


def bounced(console: Any, message_id: str) -> None:
    row = {"message_id": message_id, "kind": "bounce", "inbox_id": DESK, "at": console.runtime.clock.now()}
    console.runtime.context.journal.add(reports, row)


def line(name: str, *hours: tuple[float | None, int]) -> Any:
    return sparkline([Figure(BY_NAME[name], value, count) for value, count in hours])


def test_an_agent_shows_with_its_inbox_states_and_what_it_may_do_by_itself(console: Any) -> None:
    console.mail()
    console.mail("Size")
    shown = console.text("/overview")
    assert "desk desk@sandbox.test auto sends by itself" in shown
    assert "done 2 " in shown
    assert 'href="/?inbox=desk@sandbox.test&amp;label=desk/done"' in console.web.get("/overview").text
    assert 'id="nav-overview" href="/overview"' in console.web.get("/").text


def test_labels_that_lower_what_an_agent_may_do_are_named(console: Any) -> None:
    levels = Autonomy("approve", {CATEGORY: "suggest"})
    object.__setattr__(console.runtime.context, "autonomy", levels)
    assert f"approve waits for a yes with each mail; {CATEGORY}: suggest" in console.text("/overview")


def test_what_stops_an_agent_shows_beside_it(console: Any) -> None:
    console.runtime.context.journal.switch_off("inbox:desk@sandbox.test", "a test", console.runtime.clock.now())
    assert "stopped: inbox desk@sandbox.test" in console.text("/overview")


def test_what_waits_for_approval_is_counted_with_the_oldest(console: Any) -> None:
    assert "0 wait for approval nothing to decide" in console.text("/overview")
    console.mail("LOUD WORDS")
    console.sandbox.clock.advance(timedelta(hours=5))
    shown = console.text("/overview")
    assert "1 waits for approval the oldest for 5 hours" in shown
    assert "1 for approval" in shown


def test_incidents_stand_newest_first_each_with_what_to_do(console: Any) -> None:
    assert "Nothing is wrong." in console.text("/overview")
    console.say("crash")
    console.mail()
    console.sandbox.clock.advance(timedelta(hours=1))
    console.say("escalate")
    console.mail("Size")
    bounced(console, console.sandbox.outbox("team@example.com")[0].message_id)
    shown = console.text("/overview")
    assert "What to do: read why under Dead letters" in shown
    assert shown.index("hand-overs to our people bounced") < shown.index("failed and will not be tried again")


def test_people_whom_no_mail_reaches_and_parts_that_do_not_work_are_told(console: Any) -> None:
    context = console.runtime.context
    context.journal.suppress("team@example.com", "bounced", console.runtime.clock.now())
    console.runtime.door.looked -= 1200
    shown = console.text("/overview")
    assert "team@example.com gets no mail since" in shown
    assert "AgentMail was last looked at 20 minutes ago" in shown


def test_without_agentmail_all_but_the_counts_of_threads_shows(console: Any) -> None:
    console.mail("LOUD WORDS")
    console.sandbox.chaos.fail(r"GET /v0/inboxes/[^/]+/threads$", status=503, times=20)
    shown = console.text("/overview")
    assert "AgentMail does not tell of its threads" in shown
    assert "1 waits for approval" in shown


def test_figures_show_with_target_what_they_rest_on_and_whether_it_is_missed(console: Any) -> None:
    console.mail()
    page = console.text("/overview")
    assert "too few of 1 mail; 20 needed" in page
    assert "▲ missed:" not in page
    for number in range(5):
        console.sandbox.post_mail(f"p{number}@example.com", DESK, "Colour", "What colour is it?")
    console.sandbox.clock.advance(timedelta(minutes=2))
    console.settle()
    page = console.web.get("/overview").text
    missed = page[page.index('id="figure-response_median" class="missed"') : page.index('id="figure-error_rate"')]
    assert "▲ missed:</span> below 60 s" in missed
    assert 'class="off"' in missed
    assert "target missed in 1 hour" in missed
    assert len(re.findall(r'<svg class="spark" role="img" aria-label="[^"]+"', page)) == len(MEASURES)


def test_the_figures_of_an_agent_that_is_not_here_are_a_sentence(console: Any) -> None:
    assert console.web.get("/overview?agent=desk").status_code == 200
    answer = console.web.get("/overview?agent=nobody")
    assert (answer.status_code, "No agent of this process is called nobody" in answer.text) == (404, True)


def test_a_line_has_a_point_for_each_hour_and_a_gap_where_nothing_was() -> None:
    spark = line("sent", (2.0, 2), (4.0, 4), (None, 0), (0.0, 0))
    assert re.sub(r"[\d. ]+", "", spark.path) == "MhLMh"
    assert spark.path.endswith(f" {HEIGHT - MARGIN}.0h2") or f" {HEIGHT - MARGIN}h2" in spark.path
    assert f" {MARGIN}" in spark.path
    assert spark.words == "by the hour, least 0, most 4, in the last 0"
    assert line("sent", (None, 0), (None, 0)).words == "nothing in the last 24 hours"


def test_an_hour_that_misses_the_target_is_marked_only_where_it_rests_on_enough() -> None:
    spark = line("response_median", (30.0, 9), (90.0, 5), (90.0, 4), (None, 0))
    assert (len(spark.targets), len(spark.missed)) == (1, 1)
    assert spark.words == ("by the hour, least 30 s, most 1.5 min, in the last nothing; target missed in 1 hour")


def test_every_value_is_told_in_its_unit() -> None:
    cases = (("bounce_rate", 0.04), ("complaint_rate", 0.0005), ("response_mean", 8_640.0), ("spend", 0.5))
    told = [line(name, (value, 99), (value, 99)).words.rpartition(" in the last ")[2] for name, value in cases]
    assert told == ["4 %", "0.05 %", "2.4 h", "0.50 USD"]
