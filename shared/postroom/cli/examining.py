"""`postroom doctor`: one line for each thing a start needs."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--data-dir", type=click.Path(path_type=Path, file_okay=False), help="Where databases live [.postroom].")
def doctor(data_dir: Path | None) -> None:
    """Say what is set and reachable here, and what to do about what is not; exit 1 when something is not."""
    from postroom.doctor.checks import examine

    checks = list(examine(data_dir))
    for check in checks:
        click.echo(f"{'ok' if check.ok else '!!':4}{check.name:11}{check.said}")
    if not all(check.ok for check in checks):
        raise SystemExit(1)
