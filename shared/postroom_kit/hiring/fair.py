"""Selection rates by group and stage, with the four-fifths rule of thumb (29 CFR 1607.4 D; checked by no lawyer).

report = four_fifths(reached, groups, stages, stopped)   # {"c1": "interview"}, {"c1": {"sex": "…"}}, …, {"c1"}
report.lines()                                   # for people: rates, ratios, and what cannot be told

It needs what candidates said of themselves, given by people apart from all mail; without it nobody can tell.
A ratio below four fifths is a reason to look, not a finding; a small number proves nothing either way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb

FOUR_FIFTHS = Fraction(4, 5)
LEAST_SHARE = Fraction(2, 100)
"""A group of less than this share of those considered gets no ratio of its own (29 CFR 1607.15 A (2)(a))."""
SMALL = 30
"""Below so many people in a group one decision more or less can turn the ratio."""
LEAST_KNOWN = Fraction(1, 2)
CANNOT_TELL = "cannot tell: nobody supplied what candidates say of themselves (self-identification)"


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of a group came on at a stage. `ratio` is to the group with the highest rate; None where it has none."""

    stage: str
    category: str
    group: str
    considered: int
    came_on: int
    ratio: Fraction | None = None
    chance: float = 1.0
    small: bool = False

    @property
    def rate(self) -> Fraction:
        """Return the share that came on."""
        return Fraction(self.came_on, self.considered)

    @property
    def below(self) -> bool:
        """Tell whether it is below four fifths of the highest."""
        return self.ratio is not None and self.ratio < FOUR_FIFTHS


@dataclass(frozen=True, slots=True)
class Report:
    """Rates of each stage and group, and why some cannot be told."""

    rates: tuple[Rate, ...] = ()
    missing: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return it in words, a line each."""
        return [*(_line(rate) for rate in self.rates), *self.missing]


def four_fifths(
    reached: Mapping[str, str],
    groups: Mapping[str, Mapping[str, str]],
    stages: Sequence[str],
    stopped: Collection[str] | None = None,
) -> Report:
    """Compare groups by how many of those considered at a stage came on to the next.

    `stages` are in their order; `reached` has the last one that people brought each person to, `stopped` those whom
    they decided against there (None: all of them). Who withdrew, or about whom nobody decided yet, counts at the
    stages behind them alone: they were not selected against. `groups` may leave people and answers out.
    """
    known = {person: groups[person] for person in reached if groups.get(person)}
    if not known:
        return Report(missing=(CANNOT_TELL,))
    rates, missing = list[Rate](), list[str]()
    places = {person: stages.index(stage) for person, stage in reached.items()}
    ended = reached.keys() if stopped is None else stopped
    for category in sorted({name for said in known.values() for name in said}):
        said = {person: answer[category] for person, answer in known.items() if answer.get(category)}
        if Fraction(len(said), len(reached)) < LEAST_KNOWN:
            missing.append(f"{category}: cannot tell, {len(said)} of {len(reached)} people said it of themselves")
            continue
        for at, stage in enumerate(stages[:-1]):
            rates += _rates(category, f"{stage} to {stages[at + 1]}", _counts(places, said, ended, at))
    return Report(tuple(rates), tuple(missing))


def _counts(
    places: Mapping[str, int], said: Mapping[str, str], stopped: Collection[str], at: int
) -> dict[str, tuple[int, int]]:
    came_on = Counter(group for person, group in said.items() if places[person] > at)
    left = Counter(group for person, group in said.items() if places[person] == at and person in stopped)
    return {group: (came_on[group] + left[group], came_on[group]) for group in sorted({*came_on, *left})}


def _rates(category: str, stage: str, counts: Mapping[str, tuple[int, int]]) -> Iterator[Rate]:
    everyone = sum(considered for considered, _ in counts.values())
    counted = {group: pair for group, pair in counts.items() if Fraction(pair[0], everyone) >= LEAST_SHARE}
    best = max(counted, key=lambda group: Fraction(counted[group][1], counted[group][0]), default="")
    top = Fraction(counted[best][1], counted[best][0]) if best else Fraction(0)
    for group, (considered, came_on) in counts.items():
        alone = len(counted) < 2 or group not in counted or not top
        ratio = None if alone else Fraction(came_on, considered) / top
        chance = 1.0 if alone or group == best else fisher(came_on, considered, *counted[best][::-1])
        small = considered < SMALL or counts[best][0] < SMALL if best else True
        yield Rate(stage, category, group, considered, came_on, ratio, chance, small)


def fisher(came_on: int, considered: int, top_came_on: int, top_considered: int) -> float:
    """Return how likely chance alone makes so large a difference of two groups (Fisher's exact test, two-sided)."""
    everyone, chosen = considered + top_considered, came_on + top_came_on

    def ways(number: int) -> int:
        return comb(considered, number) * comb(top_considered, chosen - number)

    least, most = max(0, chosen - top_considered), min(considered, chosen)
    seen = ways(came_on)
    return sum(ways(each) for each in range(least, most + 1) if ways(each) <= seen) / comb(everyone, chosen)


def _line(rate: Rate) -> str:
    share = f"{rate.came_on} of {rate.considered} ({float(rate.rate):.0%})"
    said = f"{rate.stage}, {rate.category}, {rate.group}: {share}"
    if rate.ratio is None:
        return f"{said}; no ratio: too few of this group, or nobody to compare it with"
    said += f", {float(rate.ratio):.2f} of the highest rate"
    if rate.below:
        said += f"; BELOW FOUR FIFTHS, a person should look into it (by chance alone: {rate.chance:.2f})"
    return f"{said}; small numbers prove nothing either way" if rate.small else said
