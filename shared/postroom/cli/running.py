"""`postroom run` and `postroom sandbox`: processes that stay until Ctrl-C."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from postroom.running import say, start_failure

F = TypeVar("F", bound=Callable[..., Any])


def readable(_context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    """Refuse an option `--relay`, `--chaos` or `--limits` the sandbox cannot read."""
    if value is None:
        return None
    from agentmail_sandbox.chaos import Chaos
    from agentmail_sandbox.limits import Limits
    from agentmail_sandbox.listeners import parse_relay

    readers: dict[str | None, Callable[[str], object]] = {"relay": parse_relay, "chaos": Chaos, "limits": Limits}
    try:
        readers[option.name](value)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    return value


def with_ports(command: F) -> F:
    """Give a command the options of a sandbox: its ports, 0 for a free one, and its relay."""
    relay = "Also deliver the sandbox's outgoing mail to this SMTP server."
    command = click.option("--relay", metavar="HOST:PORT", callback=readable, help=relay)(command)
    for name, port, what in (
        ("--smtp-port", 2525, "SMTP port of the sandbox."),
        ("--ws-port", 8026, "WebSocket port of the sandbox."),
        ("--port", 8025, "Web port: page, webhook, sandbox. 0 takes a free one."),
    ):
        command = click.option(name, type=click.IntRange(0, 65535), default=port, show_default=True, help=what)(command)
    return command


@click.command()
@click.argument("agents", nargs=-1, required=True, metavar="NAME|PATH…")
@with_ports
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where databases live [.postroom].")
@click.option(
    "--brain", type=click.Choice(["offline", "claude"]), help="Who decides [claude if ANTHROPIC_API_KEY is set]."
)
@click.option("--as-live", is_flag=True, help="Start on the sandbox as with a real account, guarded as on a first day.")
@click.option(
    "--backlog", is_flag=True, help="With a real account: draft answers to mail of before the first start, too."
)
@click.option("--poll", is_flag=True, help="Look for mail every 10 s instead of listening for events.")
@click.option("--verbose", is_flag=True, help="Log everything, to standard error.")
def run(agents: tuple[str, ...], port: int, ws_port: int, smtp_port: int, **options: Any) -> None:
    """Run agents: by name (support) or by folder. Without AGENTMAIL_API_KEY the sandbox starts in the same process."""
    say("starting …")
    import postroom
    from postroom.loading import load_agent
    from postroom.monitoring.logs import configure_logs
    from postroom.settings import read_settings
    from postroom.vectors import keep_in

    given = {name: options[name] for name in ("data_dir", "as_live", "backlog") if options[name]}
    ports = {"port": port, "ws_port": ws_port, "smtp_port": smtp_port, "relay": options["relay"]}
    try:
        settings = read_settings(**given)
        configure_logs(settings.log, verbose=options["verbose"])
        keep_in(settings.data_dir)
        loaded = [load_agent(name) for name in agents]
        postroom.run(*loaded, settings=settings, **ports, brain=options["brain"], polling=options["poll"])
    except postroom.Refused as error:
        raise click.ClickException(str(error)) from error
    sys.stderr.flush()
    # a worker may still wait up to a minute to ask AgentMail again; what it would do is done at the next start
    os._exit(0)


@click.command()
@with_ports
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where it keeps mail [.postroom].")
@click.option("--ephemeral", is_flag=True, help="Keep everything in memory.")
@click.option(
    "--chaos", metavar="SPEC", default="", callback=readable, help="What goes wrong: 429=0.05,delay=0.1:2s,seed=7."
)
@click.option(
    "--limits", metavar="SPEC", default="", callback=readable, help="Limits: requests=20,sends=3000,inboxes=3."
)
@click.option("--private-urls", is_flag=True, help="Fetch attachments by url from this machine and its network too.")
def sandbox(data_dir: Path | None, ephemeral: bool, **options: Any) -> None:
    """Run the sandbox in a process of its own; point agents at it with AGENTMAIL_BASE_URL and AGENTMAIL_WS_URL."""
    from agentmail_sandbox.server import main_run

    if data_dir and ephemeral:
        raise click.UsageError("--data-dir keeps mail and --ephemeral does not: give one of the two")
    try:
        main_run(data_dir=None if ephemeral else data_dir or Path(".postroom"), **options)
    except OSError as error:
        raise click.ClickException(start_failure(error)) from error
