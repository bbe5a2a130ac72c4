"""A PostgreSQL server of the tests' own: fresh, on loopback, gone afterwards. It does not run as root."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import tempfile
from pathlib import Path
from typing import Self

import psycopg

DEBIAN = Path("/usr/lib/postgresql")
UNPRIVILEGED = "postgres"


class PostgresServer:
    """Starts on entering, stops on leaving."""

    def __init__(self, programs: Path) -> None:
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="postroom-pg-"))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]

    @classmethod
    def find(cls) -> PostgresServer | None:
        """Return a server if its programs are installed and a user exists to run them."""
        found = [*sorted(DEBIAN.glob("*/bin"), reverse=True), *map(Path, os.environ["PATH"].split(os.pathsep))]
        programs = next((folder for folder in found if (folder / "initdb").is_file()), None)
        if programs is None or (os.geteuid() == 0 and shutil.which("runuser") is None):
            return None
        return cls(programs)

    def __enter__(self) -> Self:
        if os.geteuid() == 0:
            shutil.chown(self.folder, UNPRIVILEGED)
        data = str(self.folder / "data")
        self._call("initdb", "-D", data, "-U", "postroom", "-A", "trust", "--no-sync", "-E", "UTF8")
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 -c fsync=off -c max_connections=300"
        self._call("pg_ctl", "-D", data, "-w", "-o", options, "-l", str(self.folder / "log"), "start")
        return self

    def __exit__(self, *_: object) -> None:
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def restart(self) -> None:
        """Stop as by a crash, so that every connection is lost, and start again."""
        self._call("pg_ctl", "-D", str(self.folder / "data"), "-w", "-m", "immediate", "restart")

    def create(self, name: str) -> str:
        """Make an empty database; return its URL."""
        database = re.sub(r"\W", "_", name.lower())
        with psycopg.connect(f"{self._url('postgres')}", autocommit=True) as connection:
            connection.execute(f'create database "{database}"'.encode())
        return self._url(database)

    def _url(self, database: str) -> str:
        return f"postgresql://postroom@127.0.0.1:{self.port}/{database}"

    def _call(self, program: str, *arguments: str) -> None:
        as_user = ["runuser", "-u", UNPRIVILEGED, "--"] if os.geteuid() == 0 else []
        command = [*as_user, str(self.programs / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=self.folder)
