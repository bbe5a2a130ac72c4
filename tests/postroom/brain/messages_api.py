"""A Messages API on loopback that refuses what the real one would, and whatever our own rules forbid."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from messages_checks import KEY, Bad, check_body, check_fence, check_headers


@dataclass(frozen=True)
class Found:
    """A page found, how old it is, and the text of the answer that cites these words of it; "" of a page not cited."""

    url: str
    text: str = ""
    quote: str = ""
    age: str | None = None
    before: str = ""
    """Text of the answer before it, which cites nothing."""


@dataclass(frozen=True)
class Answer:
    """What the server sends back, after `seconds`: a text with a stop reason, or a status with headers."""

    text: str = ""
    stop_reason: str = "end_turn"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    blocks: int = 1
    found: tuple[Found, ...] = ()
    """What a web search brings; the text cites none of it but what stands in these."""
    hang: bool = False
    drop: bool = False
    seconds: float = 0.0
    drip: float = 0.0
    """Seconds before each further blank that is sent in the place of a body, for ever."""
    ahead: float = 0.0
    """Seconds before each further answer of status 103 that is sent in the place of one, for ever."""


def ok(**value: Any) -> Answer:
    return Answer(json.dumps(value))


def failing(status: int, kind: str = "api_error", message: str = "no", **headers: str) -> Answer:
    error = {"type": "error", "error": {"type": kind, "message": message}}
    return Answer(status=status, headers=headers, body=json.dumps(error).encode())


OVERLOADED = failing(529, "overloaded_error", "Overloaded")
REFUSED = Answer(stop_reason="refusal", blocks=0)
CUT = Answer('{"topic": "ret', stop_reason="max_tokens")
Script = Callable[[dict[str, Any]], Answer]


class MessagesApi:
    """The server; `script` answers in turn, then `answer` for ever. `faults` are refusals no test asked for."""

    def __init__(self, answer: Script | None = None) -> None:
        self.answer = answer
        self.script: list[Answer] = []
        self.requests: list[dict[str, Any]] = []
        self.faults: list[str] = []
        self.nonces: set[str] = set()
        self.release = threading.Event()
        self._prefixes: set[str] = set()
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def close(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, path: str, headers: Mapping[str, str], raw: bytes) -> tuple[Answer, dict[str, Any]]:
        """Check a request and return what answers it, with its body."""
        with self._lock:
            try:
                if path != "/v1/messages":
                    raise Bad(f"no such path: {path}")
                body: dict[str, Any] = json.loads(raw)
                check_headers(headers)
                check_body(body)
                self._check_nonce(body)
                if KEY in raw.decode():
                    raise Bad("the key is in the body")
            except (Bad, ValueError) as error:
                self.faults.append(str(error))
                return failing(400, "invalid_request_error", str(error)), {}
            self.requests.append(body)
            if self.script:
                return self.script.pop(0), body
        if self.answer is None:
            self.faults.append("asked more often than the script has answers")
            return failing(400), body
        return self.answer(body), body

    def _check_nonce(self, body: Mapping[str, Any]) -> None:
        nonce = check_fence(body["messages"][0]["content"])
        if nonce in self.nonces:
            raise Bad("the number of the marks was used before")
        if any(nonce in block["text"] for block in body["system"]):
            raise Bad("the number of the marks is in the system blocks")
        self.nonces.add(nonce)

    def usage(self, body: Mapping[str, Any], answer: Answer) -> dict[str, Any]:
        """Count tokens as letters, and cache by prefix as the real one does."""
        prefix = json.dumps([body["model"], body["system"]])
        known = prefix in self._prefixes
        self._prefixes.add(prefix)
        cached = sum(len(block["text"]) for block in body["system"])
        return {
            "input_tokens": sum(len(turn["content"]) for turn in body["messages"]),
            "output_tokens": len(answer.text),
            "cache_creation_input_tokens": 0 if known else cached,
            "cache_read_input_tokens": cached if known else 0,
            **({"server_tool_use": {"web_search_requests": 1, "web_fetch_requests": 0}} if answer.found else {}),
        }


def fenced(turn: str) -> Iterator[tuple[str, str]]:
    """Yield kind and text of everything between marks."""
    nonce = check_fence(turn)
    yield from re.findall(rf"<(mail|given|earlier)-{nonce}>\n(.*?)\n</\1-{nonce}>", turn, re.DOTALL)


def outside(turn: str) -> str:
    """Return a user turn without what stands between marks."""
    nonce = check_fence(turn)
    return re.sub(rf"<(mail|given|earlier)-{nonce}>\n.*?\n</\1-{nonce}>", "", turn, flags=re.DOTALL)


def _handler(api: MessagesApi) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"]))
            answer, body = api.take(self.path, {name.lower(): value for name, value in self.headers.items()}, raw)
            api.release.wait(10 if answer.hang else answer.seconds)
            if answer.drip:
                self.send_response(200)
                self.end_headers()
                self._repeat(b" ", answer.drip)
            if answer.ahead:
                self._repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n", answer.ahead)
            if answer.hang or answer.drop or answer.drip or answer.ahead:
                self.close_connection = True
                return
            content = answer.body if answer.body is not None else _message(api, body, answer)
            self.send_response(answer.status)
            for name, value in {"content-type": "application/json", **answer.headers}.items():
                self.send_header(name.replace("_", "-"), value)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _repeat(self, part: bytes, seconds: float) -> None:
            with suppress(OSError):
                while not api.release.wait(seconds):
                    self.wfile.write(part)

        def handle(self) -> None:
            # a client that has had enough is gone before the end
            with suppress(ConnectionError):
                super().handle()

        def log_message(self, format: str, *args: Any) -> None:
            """Keep quiet."""

    return Handler


def _searched(found: tuple[Found, ...]) -> list[dict[str, Any]]:
    """Return the blocks of an answer that searched once: the call, its results, and text that cites them."""
    results = [
        {
            "type": "web_search_result",
            "url": each.url,
            "title": "A page",
            "page_age": each.age,
            "encrypted_content": "x",
        }
        for each in found
    ]
    blocks: list[dict[str, Any]] = [
        {"type": "server_tool_use", "id": "srvtoolu_1", "name": "web_search", "input": {"query": "news"}},
        {"type": "web_search_tool_result", "tool_use_id": "srvtoolu_1", "content": results},
    ]
    for each in found:
        blocks += [{"type": "text", "text": each.before}] if each.before else []
        place = {"type": "web_search_result_location", "url": each.url, "title": "A page", "encrypted_index": "x"}
        cites = [{**place, "cited_text": each.quote}] if each.quote else None
        blocks += [{"type": "text", "text": each.text, "citations": cites}] if each.text else []
    return blocks


def _message(api: MessagesApi, body: Mapping[str, Any], answer: Answer) -> bytes:
    blocks = [{"type": "thinking", "thinking": "", "signature": "s"}]
    blocks += _searched(answer.found) if answer.found else [{"type": "text", "text": answer.text}] * answer.blocks
    message = {
        "id": f"msg_{len(api.requests)}",
        "type": "message",
        "role": "assistant",
        "model": body["model"],
        "content": blocks,
        "stop_reason": answer.stop_reason,
        "stop_sequence": None,
        "usage": api.usage(body, answer),
    }
    return json.dumps(message).encode()
