"""`postroom decide`: what a brain decides of mails in a file, to compare brains, prompts and examples."""

from __future__ import annotations

import secrets
from codecs import BOM_UTF8
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from postroom.cli.judging import standard_input, tell


@click.command()
@click.argument("agent")
@click.argument("decision")
@click.option(
    "--brain", type=click.Choice(["offline", "claude"]), help="Who decides [claude if ANTHROPIC_API_KEY is set]."
)
@click.option(
    "--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where Claude's costs are booked [.postroom]."
)
@click.pass_context
def decide(ctx: click.Context, agent: str, decision: str, brain: Any, data_dir: Path | None) -> None:
    """Let a brain take the DECISION of an AGENT for mails on standard input, JSON lines {from, subject, text, …}.

    A mail may also have `html` and `attachments` (file names); other fields are passed over, so that an agent's
    examples can be read as they are. Each mail is a new thread, read by the agent's own handler up to that decision;
    nothing is sent. Prints {"line", "value", "confidence", "cost_usd", "tokens"} or {"line", "error"} for each.
    Exit code 1: some lines are errors.
    """
    from postroom import Refused
    from postroom.brain import BrainError
    from postroom.deciding import Decider, find_decision, open_brain
    from postroom.loading import load_agent
    from postroom.monitoring.logs import configure_logs
    from postroom.settings import read_settings
    from postroom.vectors import keep_in

    try:
        given: dict[str, Any] = {"data_dir": data_dir} if data_dir else {}
        settings = read_settings(**given)
        configure_logs(settings.log)
        keep_in(settings.data_dir)
        loaded = load_agent(agent)
        kind = find_decision(loaded, decision)
        with open_brain(settings, brain) as asked:
            click.echo(f"brain:  {asked}", err=True)
            decider = Decider(loaded, kind, asked, batch=secrets.token_hex(4))
            failed = False
            for row in (decider.line(number, line) for number, line in _lines()):
                failed |= "error" in row
                tell(row)
    except (BrainError, LookupError, Refused) as error:
        raise click.UsageError(str(error.args[0])) from error
    ctx.exit(int(failed))


def _lines() -> Iterator[tuple[int, bytes]]:
    """Yield the lines that hold something, with their numbers from 1."""
    for number, line in enumerate(standard_input(), 1):
        # some editors begin a file with a byte order mark; in files put together it stands anywhere
        text = line.removeprefix(BOM_UTF8)
        if text.strip():
            yield number, text
