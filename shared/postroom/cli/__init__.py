"""The `postroom` command. Each subcommand's module is imported only when it is called."""

from __future__ import annotations

import importlib

import click

COMMANDS = {
    "run": ("running", "Run agents."),
    "sandbox": ("running", "Run an AgentMail on this machine, without agents."),
    "send": ("sending", "Write an agent a mail, and wait for what it does."),
    "clock": ("operating", "Show the sandbox's clock, or move it on."),
    "pause": ("operating", "Stop all mail of an agent, an inbox or everything, before the very next one."),
    "resume": ("operating", "Let mail leave again."),
    "mail-info": ("reading", "Print what the mail reader makes of raw mails, a line of JSON each."),
    "threads": ("operating", "List threads and where they stand, or tell one's story."),
    "campaign": ("campaigns", "Show how far a campaign's people are, or take its file in."),
    "dead-letters": ("operating", "List runs that failed, or replay one."),
    "decide": ("deciding", "Let a brain decide mails from a file, a JSON line each."),
    "approvals": ("approving", "List what waits for approval, with all that would leave."),
    "approve": ("approving", "Approve what waits; or reject it, or give it a new text."),
    "examples": ("approving", "Print what people made of an agent's drafts, in the form of its examples."),
    "undo": ("approving", "Take back what a run did, where that can be."),
    "doctor": ("examining", "Say what is set and reachable, and what to do about what is not."),
    "classify": ("judging", "Label texts from a file of examples: JSON lines in, JSON lines out."),
    "search": ("judging", "Find the articles of a knowledge base: JSON lines in, JSON lines out."),
    "audit": ("auditing", "Print the audit as JSON lines, or see that its chain holds."),
    "erase": ("auditing", "Erase what is held of a person, and list what is kept and why."),
    "rebuild": ("operating", "Restore states and timers from AgentMail after a lost database."),
}


class Lazy(click.Group):
    """A group that imports a subcommand's module when it is needed, so that `--help` is instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Return the names of all commands."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import and return a command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"postroom.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = getattr(module, cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="postroom")
def group() -> None:
    """Production email agents on AgentMail and Claude."""


def main() -> None:
    """Run the command line."""
    group(prog_name="postroom")
