"""What a person sets: environment variables and `.env`, read once, passed on. Secrets never print."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

SANDBOX_KEY = "am_sandbox"
LOOPBACK = ("localhost", "127.0.0.1", "::1")
COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')
"""A comma that separates people: one inside quotes belongs to a name."""


class Settings(BaseSettings):
    """All settings. Each field is the environment variable of the same name in capitals."""

    model_config = SettingsConfigDict(env_file=".env", extra="ignore", frozen=True, populate_by_name=True)

    agentmail_api_key: SecretStr | None = None
    """Key of an AgentMail account; without it the sandbox starts."""
    agentmail_base_url: str | None = None
    """An AgentMail-compatible server elsewhere, such as a sandbox in its own process."""
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
    public_url: str | None = Field(None, alias="POSTROOM_PUBLIC_URL")
    """Where AgentMail reaches this process for webhooks; the page then answers on this machine alone."""
    webhook_secret: SecretStr | None = Field(None, alias="POSTROOM_WEBHOOK_SECRET")
    """The webhook's signing secret, where it was made by hand; AgentMail tells it otherwise."""
    worker: str | None = Field(None, alias="POSTROOM_WORKER")
    """A stable name of this worker among several on one Postgres."""
    data_dir: Path = Field(Path(".postroom"), alias="POSTROOM_DATA_DIR")
    """Where the databases live."""

    @field_validator("*", mode="before")
    @classmethod
    def _empty_is_absent(cls, value: object, info: ValidationInfo) -> object:
        # `.env` files list variables with nothing behind them; an empty base URL must not pass for a sandbox's
        return cls.model_fields[str(info.field_name)].default if value == "" else value

    @property
    def live(self) -> bool:
        """Tell whether mail reaches real people: a key is set, and the server is not one on this machine."""
        if self.agentmail_base_url is None:
            return self.agentmail_api_key is not None
        return urlsplit(self.agentmail_base_url).hostname not in LOOPBACK

    def humans_of(self, agent: str) -> list[str]:
        """Return the addresses of our people for `agent`, in the order of escalation."""
        named: list[str] = []
        general: list[str] = []
        for part in COMMA.split(self.humans):
            owner, colon, rest = part.partition(":")
            theirs = bool(colon) and "@" not in owner
            person = (rest if theirs else part).strip()
            if "@" in person and (not theirs or owner.strip() == agent):
                (named if theirs else general).append(person)
        return named or general
