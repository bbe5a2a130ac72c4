"""The pages of an agent's campaigns: how far each is, and each of its people, also as CSV."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from flask import Blueprint, Response, render_template

from postroom.campaign import Progress
from postroom.console.frame import Problem
from postroom.console.views import Views
from postroom.runtime import progress, records
from postroom.runtime.context import Context
from postroom.spreadsheet import as_csv


@dataclass(frozen=True)
class CampaignLine:
    """A campaign: its name, how many people it has, how many are in which state, and why it is off, if it is."""

    name: str
    people: int
    states: tuple[tuple[str, int], ...]
    off: str


@dataclass(frozen=True)
class CampaignPage:
    """One campaign with its people."""

    agent: str
    line: CampaignLine
    people: tuple[Progress, ...]


def campaign_lines(context: Context, agent: str) -> list[CampaignLine]:
    """Return the campaigns of an agent, by name."""
    named = [row["campaign"] for row in records.campaigns(context.journal) if row["agent"] == agent]
    return [_line(context, agent, name, _people(context, agent, name)) for name in named]


def campaign_pages(blueprint: Blueprint, views: Views) -> None:
    """Add the routes of campaigns."""
    context = views.context

    @blueprint.get("/agents/<agent>/campaigns/<name>")
    def campaign(agent: str, name: str) -> str:
        return render_template("campaign.html", page=_page(context, agent, name))

    @blueprint.get("/agents/<agent>/campaigns/<name>.csv")
    def campaign_csv(agent: str, name: str) -> Response:
        page = _page(context, agent, name)
        answer = Response(as_csv(progress.COLUMNS, progress.as_rows(page.people)), mimetype="text/csv")
        answer.headers["Content-Disposition"] = "attachment; filename=campaign.csv"
        return answer


def _page(context: Context, agent: str, name: str) -> CampaignPage:
    people = _people(context, agent, name) if agent in context.posts else ()
    if not people:
        raise Problem(404, f"No agent of this process has a campaign {name}.")
    return CampaignPage(agent, _line(context, agent, name, people), people)


def _people(context: Context, agent: str, name: str) -> tuple[Progress, ...]:
    return tuple(map(progress.restored, progress.gather(context, agent, name)))


def _line(context: Context, agent: str, name: str, people: tuple[Progress, ...]) -> CampaignLine:
    states = Counter(each.state or each.status for each in people)
    off = context.journal.switched_off().get(f"campaign:{agent}/{name}", "")
    ordered = sorted(states.items(), key=lambda counted: (-counted[1], counted[0]))
    return CampaignLine(name, len(people), tuple(ordered), off)
