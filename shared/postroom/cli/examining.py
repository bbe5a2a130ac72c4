"""`postroom doctor`: one line for each thing a start needs, and with `--live` for each open question of AgentMail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

PAGE = Path("docs/live-check.md")


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where databases live [.postroom].")
@click.option("--live", is_flag=True, help="Ask AgentMail what its docs leave open; writes docs/live-check.md.")
def doctor(data_dir: Path | None, live: bool) -> None:
    """Say what is set and reachable here, and what to do about what is not; exit 1 when something is not.

    With --live: needs AGENTMAIL_API_KEY, makes one inbox, sends it at most 20 mails from itself, and deletes it.
    """
    from postroom.doctor.checks import examine

    checks = list(examine(data_dir))
    for check in checks:
        click.echo(f"{'ok' if check.ok else '!!':4}{check.name:11}{check.said}")
    if live:
        _ask_live()
    elif not all(check.ok for check in checks):
        raise SystemExit(1)


def _ask_live() -> None:
    import httpx
    from agentmail.core.api_error import ApiError

    from postroom.doctor.checks import server_of
    from postroom.doctor.live import Answer, ask_all, asked_of, page
    from postroom.mailbox.client import error_text
    from postroom.refused import Refused
    from postroom.settings import read_settings

    def tell(answer: Answer) -> None:
        click.echo(f"{answer.verdict:9}{answer.probe.question}: {answer.live}")

    try:
        settings = read_settings()
        if settings.agentmail_api_key is None:
            raise click.ClickException("--live asks a real account: set AGENTMAIL_API_KEY (a free one will do)")
        with server_of(settings) as (client, url):
            listens = settings.agentmail_base_url is None or settings.agentmail_ws_url is not None
            answers = ask_all(client, tell, listens=listens)
    except (ApiError, httpx.TransportError) as error:
        raise click.ClickException(f"the questions could not be asked: {error_text(error)}") from error
    except Refused as error:
        raise click.ClickException(str(error)) from error
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page(answers, asked_of(url, datetime.now(UTC))), encoding="utf-8")
    click.echo(f"written: {PAGE}")
