"""`make bench`: the figures of this library on your machine, each from real runs of real processes.

Memory and CPU are read from /proc, so it needs Linux. Run it on a machine that does nothing else.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from postroom_bench.answering import ack, idle, latency
from postroom_bench.forging import approvals
from postroom_bench.monitoring_speed import monitoring
from postroom_bench.page_speed import page
from postroom_bench.processes import BenchError
from postroom_bench.sandbox_speed import sandbox
from postroom_bench.starting import clone, start, tests
from postroom_bench.stopping import kill_switch
from postroom_bench.throughput import throughput

Figure = Callable[[Path], Iterator[str]]
FIGURES: dict[str, Figure] = {
    "start": start,
    "latency": latency,
    "ack": ack,
    "throughput": throughput,
    "idle": idle,
    "sandbox": sandbox,
    "monitoring": monitoring,
    "kill-switch": kill_switch,
    "approvals": approvals,
    "page": page,
    "tests": tests,
    "clone": clone,
}


def machine() -> Iterator[str]:
    """Yield what the figures were measured on, and how busy that was."""
    memory = Path("/proc/meminfo").read_text().partition("MemTotal:")[2].split()[0]
    cpu = Path("/proc/cpuinfo").read_text().partition("model name")[2].partition("\n")[0].strip("\t: ")
    yield f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    yield f"{os.cpu_count()} cores of {cpu or platform.machine()}, {int(memory) / 1e6:.0f} GB, {platform.platform()}"
    yield f"Python {platform.python_version()}, load average before: {os.getloadavg()[0]:.2f}"


def measure(name: str, figure: Figure) -> bool:
    """Print one section; return whether it could be measured."""
    click.echo(f"\n## {name}")
    began = time.monotonic()
    try:
        with tempfile.TemporaryDirectory(prefix=f"postroom-{name}-", ignore_cleanup_errors=True) as folder:
            for line in figure(Path(folder)):
                click.echo(line)
    except BenchError as error:
        click.echo(f"not measured: {error}")
        return False
    click.echo(f"({time.monotonic() - began:.0f} s)")
    return True


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(list(FIGURES)))
def main(names: Sequence[str]) -> None:
    """Measure NAMES, or everything; exit 1 when a figure could not be had."""
    if not Path("/proc/self/stat").exists():
        raise click.ClickException("memory and CPU are read from /proc: run this on Linux")
    for line in machine():
        click.echo(line)
    measured = [measure(name, FIGURES[name]) for name in names or FIGURES]
    sys.exit(0 if all(measured) else 1)


if __name__ == "__main__":
    main()
