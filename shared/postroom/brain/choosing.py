"""Which brain decides: Claude where there is a key, the offline brain without one or when it is asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from postroom.brain.calling import ANTHROPIC_URL, Caller
from postroom.brain.claude import ClaudeBrain
from postroom.brain.offline import OfflineBrain
from postroom.brain.prices import read_prices
from postroom.brain.question import BrainError
from postroom.brain.spending import Ledger, Purse
from postroom.clock import Clock
from postroom.settings import Settings
from postroom_kit.kept import Kept

Choice = Literal["offline", "claude"]


def choose_brain(
    settings: Settings, wanted: Choice | None, open_ledger: Callable[[], Ledger], clock: Clock
) -> OfflineBrain | ClaudeBrain:
    """Return the brain that is wanted, or that the settings can have; only one that costs needs a ledger.

    Raises BrainError when it cannot be had.
    """
    key = settings.anthropic_api_key
    offline = OfflineBrain(Kept(settings.data_dir / "learnt"))
    if wanted == "offline" or (wanted is None and key is None):
        return offline
    if key is None:
        raise BrainError("--brain claude needs ANTHROPIC_API_KEY; set it, or let the offline brain decide")
    prices = read_prices(settings.prices)
    purse = Purse(open_ledger(), clock, prices, settings.spend_day_usd, settings.spend_thread_usd)
    caller = Caller(key.get_secret_value(), settings.anthropic_base_url or ANTHROPIC_URL, purse)
    return ClaudeBrain({"small": settings.model_small, "large": settings.model_large}, caller, offline)
