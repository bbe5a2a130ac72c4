"""Running agents until Ctrl-C: what `postroom run` does, and what a program does that calls `postroom.run`."""

from __future__ import annotations

import shlex
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from postroom.agent import Agent
from postroom.autonomy import MEANS
from postroom.refused import Refused
from postroom.settings import Settings, read_settings
from postroom.vectors import described, embeddings, vectors

if TYPE_CHECKING:
    from postroom.brain.choosing import Choice
    from postroom.serving import Serving

STARTED = time.monotonic()
MANY_ARTICLES = 200
"""In a knowledge base, from which on a start by words alone suggests vectors."""


def run(
    *agents: Agent,
    settings: Settings | None = None,
    port: int = 8025,
    ws_port: int = 8026,
    smtp_port: int = 2525,
    relay: str | None = None,
    brain: Choice | None = None,
    polling: bool = False,
) -> None:
    """Run agents as `postroom run` does, until Ctrl-C or SIGTERM; without an AgentMail key on the sandbox.

    Args:
        settings: those of the environment and `.env`, if not given.
        port: that of page and webhook; `ws_port` and `smtp_port` are the sandbox's. 0 takes a free one.
        relay: HOST:PORT of an SMTP server that also gets the sandbox's outgoing mail.
        brain: who decides; Claude where there is a key for it, if not given.
        polling: look for mail every ten seconds instead of listening for events.

    Raises:
        Refused: something refuses to start; the message says what to do.
    """
    # what serves mail takes a second to import, and an agent's module imports this one
    import structlog

    from agentmail_sandbox.stopping import stop_signal
    from postroom.monitoring.logs import configure_logs
    from postroom.serving import Ports, serve

    if not agents:
        raise Refused("no agent was given; name those to run: postroom.run(agent)")
    if threading.current_thread() is not threading.main_thread():
        raise Refused("postroom.run ends at Ctrl-C, which only a program's main thread hears; call it there")
    settings = settings or read_settings()
    if not structlog.is_configured():
        configure_logs(settings.log)
    # vectors that are asked for and missing refuse the start before there is anything to stop
    say(f"knowledge: {described()}")
    for line in suggested(agents):
        say(line)
    with stop_signal() as until_told:
        try:
            ports = Ports(port, ws_port, smtp_port, relay)
            serving = serve(agents, settings, ports, brain=brain, polling=polling)
        except OSError as error:
            raise Refused(start_failure(error)) from error
        announce(serving)
        until_told()
        say("stopping; what is under way goes on at the next start")
        serving.stop()


def start_failure(error: OSError) -> str:
    """Turn a failure of the operating system into a sentence with what to do."""
    if error.errno == 28:
        return (
            f"the disk is full ({error.filename or 'data folder'}): free some space, or choose another with --data-dir"
        )
    if error.filename:
        return f"{error.filename}: {error.strerror}; choose another folder with --data-dir"
    return str(error)


def announce(serving: Serving) -> None:
    """Print where to write to and what was chosen, one fact a line."""
    from postroom.admission import unset_by  # loads what a program that only imports us does not need

    runtime, settings = serving.runtime, serving.settings
    where = "sandbox in this process" if serving.sandbox else (settings.agentmail_base_url or "AgentMail, for real")
    say(f"mail:   {where} (taken in by {serving.intake})")
    say(f"brain:  {runtime.context.brain}")
    for post in runtime.context.posts.values():
        say(f"agent:  {post.agent.name} answers {post.inbox_id}; hands over to {', '.join(post.people)}")
        if (level := runtime.context.autonomy.of(post.agent.name)) != "auto":
            brain = level == runtime.context.autonomy.most  # as it is with a real account and no key for Claude
            why = "as the offline brain sends nothing to real people" if brain else f"POSTROOM_AUTONOMY: {level}"
            say(f"        it {MEANS[level]} ({why})")
    for line in of_campaigns(serving):
        say(line)
    for label in unset_by([post.agent for post in runtime.context.posts.values()], settings.autonomy):
        if "/" in label:
            say(f"labels: POSTROOM_AUTONOMY names {label}, which nothing in the code of these agents seems to set")
    if serving.control:
        smtp = f"by SMTP to 127.0.0.1:{serving.sandbox.smtp_port}, " if serving.sandbox else ""
        say(f"write:  {smtp}on the page, or with")
        first = next(iter(runtime.context.posts))
        say(f'        .venv/bin/postroom send {first} --from ana@example.com --subject "Returns" \\')
        say(f'          --text "How many days do I have to send something back?" --wait 60{_folder(settings)}')
    if serving.login and serving.login.here:
        wanted = "the password" if serving.login.password else "a login, for POSTROOM_PUBLIC_URL is set"
        say(f"page:   wants {wanted}; this link, on this machine, works once without")
        say(f"        {serving.url}?token={serving.login.code}")
    else:
        say(f"page:   {serving.url}{' (through a tunnel with the password)' if serving.login else ''}")
    for said in serving.unreached:
        say(f"people: {said}")
    if serving.left_alone:
        came = "mail that came" if serving.left_alone == 1 else "mails that came"
        say(f"before: {serving.left_alone} unread {came} in before the first start; they are left to you: look at them")
        say("        on the page, or start once with --backlog to have answers drafted, oldest first")
    if serving.lost:
        carry = "thread carries a state" if serving.lost == 1 else "threads carry states"
        say(f"lost:   the database is new, but {serving.lost} {carry}; to bring back timers and what waits, run")
        say(f"        .venv/bin/postroom rebuild{_folder(settings)}")
    say(f"ready after {time.monotonic() - STARTED:.1f} s; Ctrl-C stops")


def of_campaigns(serving: Serving) -> Iterator[str]:
    """Yield what was taken in of campaigns, and what their mail does without."""
    posts = [post for post in serving.runtime.context.posts.values() if post.agent.outreach]
    for taken in serving.campaigns:
        yield f"campaign: {taken}"
        yield from (f"        line {line} is left out: {reason}" for line, reason in taken.bad)
    one_click = any(post.agent.outreach and post.agent.outreach.one_click for post in posts)
    if one_click and not (serving.settings.public_url or "").startswith("https://"):
        yield "unsubscribe: by mail alone, and 100 mails a day at most: one click needs POSTROOM_PUBLIC_URL (https)"
    for post in posts:
        if post.agent.outreach and post.agent.outreach.scheduled:
            yield f"cadence: AgentMail sends the follow-ups of {post.agent.name} itself: without List-Unsubscribe, and"
            yield "        without a look at rules and answers in their last ten minutes but its send-block list"


def suggested(agents: Sequence[Agent]) -> Iterator[str]:
    """Yield a line for each agent that compares so many articles by words alone: hit@1, and how to switch.

    Where vectors are installed their hit@1 is told too, and only what finds more is suggested.
    """
    # loads what reads mail, which a program that only imports us does not need
    from postroom.brain.held_back import hit_rate
    from postroom_kit.embeddings import missing
    from postroom_kit.knowledge import Knowledge

    for agent in agents if embeddings() is None else ():
        path = agent.folder / "data" / "knowledge.json"
        count = len(Knowledge.load(path)) if path.exists() else 0
        if count < MANY_ARTICLES:
            continue
        mails, lexical = hit_rate(agent.folder, None)
        said = f"        {agent.name} has {count} articles, found by words alone"
        if missing("vector"):
            found = f": hit@1 {lexical:.3f} on {mails} held-back mails" if mails else ""
            yield f"{said}{found}; to compare meanings too, `make vector` installs what that needs"
        elif not mails:
            yield f"{said}; POSTROOM_KNOWLEDGE=auto compares meanings too (no held-back examples tell which finds more)"
        else:
            meant = hit_rate(agent.folder, vectors())[1]
            better = "; POSTROOM_KNOWLEDGE=auto finds more" if meant > lexical else ""
            yield f"{said}: hit@1 on {mails} held-back mails {lexical:.3f}, with vectors {meant:.3f}{better}"


def _folder(settings: Settings) -> str:
    """Return the option with which a command finds the process, where it would look elsewhere without."""
    usual = settings.data_dir == type(settings).model_fields["data_dir"].default
    return "" if usual else f" --data-dir {shlex.quote(str(settings.data_dir))}"


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
