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
    envvar="POSTROOM_DATA_DIR",
    default=Path(".postroom"),
    show_default=True,
    help="The running process's data folder.",
)


class NotThere(click.ClickException):
    """What was asked for does not exist: a wrong use of the command, as an unknown option is."""

    exit_code = 2


class Running:
    """The process that works on a data folder."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        path = data_dir / "run.json"
        try:
            self.facts: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            port = int(self.facts["port"])
            self._token = str(self.facts["token"])
        except FileNotFoundError as error:
            raise click.ClickException(
                f"nothing runs on {data_dir}: start an agent first (make run-support), or name its folder "
                "with --data-dir"
            ) from error
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise click.ClickException(f"{path} is not as `postroom run` writes it; restart that process") from error
        self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=300, trust_env=False)
        click.get_current_context().call_on_close(self._http.close)

    def get(self, path: str, **params: Any) -> Any:
        """Ask the operator's API."""
        return self._call("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        """Tell the operator's API."""
        return self._call("POST", path, json=body or {})

    def _call(self, method: str, path: str, **more: Any) -> Any:
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            response = self._http.request(method, f"/operator{path}", headers=headers, **more)
        except UnicodeEncodeError as error:
            raise click.ClickException("what was given holds a byte that is no UTF-8; write it as UTF-8") from error
        except httpx.ConnectError as error:
            again = " ".join(map(str, self.facts.get("agents") or ["NAME"]))
            raise click.ClickException(
                f"the process on {self._data_dir} is gone; start it again: "
                f"postroom run {again} --data-dir {self._data_dir}"
            ) from error
        except httpx.TransportError as error:
            raise click.ClickException(f"the process on {self._data_dir} does not answer ({error})") from error
        if response.status_code == httpx.codes.NOT_FOUND:
            raise NotThere(_reason(response))
        if response.is_error:
            raise click.ClickException(_reason(response))
        return response.json()


def _reason(response: httpx.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        said = "" if "html" in response.headers.get("content-type", "") and "<" in response.text else response.text
        return said.strip() or f"the process answered {response.status_code} {response.reason_phrase}; see its log"
    return str(body.get("message", body)) if isinstance(body, dict) else str(body)
