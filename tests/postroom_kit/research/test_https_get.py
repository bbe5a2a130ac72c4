"""Asking a real server over TLS, at an address that was looked at before."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from postroom_kit.research import Limits
from postroom_kit.research.https_get import https_get

needs_openssl = pytest.mark.skipif(
    not shutil.which("openssl"), reason="needs openssl (Debian: apt-get install openssl)"
)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=k.example",
               "-addext", "subjectAltName=DNS:k.example", "-keyout", str(path), "-out", str(path) + ".crt"]  # fmt: skip
    subprocess.run(command, check=True, capture_output=True)
    path.write_text(path.read_text() + Path(str(path) + ".crt").read_text())
    return path


@contextmanager
def serving(certificate: Path, *pieces: bytes, hold: threading.Event | None = None) -> Iterator[int]:
    """Answer one request with these bytes, the last of them after `hold`."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            plain, _ = listener.accept()
            with context.wrap_socket(plain, server_side=True) as peer:
                peer.recv(10_000)
                for piece in pieces:
                    peer.sendall(piece)
                if hold is not None:
                    hold.wait(20)
        except OSError:
            return  # the client went away, as it should

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        if hold is not None:
            hold.set()
        listener.close()
        thread.join(20)


def trusting(certificate: Path) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate) + ".crt")


@needs_openssl
def test_the_answer_comes_whole_with_small_header_names(certificate: Path) -> None:
    with serving(certificate, b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 5\r\n\r\nhello") as port:
        found = https_get("https://k.example/a?b", "127.0.0.1", Limits(), port=port, context=trusting(certificate))
    assert (found.status, found.headers["content-type"], found.body) == (200, "text/plain", b"hello")


@needs_openssl
def test_no_more_than_one_byte_too_many_is_read(certificate: Path) -> None:
    with serving(certificate, b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 5000) as port:
        found = https_get("https://k.example/", "127.0.0.1", Limits(100), port=port, context=trusting(certificate))
    assert len(found.body) == 101


@needs_openssl
@pytest.mark.parametrize("begun", [b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\n\r\nsome", b""])
def test_an_answer_that_does_not_end_is_given_up(certificate: Path, begun: bytes) -> None:
    limits, hold = Limits(seconds=0.4), threading.Event()
    with serving(certificate, begun, hold=hold) as port, pytest.raises(OSError):
        https_get("https://k.example/", "127.0.0.1", limits, port=port, context=trusting(certificate))


@needs_openssl
def test_another_host_than_the_certificate_names_is_not_asked(certificate: Path) -> None:
    with serving(certificate, b"HTTP/1.1 200 OK\r\n\r\n") as port, pytest.raises(ssl.SSLError):
        https_get("https://o.example/", "127.0.0.1", Limits(), port=port, context=trusting(certificate))


@needs_openssl
def test_what_is_no_http_is_an_error_of_the_connection(certificate: Path) -> None:
    with serving(certificate, b"hello there\r\n\r\n") as port, pytest.raises(OSError, match="no whole answer"):
        https_get("https://k.example/", "127.0.0.1", Limits(), port=port, context=trusting(certificate))
