"""Logs for programs and people: what happened, in which run, and neither secrets nor what mails say."""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import AbstractContextManager
from typing import Any, Literal

import structlog

from postroom.mailbox.client import logged

GONE = "[redacted]"
NAMES = ("agent", "inbox_id", "thread_id", "message_id", "run_id")
"""What every line of a run carries."""
SECRET_KEYS = frozenset({"authorization", "x-api-key", "api_key", "cookie", "set-cookie"})
SHORTEST_SECRET = 6
"""Characters; to blank what is shorter would blank half of a log."""
_NAMED = r"(authorization|x-api-key|api[_-]key|cookie)(['\"]?\s*[:=,]\s*(?:b?['\"])?)"
SHAPES = (
    (re.compile(rf"(?i){_NAMED}(?:\w+ )?[^\s'\",;}})\]]+"), rf"\1\2{GONE}"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{6,}"), rf"\1 {GONE}"),
    (re.compile(r"\b(?:am_(?!sandbox\b)\w{8,}|sk-ant-[\w-]+|whsec_[\w+/=-]+)"), GONE),
    (re.compile(r"(?<=://)[^/?#\s@'\"]+@"), f"{GONE}@"),
    # whoever has the whole of a signed link may open it
    (re.compile(r"(\bhttps?://[^\s?'\"<>]+)\?[^\s'\"<>)]+"), rf"\1?{GONE}"),
)
LIBRARIES = {"waitress": logging.ERROR, "apscheduler": logging.ERROR}
"""Those that report as a warning what is none here."""

_values: set[str] = set()


def redact(values: Iterable[str]) -> None:
    """Keep these values out of every log of this process from now on."""
    _values.update(value for value in values if len(value) >= SHORTEST_SECRET)


def about(payload: Mapping[str, Any]) -> AbstractContextManager[Any]:
    """Give the ids of a run to all that is logged within."""
    return structlog.contextvars.bound_contextvars(**{name: payload[name] for name in NAMES if payload.get(name)})


def configure_logs(form: Literal["json", "text"] | None = None, *, verbose: bool = False) -> None:
    """Send all logs to standard error, those of libraries too, warnings alone unless `verbose`.

    Standard output is for results and announcements. Without a `form` a terminal gets text, all else JSON lines.
    """
    level = logging.INFO if verbose else logging.WARNING
    text = form == "text" or (form is None and sys.stderr.isatty())
    renderer: Any = structlog.processors.JSONRenderer(ensure_ascii=False)
    if text:
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            without_secrets,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(level=level, handlers=[Relay(level)], force=True)
    logging.captureWarnings(True)  # which quote values, such as a mail of another shape than the SDK knows
    for name, least in LIBRARIES.items():
        logging.getLogger(name).setLevel(least)


class Relay(logging.Handler):
    """Says what libraries log in our own form; what they log for their own makers (debug) holds whole mails."""

    def emit(self, record: logging.LogRecord) -> None:
        """Pass a line of a library on."""
        said = record.getMessage()
        if record.name == "py.warnings":
            said = " ".join(said.split(maxsplit=2)[:2])  # the place in the code, and the kind
        structlog.get_logger().log(record.levelno, said, logger=record.name, exc_info=record.exc_info or None)


def without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Return an event with secrets blanked, and of an exception what may be told (a processor of structlog)."""
    error = event.pop("exc_info", None)
    if error:
        event["exception"] = trace(_exception(error))
    return {name: GONE if name.lower() in SECRET_KEYS else _cleaned(value) for name, value in event.items()}


def trace(error: BaseException | None) -> str:
    """Return where an exception came from, in code alone: its own words may be a mail's, its values secrets."""
    said = []
    while error is not None:
        at = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
        said.append("\n  ".join([logged(error), *reversed(at)]))
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nbecause of ".join(said)


def clean(text: str) -> str:
    """Return a text without keys, passwords and what signs a link."""
    for value in sorted(_values, key=len, reverse=True):
        text = text.replace(value, GONE)
    for shape, instead in SHAPES:
        text = shape.sub(instead, text)
    return text


def _exception(given: Any) -> BaseException | None:
    found: Any = sys.exc_info() if given is True else given
    error: BaseException | None = found[1] if isinstance(found, tuple) else found
    return error


def _cleaned(value: Any) -> Any:
    match value:
        case None | bool() | int() | float():
            return value
        case Mapping():
            return {
                str(key): GONE if str(key).lower() in SECRET_KEYS else _cleaned(each) for key, each in value.items()
            }
        case list() | tuple() | set() | frozenset():
            return [_cleaned(each) for each in value]
        case BaseException():
            return clean(logged(value))
    return clean(str(value))
