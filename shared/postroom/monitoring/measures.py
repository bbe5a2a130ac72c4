"""What is measured: each figure with its unit, what it says, its target, and on how little it says nothing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One thing to watch. `target` is for people; `at_least` and `at_most` are what a value is held against.

    Below `least` (mails that it rests on) there is no value: a rate of two mails is no rate.
    """

    name: str
    unit: str  # mails, mails an hour, ratio, seconds, USD
    says: str
    least: int = 0
    target: str = ""
    at_least: float | None = None
    at_most: float | None = None


MEASURES = (
    Measure("sent", "mails an hour", "Mail that left, to our people too"),
    Measure("received", "mails an hour", "Mail that came in, that of machines too"),
    Measure("reply_rate", "ratio", "Of mails to outside, those after which the thread got a reply", 20),
    Measure("response_mean", "seconds", "From a mail's arrival to our reply, on average", 5),
    Measure("response_median", "seconds", "The same, of the reply in the middle", 5, "below 60 s", at_most=60),
    Measure("error_rate", "ratio", "Of mails whose run ended, those that are dead letters", 20),
    Measure("escalation_rate", "ratio", "Of mails that wanted something, those handed over to people", 20),
    Measure(
        "auto_resolution_rate", "ratio", "Of mails that wanted something, those dealt with without a person",
        20, "60 to 80 %", at_least=0.6,
    ),
    Measure("queue_depth", "mails", "Runs that wait or are at work at this moment"),
    Measure("bounce_rate", "ratio", "Of mails that left, those that bounced", 50, "below 4 %", at_most=0.04),
    Measure("complaint_rate", "ratio", "Of mails that left, those called spam", 200, "below 0.1 %", at_most=0.001),
    Measure("delivery_rate", "ratio", "Of mails whose fate AgentMail told, those delivered", 20),
    Measure("spend", "USD", "What calls to Claude cost"),
)  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A measure's value, None where it rests on too little; `count` is the mails (or calls) that it rests on."""

    measure: Measure
    value: float | None
    count: int

    @property
    def on_target(self) -> bool | None:
        """Tell whether the value is as it should be; None without a value or a target."""
        low, high = self.measure.at_least, self.measure.at_most
        if self.value is None or (low is None and high is None):
            return None
        return (low is None or self.value >= low) and (high is None or self.value <= high)
