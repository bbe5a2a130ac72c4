"""`postroom run` and `postroom sandbox`: processes that stay until Ctrl-C."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any

import click

STARTED = time.monotonic()


@click.command()
@click.argument("agents", nargs=-1, required=True, metavar="NAME|PATH…")
@click.option("--port", default=8025, show_default=True, help="Web port: page, webhook, sandbox. 0 takes a free one.")
@click.option("--ws-port", default=8026, show_default=True, help="WebSocket port of the sandbox.")
@click.option("--smtp-port", default=2525, show_default=True, help="SMTP port of the sandbox.")
@click.option("--relay", metavar="HOST:PORT", help="Also deliver the sandbox's outgoing mail to this SMTP server.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where databases live [.postroom].")
@click.option(
    "--brain", type=click.Choice(["offline", "claude"]), help="Who decides [claude if ANTHROPIC_API_KEY is set]."
)
@click.option("--poll", is_flag=True, help="Look for mail every 10 s instead of listening for events.")
@click.option("--verbose", is_flag=True, help="Log everything, to standard error.")
def run(agents: tuple[str, ...], port: int, ws_port: int, smtp_port: int, **options: Any) -> None:
    """Run agents: by name (support) or by folder. Without AGENTMAIL_API_KEY the sandbox starts in the same process."""
    say("starting …")
    configure_logs(verbose=options["verbose"])
    from postroom.agent import AgentError
    from postroom.loading import load_agent
    from postroom.mailbox.bootstrap import BootstrapError
    from postroom.serving import Ports, StartError, serve
    from postroom.settings import Settings

    given = {"data_dir": options["data_dir"]} if options["data_dir"] else {}
    settings = Settings(**given)
    stopping = stop_signal()
    ports = Ports(port, ws_port, smtp_port, options["relay"])
    try:
        loaded = [load_agent(name) for name in agents]
        serving = serve(loaded, settings, ports, brain=options["brain"], polling=options["poll"])
    except (AgentError, StartError, BootstrapError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(start_failure(error)) from error
    announce(serving)
    stopping.wait()
    say("stopping; what is under way goes on at the next start")
    serving.stop()
    sys.stderr.flush()
    # a worker may still wait up to a minute to ask AgentMail again; what it would do is done at the next start
    os._exit(0)


@click.command()
@click.option("--port", default=8025, show_default=True, help="Web port. 0 takes a free one.")
@click.option("--ws-port", default=8026, show_default=True)
@click.option("--smtp-port", default=2525, show_default=True)
@click.option("--relay", metavar="HOST:PORT", help="Also deliver outgoing mail to this SMTP server.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where it keeps mail [.postroom].")
@click.option("--ephemeral", is_flag=True, help="Keep everything in memory.")
def sandbox(data_dir: Path | None, ephemeral: bool, **options: Any) -> None:
    """Run the sandbox in a process of its own; point agents at it with AGENTMAIL_BASE_URL and AGENTMAIL_WS_URL."""
    from agentmail_sandbox.server import main_run

    if data_dir and ephemeral:
        raise click.UsageError("--data-dir keeps mail and --ephemeral does not: give one of the two")
    main_run(data_dir=None if ephemeral else data_dir or Path(".postroom"), **options)


def configure_logs(*, verbose: bool) -> None:
    """Send logs to standard error, warnings alone unless `verbose`; results and announcements own standard output."""
    import structlog

    level = logging.INFO if verbose else logging.WARNING
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("waitress").setLevel(logging.ERROR)
    logging.getLogger("apscheduler").setLevel(logging.ERROR)


def stop_signal() -> threading.Event:
    """Return an event that SIGINT or SIGTERM sets; a second one ends the process at once."""
    stopping = threading.Event()

    def on_signal(number: int, _frame: object) -> None:
        if stopping.is_set():
            os._exit(128 + number)
        stopping.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)
    return stopping


def start_failure(error: OSError) -> str:
    """Turn a failure of the operating system into a sentence with what to do."""
    if error.errno == 28:
        return (
            f"the disk is full ({error.filename or 'data folder'}): free some space, or choose another with --data-dir"
        )
    if error.filename:
        return f"{error.filename}: {error.strerror}; choose another folder with --data-dir"
    return str(error)


def announce(serving: Any) -> None:
    """Print where to write to and what was chosen, one fact a line."""
    runtime, settings = serving.runtime, serving.settings
    where = "sandbox in this process" if serving.sandbox else (settings.agentmail_base_url or "AgentMail, for real")
    say(f"mail:   {where} (taken in by {serving.intake})")
    say(f"brain:  {runtime.context.brain}")
    for post in runtime.context.posts.values():
        say(f"agent:  {post.agent.name} answers {post.inbox_id}; hands over to {', '.join(post.people)}")
    if serving.sandbox:
        say(f"write:  by SMTP to 127.0.0.1:{serving.sandbox.smtp_port}, on the page, or with")
        first = next(iter(runtime.context.posts))
        say(f'        .venv/bin/postroom send {first} --from ana@example.com --subject "Returns" \\')
        say('          --text "How many days do I have to send something back?" --wait 20')
    say(f"page:   {serving.url}")
    say(f"ready after {time.monotonic() - STARTED:.1f} s; Ctrl-C stops")


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    click.echo(line)
    sys.stdout.flush()
