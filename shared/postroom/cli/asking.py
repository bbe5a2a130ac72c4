"""How commands reach a running process: its `run.json`, and HTTP on loopback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import httpx

DATA_DIR = click.option(
    "--data-dir",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(".postroom"),
    show_default=True,
    help="The running process's data folder.",
)


class Running:
    """The process that works on a data folder."""

    def __init__(self, data_dir: Path) -> None:
        path = data_dir / "run.json"
        try:
            self.facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError as error:
            raise click.ClickException(
                f"nothing runs on {data_dir}: start an agent first (make run-support), or name its folder "
                "with --data-dir"
            ) from error
        except (OSError, ValueError) as error:
            raise click.ClickException(f"{path} cannot be read ({error}); restart the process that wrote it") from error
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{self.facts['port']}", timeout=300, trust_env=False)

    def get(self, path: str, **params: Any) -> Any:
        """Ask the operator's API."""
        return self._call("GET", f"/operator{path}", self.facts["token"], params=params)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Tell the operator's API."""
        return self._call("POST", f"/operator{path}", self.facts["token"], json=body or {})

    def sandbox(self, method: str, path: str, **more: Any) -> Any:
        """Call the embedded sandbox; raises ClickException where there is none."""
        if not self.facts["sandbox"]:
            raise click.ClickException("this process uses a mail server elsewhere: write it a real mail instead")
        return self._call(method, path, "am_sandbox", **more)

    def _call(self, method: str, path: str, key: str, **more: Any) -> Any:
        try:
            response = self._http.request(method, path, headers={"Authorization": f"Bearer {key}"}, **more)
        except httpx.ConnectError as error:
            raise click.ClickException(
                f"the process that wrote run.json (process {self.facts.get('pid')}) is gone: start it again"
            ) from error
        if response.is_error:
            raise click.ClickException(_reason(response))
        return response.json()


def _reason(response: httpx.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return response.text.strip() or f"the process answered {response.status_code}"
    return str(body.get("message", body)) if isinstance(body, dict) else str(body)
