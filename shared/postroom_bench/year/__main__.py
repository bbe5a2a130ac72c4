"""`python -m postroom_bench.year AGENT`: the command."""

from __future__ import annotations

import json
import random
import resource
import tempfile
import time
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

import click

from postroom_bench.bench import machine
from postroom_bench.year.outside import breaches
from postroom_bench.year.world import World

START = datetime(2026, 3, 16, 6, tzinfo=UTC)


@click.command()
@click.argument("agent", type=click.Choice(["sdr", "recruiter", "collections"]))
@click.option("--people", default=1000, show_default=True)
@click.option("--days", default=365, show_default=True)
@click.option("--seed", default=1, show_default=True)
@click.option("--kills", default=0.1, show_default=True, help="Deaths of the process a day.")
@click.option(
    "--mails", type=click.Path(path_type=Path), help="Write the outside mailboxes here, a line of JSON a mail."
)
def main(agent: str, people: int, days: int, seed: int, kills: float, mails: Path | None) -> None:
    """Play a year of AGENT and judge it from the outside mailboxes alone; exit 1 at any breach or dead letter."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as home:
        world = World(agent, people, Path(home), random.Random(seed), START, kills)
        world.play(days)
        left, told = world.left(), world.told()
        world.close()
    if mails:
        mails.write_text("".join(f"{json.dumps(mail)}\n" for mail in left), encoding="utf-8")
    found = breaches(agent, left, {person.address: person for person in world.people}, START)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    for line in machine():
        click.echo(line)
    click.echo(f"{agent}: {people} people, {days} days, seed {seed}: {len(left)} mails left, {told}")
    click.echo(f"breaches: {len(found)} {dict(Counter(each.rule for each in found)) or ''}")
    for each in found[:20]:
        click.echo(f"  {asdict(each)}")
    click.echo(f"{time.monotonic() - began:.0f} s, {memory} MB")
    raise SystemExit(1 if found or told["dead letters"] else 0)


if __name__ == "__main__":
    main()
