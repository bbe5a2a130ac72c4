"""What came of campaigns, for people: rates of each variant beside their targets, and whether one did better."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from .variants import compare, funnel

RIPE = timedelta(days=21)
"""After a first mail: the last follow-up left a week ago. Younger ones would make every rate look small."""
_NONE = "none"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold how far one record is. `variant` is "" for none; `reason` says why a first mail will never leave."""

    campaign: str
    variant: str
    started: datetime | None
    opened: bool
    replied: bool
    met: bool
    stopped: bool
    bounced: bool
    waits: bool
    reason: str = ""


class _Record(Protocol):
    @property
    def record_id(self) -> str: ...
    @property
    def campaign(self) -> str: ...


class Progress(Protocol):
    """How far one record is, as the core tells it."""

    @property
    def record(self) -> _Record: ...
    @property
    def status(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def started(self) -> datetime | None: ...
    @property
    def labels(self) -> Sequence[str]: ...
    @property
    def opened(self) -> bool: ...
    @property
    def replied(self) -> bool: ...
    @property
    def bounced(self) -> bool: ...
    @property
    def note(self) -> str: ...


def outcome(progress: Progress, met: str) -> Outcome:
    """Return how far a record is, by its labels variant/ and outcome/; `met` is the state of one that meets."""
    said = {name: value for name, _, value in (label.partition("/") for label in progress.labels)}
    came_to = said.get("outcome", "")
    return Outcome(
        progress.record.campaign, said.get("variant", ""), progress.started, progress.opened, progress.replied,
        met=came_to == "meeting" or progress.state == met, stopped=came_to in ("opted-out", "complaint"),
        bounced=progress.bounced, waits=progress.status in ("waiting", "starting", "held"),
        reason=progress.note or "nothing is known of them" if progress.status == "refused" else "",
    )  # fmt: skip


def in_talks(known: Iterable[Progress], record: _Record | None, ended: str) -> bool:
    """Tell whether a person has, or is about to have, a thread beside that record's which did not end in silence."""
    own = record.record_id if record else ""
    begun = (each for each in known if each.record.record_id != own and each.status not in ("waiting", "refused"))
    return any(each.replied or each.state != ended for each in begun)


@dataclass(frozen=True, slots=True)
class VariantFigures:
    """Hold the rates of a variant as lines to read."""

    name: str
    sent: int
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CampaignFigures:
    """Hold what a campaign came to."""

    name: str
    records: int
    begun: int
    waiting: int
    refused: int
    bounced: int
    variants: tuple[VariantFigures, ...]
    verdict: str


def campaign_figures(
    outcomes: Iterable[Outcome], now: datetime, *, tracks_opens: bool, planned: int = 0
) -> list[CampaignFigures]:
    """Return the figures of each campaign, by name. Variants are compared by replies to mails that are ripe.

    With `planned` only the first so many of each variant count: then looking each week finds nothing by chance alone.
    """
    campaigns: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        campaigns.setdefault(outcome.campaign, []).append(outcome)
    return [
        _of_campaign(name, rows, now, tracks_opens=tracks_opens, planned=planned)
        for name, rows in sorted(campaigns.items())
    ]


def left_out(outcomes: Iterable[Outcome]) -> list[tuple[str, int]]:
    """Return why first mails will never leave, the commonest reason first."""
    return Counter(each.reason for each in outcomes if each.reason).most_common()


def _of_campaign(
    name: str, rows: Sequence[Outcome], now: datetime, *, tracks_opens: bool, planned: int
) -> CampaignFigures:
    ripe = sorted((row for row in rows if row.started and row.started <= now - RIPE), key=_begun)
    by_variant = {each: [row for row in ripe if (row.variant or _NONE) == each] for each in _variants(ripe)}
    counted = {each: found[:planned] if planned else found for each, found in by_variant.items()}
    figures = []
    for variant, found in counted.items():
        opened = sum(row.opened for row in found) if tracks_opens else None
        replied, met = sum(row.replied for row in found), sum(row.met for row in found)
        told = funnel(len(found), opened, replied, met, sum(row.stopped for row in found)).lines()
        figures.append(VariantFigures(variant, len(found), tuple(told)))
    replies = {variant: (sum(row.replied for row in found), len(found)) for variant, found in counted.items()}
    return CampaignFigures(
        name, len(rows), sum(row.started is not None for row in rows), sum(row.waits for row in rows),
        sum(bool(row.reason) for row in rows), sum(row.bounced for row in rows), tuple(figures),
        compare(replies).verdict,
    )  # fmt: skip


def _variants(rows: Iterable[Outcome]) -> list[str]:
    return sorted({row.variant or _NONE for row in rows})


def _begun(row: Outcome) -> datetime:
    assert row.started is not None, "only those begun are sorted"
    return row.started
