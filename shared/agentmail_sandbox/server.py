"""A sandbox as a program: start it, say where it listens, run until told to stop."""

from contextlib import closing
from pathlib import Path

import click

from agentmail_sandbox.network import in_url
from agentmail_sandbox.sandbox import Sandbox
from agentmail_sandbox.stopping import stop_signal


def main_run(
    data_dir: Path | None,
    *,
    port: int = 8025,
    ws_port: int = 8026,
    smtp_port: int = 2525,
    host: str = "127.0.0.1",
    relay: str | None = None,
    chaos: str = "",
    limits: str = "",
    private_urls: bool = False,
) -> None:
    """Run a sandbox until SIGINT or SIGTERM. ``data_dir`` None keeps it in memory; ports 0 take free ones.

    Raises PortTaken when a port is in use, ValueError when ``relay`` is not HOST:PORT, ``chaos`` or ``limits`` none.
    """
    made = Sandbox(data_dir, chaos=chaos, limits=limits, private_urls=private_urls)
    with stop_signal() as until_told, closing(made) as sandbox:
        sandbox.serve(port, ws_port, smtp_port, relay=relay, host=host)
        for line in _where(sandbox, data_dir, host, relay, chaos):
            click.echo(line)
        until_told()


def _where(sandbox: Sandbox, data_dir: Path | None, host: str, relay: str | None, chaos: str) -> list[str]:
    kept = "in memory, gone when it stops" if data_dir is None else str(data_dir.resolve())
    at = in_url(host)
    outside = "kept for GET /sandbox/outbox" + ("" if relay is None else f", and relayed to {relay}")
    lines = [
        f"AgentMail sandbox  http://{at}:{sandbox.port}/v0  (API key {sandbox.api_key})",
        f"WebSocket          ws://{at}:{sandbox.ws_port}/v0",
        f"Mail from outside  smtp://{at}:{sandbox.smtp_port}  (POST /sandbox/mail does it too)",
        f"Mail to outside    {outside}",
        f"Data               {kept}",
    ]
    return [*lines, f"Chaos              {chaos}"] if chaos else lines
