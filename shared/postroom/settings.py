"""What a person sets: environment variables and `.env`, read once, passed on. Secrets never print."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from postroom.autonomy import Autonomy, Level
from postroom.refused import Refused
from postroom_kit.embeddings import Backend

SANDBOX_KEY = "am_sandbox"
SHORTEST_PASSWORD = 12
LOOPBACK = ("localhost", "127.0.0.1", "::1")
COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
"""A comma that separates people: one inside quotes belongs to a name."""
ADDRESS = re.compile(r"[^@\s<>;,]+@[^@\s<>;,]+")


class SettingsError(Refused):
    """A setting that cannot be, in a sentence that says what to write; it never holds the value of a secret."""


class Settings(BaseSettings):
    """All settings. Each field is the environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    agentmail_api_key: SecretStr | None = None
    """Key of an AgentMail account; without it the sandbox starts."""
    agentmail_base_url: str | None = None
    """An AgentMail-compatible server elsewhere, such as a sandbox in its own process; with `/v0` or without."""
    agentmail_ws_url: str | None = None
    """Its WebSocket; without it a server elsewhere is polled."""
    anthropic_api_key: SecretStr | None = None
    """Key for Claude; without it the offline brain answers."""
    anthropic_base_url: str | None = None
    """A server elsewhere that speaks Anthropic's Messages API."""
    model_small: str = Field("claude-haiku-5-5", alias="POSTROOM_MODEL_SMALL")
    """The model that sorts and judges."""
    model_large: str = Field("claude-sonnet-5-5", alias="POSTROOM_MODEL_LARGE")
    """The model that writes."""
    spend_day_usd: float = Field(5.0, alias="POSTROOM_SPEND_DAY_USD", ge=0)
    """What Claude may cost in a day (UTC), in USD; beyond it people answer."""
    spend_thread_usd: float = Field(0.5, alias="POSTROOM_SPEND_THREAD_USD", ge=0)
    """What Claude may cost on one thread, in USD; beyond it people answer."""
    prices: Path | None = Field(None, alias="POSTROOM_PRICES")
    """A price file of your own, in the form of `shared/postroom/brain/prices.toml`; its models go before those."""
    database_url: str | None = Field(None, alias="POSTROOM_DATABASE_URL")
    """`postgresql://…` for several workers; without it SQLite in the data folder."""
    humans: str = Field("", alias="POSTROOM_HUMANS")
    """`Name <a@b>, …` in the order of escalation; `support: Name <a@b>` is for that agent alone."""
    approvers: str = Field("", alias="POSTROOM_APPROVERS")
    """Who may release what waits, in the form of POSTROOM_HUMANS; `support/hold/first_week: Name <a@b>` is for what
    that rule holds. Without it those of POSTROOM_HUMANS."""
    as_live: bool = Field(False, alias="POSTROOM_AS_LIVE")
    """Start on the sandbox as with a real account, with all that guards its first day; `postroom run --as-live`."""
    backlog: bool = Field(False, alias="POSTROOM_BACKLOG")
    """With a real account, have drafts of answers made to what came in before the first start, too, oldest first; each
    waits for a yes. Without it that is listed and left to people; `postroom run --backlog`."""
    autonomy: str = Field("", alias="POSTROOM_AUTONOMY")
    """What agents do by themselves: `auto` sends, `approve` waits for a yes with each mail, `suggest` writes drafts and
    asks nobody, `off` leaves mail to people. For all agents, for one, or for what gets a label, and the least of them
    counts: `approve, support: auto, category/billing: suggest`. With a real account `approve`, and `auto` only for
    those that are named."""
    log: Literal["json", "text"] | None = Field(None, alias="POSTROOM_LOG")
    """How logs are written, to standard error: `json`, a line each, or `text`; without it `text` on a terminal."""
    queue_alert: int = Field(100, alias="POSTROOM_QUEUE_ALERT", ge=1)
    """How many runs may wait or be at work before our people get a mail about it."""
    public_url: str | None = Field(None, alias="POSTROOM_PUBLIC_URL")
    """Where AgentMail reaches this process for webhooks. The page then wants a login: the link printed at start, or
    `POSTROOM_PASSWORD`; it answers there, too, where that is set."""
    password: SecretStr | None = Field(None, alias="POSTROOM_PASSWORD")
    """What the page asks for through a tunnel and at `POSTROOM_PUBLIC_URL`, at least 12 characters; without it the page
    answers on this machine alone."""
    webhook_secret: SecretStr | None = Field(None, alias="POSTROOM_WEBHOOK_SECRET")
    """The webhook's signing secret, where it was made by hand; AgentMail tells it otherwise."""
    secret: SecretStr | None = Field(None, alias="POSTROOM_SECRET")
    """Salts the hashes in the audit, so that they tell nothing by themselves. Without it one is made in the data folder
    at the first start; on Postgres it must be set, the same for all workers."""
    worker: str | None = Field(None, alias="POSTROOM_WORKER")
    """The name of this worker among several on one Postgres, the same at each start; without it `worker-1`."""
    knowledge: Backend = Field("auto", alias="POSTROOM_KNOWLEDGE")
    """How texts are compared: `bm25` by words, `vector` by meaning too (extra `vector`, which `make run-…` installs),
    `st` by the model of POSTROOM_EMBEDDINGS (extra `st`), `auto` as `vector` where that is installed, else `bm25`."""
    embeddings: str | None = Field(None, alias="POSTROOM_EMBEDDINGS")
    """Folder or name of a sentence-transformers model that is on this machine, for `st`."""
    data_dir: Path = Field(Path(".postroom"), alias="POSTROOM_DATA_DIR")
    """Where the databases live."""

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object, info: ValidationInfo) -> object:
        # `.env` files list variables with nothing behind them; an empty base URL must not pass for a sandbox's
        return cls.model_fields[str(info.field_name)].default if value == "" else value

    @field_validator("anthropic_base_url")
    @classmethod
    def _is_server(cls, value: str | None) -> str | None:
        return value and _checked(value, ("http", "https"))

    @field_validator("agentmail_base_url", "agentmail_ws_url", "public_url")
    @classmethod
    def _is_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        schemes = ("ws", "wss") if info.field_name == "agentmail_ws_url" else ("http", "https")
        if value is None:
            return None
        value = _checked(value, schemes)
        # the sandbox prints its addresses with the path that the SDK puts there by itself
        return value.rstrip("/") if info.field_name == "public_url" else value.rstrip("/").removesuffix("/v0")

    @field_validator("database_url")
    @classmethod
    def _is_postgres(cls, value: str | None) -> str | None:
        if value and not value.startswith(("postgresql://", "sqlite://")):
            raise ValueError("write postgresql://user:password@host/name, or unset it to use SQLite")
        return value

    @field_validator("agentmail_api_key", "anthropic_api_key")
    @classmethod
    def _fits_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        # what does not is quoted by the error of whoever sends it
        if value is None:
            return None
        key = value.get_secret_value().strip()
        if not key or not key.isascii() or not key.isprintable() or " " in key:
            raise ValueError("it is blank, or has a character that no key has; copy it anew")
        return SecretStr(key)

    @field_validator("password")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < SHORTEST_PASSWORD:
            raise ValueError(f"use at least {SHORTEST_PASSWORD} characters: whoever has it reads all mail")
        return value

    @field_validator("autonomy")
    @classmethod
    def _are_levels(cls, value: str) -> str:
        Autonomy.parse(value)
        return value

    @field_validator("humans", "approvers")
    @classmethod
    def _are_people(cls, value: str) -> str:
        for _, person in list(_people(value)) or [("", value)]:
            if value and not ADDRESS.fullmatch(parseaddr(person)[1]):
                raise ValueError(f"{person!r} holds no address; write Name <name@example.com>, with commas between")
        return value

    @property
    def live(self) -> bool:
        """Tell whether mail reaches real people, or is to be treated so.

        That is so where a key is set and the server is not one on this machine.
        """
        if self.agentmail_base_url is None or self.as_live:
            return self.as_live or self.agentmail_api_key is not None
        return urlsplit(self.agentmail_base_url).hostname not in LOOPBACK

    @property
    def secrets(self) -> list[str]:
        """Return the values that no log may hold."""
        held = [value.get_secret_value() for _, value in self if isinstance(value, SecretStr)]
        database = urlsplit(self.database_url or "")
        return [*held, *filter(None, [database.password, *parse_qs(database.query).get("password", [])])]

    def autonomy_by(self, *, offline: bool) -> Autonomy:
        """Return what agents may do by themselves; with a real account the offline brain suggests, and never sends."""
        unset: Level = "approve" if self.live else "auto"
        return Autonomy.parse(self.autonomy, unset=unset, most="suggest" if self.live and offline else "auto")

    def humans_of(self, agent: str) -> list[str]:
        """Return the addresses of our people for `agent`, in the order of escalation."""
        named: list[str] = []
        general: list[str] = []
        for owner, person in _people(self.humans):
            if owner in ("", agent):
                (named if owner else general).append(person)
        return named or general

    def approvers_of(self, agent: str) -> dict[str, list[str]]:
        """Return who may release what `agent` holds, by the rule that holds it; "" is for all other rules."""
        found: dict[str, list[str]] = {}
        for owner, person in _people(self.approvers):
            name, _, rule = owner.partition("/")
            if name == agent:
                found.setdefault(rule, []).append(person)
        general = [person for owner, person in _people(self.approvers) if not owner]
        return {"": general or self.humans_of(agent), **found}

    def owners(self) -> list[tuple[str, str]]:
        """Return for which agents, and rules of them, people are named alone, with the variable that names them."""
        named = {"POSTROOM_HUMANS": self.humans, "POSTROOM_APPROVERS": self.approvers}
        return [(name, owner) for name, people in named.items() for owner, _ in _people(people) if owner]

    @property
    def teams(self) -> list[list[str]]:
        """Return our people in the order of escalation: of each agent that has its own, and of all others."""
        return [self.humans_of(owner) for owner in dict.fromkeys(owner for owner, _ in _people(self.humans))]


def shown(url: str) -> str:
    """Return an address as it may be shown: without a name and password in it, or a key behind a question mark."""
    return re.sub(r"(?<=//).*@|(?:^|(?<=:/))[^/?#]*@|\?.*", "", url)


def _checked(url: str, schemes: tuple[str, str]) -> str:
    """Return an address without blanks around it; raises ValueError with what to write instead."""
    parts = urlsplit(url := url.strip())
    try:
        is_one = parts.scheme in schemes and parts.hostname and parts.port != 0
    except ValueError:  # which quotes as a port what may be a part of a password
        is_one = False
    if not is_one:
        raise ValueError(f"write an address such as {schemes[1]}://post.example.com, not {shown(url)!r}")
    return url


def _people(humans: str) -> Iterator[tuple[str, str]]:
    """Yield each person behind the agent they are for alone, "" for all."""
    for part in filter(str.strip, COMMA.split(humans)):
        owner, colon, rest = part.partition(":")
        yield (owner.strip(), rest.strip()) if colon and "@" not in owner else ("", part.strip())


def read_settings(**given: Any) -> Settings:
    """Read the environment and `.env`; what is `given` outranks both. Raises SettingsError."""
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = [(str(item["loc"][0]).upper(), item["msg"].removeprefix("Value error, ")) for item in error.errors()]
        raise SettingsError("; ".join(f"{name}: {said}" for name, said in wrong)) from None
    except UnicodeDecodeError as error:
        raise SettingsError(f".env is not text in UTF-8 (byte {error.start}): write NAME=value, one a line") from None
    except OSError as error:
        raise SettingsError(f"cannot read {error.filename}: {error.strerror}") from None
