"""Settings: what is set, what counts as absent, whose people get a thread, and that secrets never print."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from postroom import Settings
from postroom.settings import SettingsError, read_settings

VARIABLES = [
    "AGENTMAIL_API_KEY",
    "AGENTMAIL_BASE_URL",
    "AGENTMAIL_WS_URL",
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_BASE_URL",
    "POSTROOM_DATABASE_URL",
    "POSTROOM_PRICES",
    "POSTROOM_PUBLIC_URL",
    "POSTROOM_PASSWORD",
    "POSTROOM_WEBHOOK_SECRET",
    "POSTROOM_WORKER",
]


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [*VARIABLES, "POSTROOM_HUMANS"]:
        monkeypatch.delenv(name, raising=False)


def read(**values: Any) -> Settings:
    return Settings(_env_file=None, **values)  # type: ignore[call-arg]


def test_with_nothing_set_it_is_the_sandbox() -> None:
    assert not read().live
    assert read().anthropic_api_key is None


@pytest.mark.parametrize("name", VARIABLES)
def test_a_variable_that_is_set_to_nothing_counts_as_absent(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, "")
    assert getattr(read(), name.lower().removeprefix("postroom_")) is None


def test_a_real_account_is_live_whatever_stands_empty_beside_its_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTMAIL_API_KEY", "am_secret")
    monkeypatch.setenv("AGENTMAIL_BASE_URL", "")
    assert read().live


def test_a_server_elsewhere_is_not_live(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTMAIL_API_KEY", "am_secret")
    monkeypatch.setenv("AGENTMAIL_BASE_URL", "http://127.0.0.1:8025")
    assert not read().live


def test_models_and_caps_are_set_and_have_safe_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (read().model_small, read().model_large) == ("claude-haiku-5-5", "claude-sonnet-5-5")
    assert 0 < read().spend_thread_usd < read().spend_day_usd <= 10
    for name, value in (("MODEL_SMALL", "other"), ("SPEND_DAY_USD", "0"), ("SPEND_THREAD_USD", "0.1")):
        monkeypatch.setenv(f"POSTROOM_{name}", value)
    assert (read().model_small, read().spend_day_usd, read().spend_thread_usd) == ("other", 0.0, 0.1)
    monkeypatch.setenv("POSTROOM_SPEND_DAY_USD", "")
    assert read().spend_day_usd == Settings.model_fields["spend_day_usd"].default
    monkeypatch.setenv("POSTROOM_SPEND_DAY_USD", "-1")
    with pytest.raises(ValidationError, match="greater than or equal to 0"):
        read()


def test_secrets_do_not_print(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AGENTMAIL_API_KEY", "ANTHROPIC_API_KEY", "POSTROOM_WEBHOOK_SECRET"):
        monkeypatch.setenv(name, "do-not-print-me")
    shown = read()
    assert "do-not-print-me" not in f"{shown!r} {shown} {shown.model_dump()} {shown.model_dump_json()}"


@pytest.mark.parametrize(
    ("humans", "agent", "people"),
    [
        ("Ana <a@example.com>, b@example.com", "support", ["Ana <a@example.com>", "b@example.com"]),
        ("support: Ana <a@example.com>, b@example.com", "support", ["Ana <a@example.com>"]),
        ("support: Ana <a@example.com>, b@example.com", "sdr", ["b@example.com"]),
        (
            "legal-intake: a@example.com, legal-intake: b@example.com",
            "legal-intake",
            ["a@example.com", "b@example.com"],
        ),
        ("support: a@example.com", "sdr", []),
        ('"Duarte, Ana" <a@example.com>, b@example.com', "support", ['"Duarte, Ana" <a@example.com>', "b@example.com"]),
        ("", "support", []),
    ],
)
def test_people_come_in_the_order_of_escalation(humans: str, agent: str, people: list[str]) -> None:
    assert read(humans=humans).humans_of(agent) == people


@pytest.mark.parametrize(
    ("url", "live"),
    [
        ("http://127.0.0.1:8025", False),
        ("http://localhost:8025/", False),
        ("https://api.agentmail.eu", True),
        ("http://10.0.0.7:8025", True),
    ],
)
def test_only_a_server_on_this_machine_counts_as_a_sandbox(
    url: str, live: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AGENTMAIL_API_KEY", "am_x")
    monkeypatch.setenv("AGENTMAIL_BASE_URL", url)
    assert Settings(_env_file=None).live is live  # type: ignore[call-arg]


def test_blanks_around_an_address_are_no_part_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", " http://127.0.0.1:8080 ")
    assert read().anthropic_base_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize("path", ["", "/", "/v0", "/v0/"])
def test_addresses_may_be_written_as_the_sandbox_prints_them(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTMAIL_BASE_URL", f"http://127.0.0.1:8025{path}")
    monkeypatch.setenv("AGENTMAIL_WS_URL", f"ws://127.0.0.1:8026{path}")
    settings = read()
    assert settings.agentmail_base_url == "http://127.0.0.1:8025"
    assert settings.agentmail_ws_url == "ws://127.0.0.1:8026"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("POSTROOM_PUBLIC_URL", "foo", "https://"),
        ("POSTROOM_PUBLIC_URL", "https://host:99999", "not .https://host:99999"),
        ("POSTROOM_PASSWORD", "elevenchars", "at least 12 characters"),
        ("AGENTMAIL_BASE_URL", "127.0.0.1:8025", "https://"),
        ("AGENTMAIL_WS_URL", "http://127.0.0.1:8026", "wss://"),
        ("ANTHROPIC_BASE_URL", "127.0.0.1:8080", "https://"),
        ("ANTHROPIC_BASE_URL", "ftp://127.0.0.1", "https://"),
        ("POSTROOM_DATABASE_URL", "mysql://x", "postgresql://"),
        ("POSTROOM_HUMANS", "foo", "'foo' holds no address"),
        ("POSTROOM_HUMANS", ",,;;<>", "';;<>' holds no address"),
        ("POSTROOM_HUMANS", ",", "holds no address"),
        ("POSTROOM_HUMANS", "Ana <a@example.com>, support: Ben", "'Ben' holds no address"),
    ],
)
def test_a_setting_that_cannot_be_is_named_with_what_to_write(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=f"^{name}: .*{said}"):
        read_settings()


def test_a_trailing_comma_among_people_is_no_person() -> None:
    assert read(humans="a@example.com, ").humans_of("support") == ["a@example.com"]


def test_a_refused_database_shows_no_password(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTROOM_DATABASE_URL", "mysql://user:do-not-print-me@host/name")
    with pytest.raises(SettingsError) as refused:
        read_settings()
    assert "do-not-print-me" not in f"{refused.value} {refused.value.__cause__}"


@pytest.mark.parametrize(
    "address",
    [
        "desk:hunter2@127.0.0.1:8080",
        "http:/desk:hunter2@h",
        "ftp://desk:hunter2@h",
        "http://desk:hunter2/x@h",
        "ftp://h/?key=hunter2",
    ],
)
def test_a_refused_address_shows_no_password(address: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings(anthropic_base_url=address)
    assert "hunter2" not in str(refused.value)


def test_garbage_in_the_env_file_is_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_bytes(b"POSTROOM_WORKER=\xff\xfe\x00")
    with pytest.raises(SettingsError, match=r"\.env is not text in UTF-8 \(byte 16\)"):
        read_settings()


@pytest.mark.parametrize("name", ["AGENTMAIL_API_KEY", "ANTHROPIC_API_KEY"])
def test_a_key_that_no_header_can_hold_is_refused_and_not_told(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    for wrong in ("am_us_purple\nwalrus", "am_us_pur ple", "am_us_purplé", "am_us_pur\x07ple", " "):
        monkeypatch.setenv(name, wrong)
        with pytest.raises(SettingsError) as error:
            read_settings()
        assert (name in str(error.value), "pur" in str(error.value)) == (True, False)
    monkeypatch.setenv(name, " am_us_purple\n")
    held = read_settings()
    assert "am_us_purple" in held.secrets
