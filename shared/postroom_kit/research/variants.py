"""What came of a campaign: rates with their intervals, beside targets, and which of two texts did better.

Intervals are Wilson's, at 95 %. Two variants are compared by Fisher's exact test, two-sided, at 5 % shared among all
pairs (Bonferroni), and only when each has the number of mails at which a difference of `least` would be seen in four
of five trials (the usual formula for two proportions). Below that nothing is concluded, whatever the figures look like.
Looking again each week would find a difference by chance sooner or later: give it the same first mails each time.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from statistics import NormalDist

_NORMAL = NormalDist()
TARGETS: Mapping[str, tuple[float, float]] = {"open": (0.40, 0.60), "reply": (0.05, 0.15), "meeting": (0.02, 0.05)}
"""What the guide holds to be usual."""


@dataclass(frozen=True, slots=True)
class Rate:
    """Hold how many of how many, and the interval that the true share lies in, at 95 %."""

    hits: int
    trials: int
    low: float
    high: float

    @property
    def share(self) -> float | None:
        """The share seen; None of nothing."""
        return self.hits / self.trials if self.trials else None

    def beside(self, low: float, high: float) -> str:
        """Say where the true share lies beside a target, as far as that is known."""
        if self.high < low:
            return "below"
        if self.low > high:
            return "above"
        return "within" if low <= self.low and self.high <= high else "too few to tell"

    def __str__(self) -> str:
        if not self.trials:
            return "none yet"
        return f"{self.hits} of {self.trials}, {100 * self.hits / self.trials:.1f} % ({_percent(self.low, self.high)})"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Hold the rate of each variant, the one that is better (None: nothing is concluded), and a sentence for people."""

    rates: Mapping[str, Rate]
    better: str | None
    needed: int
    verdict: str


@dataclass(frozen=True, slots=True)
class Funnel:
    """Hold what came of the mails of one variant; `opened` is None where that is not tracked."""

    opened: Rate | None
    replied: Rate
    meetings: Rate
    stopped: Rate

    def lines(self) -> list[str]:
        """Return a line for each rate, beside its target where there is one."""
        told = []
        for name, found in (("open", self.opened), ("reply", self.replied), ("meeting", self.meetings)):
            low, high = TARGETS[name]
            target = f"target {_percent(low, high)}"
            told.append(f"{name}: {found}, {target}: {found.beside(low, high)}" if found else f"{name}: not tracked")
        return [*told, f"unsubscribe: {self.stopped}"]


def assigned(address: str, variants: Iterable[str]) -> str:
    """Return the variant that an address gets: always the same one, and of many addresses each a share."""
    names = sorted(variants)
    return names[int(hashlib.sha256(address.lower().encode()).hexdigest(), 16) % len(names)]


def rate(hits: int, trials: int, confidence: float = 0.95) -> Rate:
    """Return a share with Wilson's interval; raise ValueError for counts that cannot be."""
    if not 0 <= hits <= trials:
        raise ValueError(f"{hits} of {trials} cannot be")
    if not trials:
        return Rate(0, 0, 0.0, 1.0)
    z = _NORMAL.inv_cdf((1 + confidence) / 2)
    share, weight = hits / trials, z * z / trials
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / trials + weight / (4 * trials))
    low, high = max(0.0, middle - half), min(1.0, middle + half)
    return Rate(hits, trials, 0.0 if hits == 0 else low, 1.0 if hits == trials else high)


def funnel(sent: int, opened: int | None, replied: int, meetings: int, stopped: int) -> Funnel:
    """Return the rates of so many first mails."""
    return Funnel(
        None if opened is None else rate(opened, sent), *(rate(count, sent) for count in (replied, meetings, stopped))
    )


def needed_for(base: float, least: float, alpha: float = 0.05, power: float = 0.8) -> int:
    """Return how many mails each of two variants needs for a difference of `least` above `base` to be seen."""
    if not 0 < least < 1:
        raise ValueError(f"the least difference is between 0 and 1, not {least}")
    first = min(max(base, 0.0), 1 - least)
    second = first + least
    mean = (first + second) / 2
    by_chance = _NORMAL.inv_cdf(1 - alpha / 2) * math.sqrt(2 * mean * (1 - mean))
    by_effect = _NORMAL.inv_cdf(power) * math.sqrt(first * (1 - first) + second * (1 - second))
    return math.ceil(((by_chance + by_effect) / least) ** 2)


def compare(variants: Mapping[str, tuple[int, int]], least: float = 0.05, alpha: float = 0.05) -> Comparison:
    """Compare variants by (successes, trials); conclude only where the numbers allow it."""
    rates = {name: rate(*counts) for name, counts in variants.items()}
    pairs = list(combinations(sorted(rates), 2))
    if not pairs:
        return Comparison(rates, None, 0, "there is one variant alone: nothing to compare")
    shared = alpha / len(pairs)
    base = sum(each.hits for each in rates.values()) / max(sum(each.trials for each in rates.values()), 1)
    needed = needed_for(base, least, shared)
    fewest = min(each.trials for each in rates.values())
    if fewest < needed:
        points = f"{100 * least:g} points"
        return Comparison(
            rates, None, needed, f"too early: {needed} mails each show a difference of {points}, {fewest} are there"
        )
    best = max(sorted(rates), key=lambda name: rates[name].share or 0.0)
    chances = [_by_chance(rates[best], other) for name, other in rates.items() if name != best]
    if max(chances) < shared:
        return Comparison(rates, best, needed, f"{best} did better (chance alone: p = {max(chances):.3f})")
    return Comparison(rates, None, needed, f"no difference that chance would not explain (p = {max(chances):.2f})")


def _by_chance(one: Rate, other: Rate) -> float:
    """Return the two-sided p of Fisher's exact test that both have the same true share."""
    from scipy.stats import fisher_exact

    table = [[rate.hits, rate.trials - rate.hits] for rate in (one, other)]
    return float(fisher_exact(table)[1])


def _percent(low: float, high: float) -> str:
    return f"{100 * low:.0f}–{100 * high:.0f} %"
