"""A figure of a day as a small line: a point for each hour, a dashed line for its target, a mark where it is missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from postroom.console.shown import amount
from postroom.monitoring.measures import Figure

WIDTH, HEIGHT, MARGIN = 144, 32, 6


@dataclass(frozen=True)
class Spark:
    """What is drawn, in pixels: the line with its gaps, the heights of targets, the hours that missed; and in words.

    `most` is the value at the top of the line.
    """

    path: str
    targets: tuple[float, ...]
    missed: tuple[tuple[float, float], ...]
    words: str
    most: str
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(hours: Sequence[Figure]) -> Spark:
    """Draw a figure's hours, oldest first. An hour that it had nothing to rest on is a gap.

    One that rests on as little as a figure may not is drawn, but misses no target: it is too little to say so.
    """
    measure = hours[0].measure
    told = [(number, hour.value) for number, hour in enumerate(hours) if hour.value is not None]
    targets = [at for at in (measure.at_least, measure.at_most) if at is not None]
    top = max([value for _, value in told] + targets, default=0.0) or 1.0
    step = (WIDTH - 2 * MARGIN) / (len(hours) - 1)

    def place(number: int, value: float) -> tuple[float, float]:
        return round(MARGIN + number * step, 1), round(HEIGHT - MARGIN - value / top * (HEIGHT - 2 * MARGIN), 1)

    drawn, before = "", -2
    for number, value in told:
        x, y = place(number, value)
        drawn += f"L{x} {y}" if number == before + 1 else f"M{x - 1:.1f} {y}h2"
        before = number
    off = [n for n, value in told if hours[n].on_target is False and hours[n].count >= measure.least]
    return Spark(
        drawn,
        tuple(place(0, at)[1] for at in targets),
        tuple(place(number, hours[number].value or 0.0) for number in off),
        _words(hours, [value for _, value in told], len(off)),
        amount(max(value for _, value in told), measure.unit) if told else "",
    )


def _words(hours: Sequence[Figure], told: Sequence[float], off: int) -> str:
    if not told:
        return "nothing in the last 24 hours"
    unit = hours[0].measure.unit
    said = f"by the hour, least {amount(min(told), unit)}, most {amount(max(told), unit)}"
    last = hours[-1].value
    said += f", in the last {'nothing' if last is None else amount(last, unit)}"
    return f"{said}; target missed in {off} hour{'' if off == 1 else 's'}" if off else said
