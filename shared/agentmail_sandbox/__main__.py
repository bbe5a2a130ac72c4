"""Run a sandbox on ports of its own: ``python -m agentmail_sandbox``."""

from pathlib import Path
from typing import Any

import click

from agentmail_sandbox.server import main_run

PORT = click.IntRange(0, 65535)


@click.command(help="Run an AgentMail on this machine.")
@click.option(
    "--port", type=PORT, default=8025, show_default=True, help="HTTP: the API, links, and /sandbox. 0: a free one."
)
@click.option("--ws-port", type=PORT, default=8026, show_default=True, help="WebSocket. 0: a free one.")
@click.option(
    "--smtp-port", type=PORT, default=2525, show_default=True, help="SMTP for mail from outside. 0: a free one."
)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--relay", metavar="HOST:PORT", help="SMTP server that gets mail to outside addresses.")
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Folder that keeps everything.")
@click.option("--chaos", metavar="SPEC", default="", help="What goes wrong, such as 429=0.05,delay=0.1:2s,seed=7.")
@click.option("--limits", metavar="SPEC", default="", help="Limits, such as requests=20,sends=3000,inboxes=3.")
@click.option("--private-urls", is_flag=True, help="Fetch attachments by url from this machine and its network too.")
@click.option("--ephemeral", is_flag=True, help="Keep everything in memory.")
def main(data_dir: Path | None, ephemeral: bool, **options: Any) -> None:
    if ephemeral and data_dir is not None:
        raise click.UsageError("--ephemeral keeps nothing, so it has no --data-dir. Give one of the two.")
    folder = None if ephemeral else data_dir or Path(".agentmail-sandbox")
    try:
        main_run(folder, **options)
    except (OSError, ValueError) as wrong:
        raise click.ClickException(str(wrong)) from wrong


if __name__ == "__main__":
    main()
