"""Rules as data: what law and manners ask of a mail about to leave, each with its source and the check that tells.

Nobody here read the sources: `checked` says so of each rule, and the stricter reading counts. This is no legal advice.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from importlib.resources import files
from typing import Any, get_args
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter, ValidationError

from . import checks
from .asking import CHECKS, Asking, Found, params_of
from .leaving import Kind, Leaving, Objection, Outcome
from .places import may_be_in

BOOKS = ("cold_email", "hiring", "debt_collection", "manners")
SETTINGS: dict[str, type] = {"zone": str, "public_url": bool, "one_click": bool}
"""What an agent may set: where its days begin, whether people outside reach it by https, whether it has one click."""
_NAME = re.compile(r"(?:law|manners)/[a-z0-9]+(?:-[a-z0-9]+)*")
_AREA = re.compile(r"[A-Z]{2}(?:-[A-Z0-9]{1,3})?")
_GRAVE: tuple[Outcome, ...] = ("refuse", "hold", "wait")
_MOST_WAITS = 60
assert checks.__all__  # importing them makes them known


class RuleError(ValueError):
    """A rule or a setting that cannot be; the message names it and says what is wrong."""


@dataclass(frozen=True)
class Rule:
    """One rule. `applies` says to which mail: by country, kind, template, facts; what is not known counts as such."""

    name: str
    title: str
    text: str
    source: str
    dated: date
    reviewed: date
    checked: bool
    check: str
    outcome: Outcome
    applies: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    params: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, data: Mapping[str, Any]) -> Rule:
        """Read a rule from its table; raises RuleError."""
        _demand(isinstance(data, dict), f"a rule is a table, not {data!r}")
        name = data.get("name")
        lacking = [
            each.name for each in fields(cls) if each.name not in ("applies", "params") and each.name not in data
        ]
        unknown = sorted(data.keys() - {each.name for each in fields(cls)})
        if lacking or unknown:
            raise RuleError(
                f"rule {name!r} " + (f"lacks {', '.join(lacking)}" if lacking else f"has no {unknown[0]!r}")
            )
        rule = cls(**data)
        for each in ("applies", "params"):
            _demand(isinstance(getattr(rule, each), Mapping), f"rule {name!r}: {each} is a table")
        for each in ("title", "text", "source", "check"):
            _demand(isinstance(data[each], str) and data[each].strip(), f"rule {name!r}: {each} says nothing")
        _demand(isinstance(name, str) and _NAME.fullmatch(name), f"rule {name!r}: write law/… or manners/…, lower case")
        for each in ("dated", "reviewed"):
            is_day = isinstance(data[each], date) and not isinstance(data[each], datetime)
            _demand(is_day, f"rule {name!r}: {each} is a day such as 2026-01-31")
        _demand(isinstance(rule.checked, bool), f"rule {name!r}: checked is true or false")
        _demand(rule.outcome in get_args(Outcome), f"rule {name!r}: outcome is one of {', '.join(get_args(Outcome))}")
        _demand(rule.check in CHECKS, f"rule {name!r}: there is no check {rule.check!r}")
        _read_applies(rule)
        _read_params(rule)
        return rule

    def concerns(self, asking: Asking) -> bool:
        """Tell whether the rule may apply. A place or fact that is not known may be any: then it does."""
        return all(self._meets(condition, list(values), asking) for condition, values in self.applies.items())

    def _meets(self, condition: str, values: list[Any], asking: Asking) -> bool:
        if condition == "country":
            return not asking.spots or any(may_be_in(spot, area) for spot in asking.spots for area in values)
        if condition in ("kind", "template"):
            return getattr(asking.leaving, condition) in values
        fact = asking.fact(condition.removeprefix("facts."))
        said = "" if fact is None else str(fact).strip().casefold()
        if not said or (condition in _FACTS and said not in _FACTS[condition]):
            return True
        return said in [str(value).casefold() for value in values]


_FACTS: dict[str, tuple[str, ...]] = {"facts.party": ("first", "third"), "facts.debt": ("consumer", "business")}
"""The facts that may spare a mail a rule, and all they can be: anything else is not known."""


@dataclass(frozen=True)
class RuleBook:
    """The rules that an agent keeps, and its settings."""

    rules: tuple[Rule, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, *names: str, settings: Mapping[str, Any] | None = None) -> RuleBook:
        """Take the rules of some books; settings are `SETTINGS`, or a rule's name with the params to change."""
        texts = []
        for name in names:
            _demand(name in BOOKS, f"there is no book {name!r}; write some of {', '.join(BOOKS)}")
            texts.append(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))
        return cls.read(*texts, settings=settings)

    @classmethod
    def read(cls, *texts: str, settings: Mapping[str, Any] | None = None) -> RuleBook:
        """Read books in TOML, each a list of [[rule]]; raises RuleError."""
        rules = []
        for text in texts:
            try:
                book = tomllib.loads(text)
            except tomllib.TOMLDecodeError as error:
                raise RuleError(f"a book of rules is no TOML: {error}") from error
            unknown = sorted(book.keys() - {"rule"})
            _demand(not unknown and isinstance(book.get("rule"), list), f"a book has [[rule]] alone, not {unknown}")
            rules += [Rule.read(each) for each in book["rule"]]
        names = [rule.name for rule in rules]
        twice = next((name for name in names if names.count(name) > 1), None)
        _demand(twice is None, f"rule {twice!r} stands there twice")
        own, changes = _read_settings(settings or {}, names)
        return cls(tuple(_changed(rule, changes.get(rule.name)) for rule in rules), own)

    def judge(
        self, leaving: Leaving, settings: Mapping[str, Any] | None = None, *, released: bool = False
    ) -> Objection | None:
        """Return the gravest objection to a mail: refuse, hold, or wait until no rule says wait. None lets it leave.

        `settings` are those that only the process at work knows, such as whether it is reached from outside: they win.
        `released`: a person said yes to what is held, so that alone what refuses it, or makes it wait, is left.
        """
        if settings:
            return replace(self, settings={**self.settings, **settings}).judge(leaving, released=released)
        found = self._objections(leaving, leaving.now)
        if refused := next((each for each in found if each.outcome == "refuse"), None):
            return refused
        held = [each for each in found if each.outcome == "hold" and not released]
        if held:  # whoever releases it releases it from all
            return replace(held[0], reason="; ".join(dict.fromkeys(each.reason for each in held)))
        waits = [each for each in found if each.outcome == "wait"]
        return self._wait(leaving, waits) if waits else None

    def missing(self, identity: Mapping[str, str]) -> list[str]:
        """Return what of us must be known before the first start and is not: legal name, postal address …"""
        asked = [name for rule in self.rules for name in rule.params.get("identity", ())]
        return [name for name in dict.fromkeys(asked) if not str(identity.get(name) or "").strip()]

    def _objections(self, leaving: Leaving, at: datetime) -> list[Objection]:
        found = []
        for rule in self.rules:
            asking = Asking(leaving, at, tuple(rule.applies.get("country", ())), self.settings)
            if rule.concerns(asking) and (hit := CHECKS[rule.check](asking, **rule.params)) is not None:
                found.append(_objection(rule, hit))
        return found

    def _wait(self, leaving: Leaving, found: list[Objection]) -> Objection:
        """Return the wait that lasts longest now, until the first moment at which none says wait."""
        longest = last = max(found, key=_until)
        patient = replace(self, rules=tuple(rule for rule in self.rules if rule.outcome == "wait"))
        for _ in range(_MOST_WAITS):
            moment = _until(last)
            waits = [each for each in patient._objections(leaving, moment) if each.outcome == "wait"]
            if not waits:
                return replace(longest, until=moment)
            last = max(waits, key=_until)
        return replace(longest, outcome="hold", until=None, reason=f"{longest.reason}, and no moment suits all rules")


def rows(*names: str) -> list[dict[str, str]]:
    """Return all rules of some books, of all unless named, as rows of text for a page."""
    return [
        {
            "book": name,
            "name": rule.name,
            "title": rule.title,
            "text": rule.text,
            "source": rule.source,
            "dated": rule.dated.isoformat(),
            "reviewed": rule.reviewed.isoformat(),
            "checked": "yes" if rule.checked else "no",
            "outcome": rule.outcome,
            "applies": "; ".join(f"{key}: {', '.join(map(str, values))}" for key, values in rule.applies.items()),
        }
        for name in names or BOOKS
        for rule in RuleBook.of(name).rules
    ]


def _objection(rule: Rule, found: Found) -> Objection:
    outcome = found.outcome or rule.outcome
    if outcome == "wait" and (rule.outcome != "wait" or found.until is None):
        raise RuleError(
            f"rule {rule.name!r} is not one that waits, or its check {rule.check!r} does not say until when"
        )
    return Objection(rule.name, found.reason, outcome, found.until if outcome == "wait" else None, found.scope)


def _until(objection: Objection) -> datetime:
    assert objection.until, "a wait says until when"
    return objection.until


def _changed(rule: Rule, params: Mapping[str, Any] | None) -> Rule:
    table = {each.name: getattr(rule, each.name) for each in fields(rule)}
    return rule if params is None else Rule.read({**table, "params": {**rule.params, **params}})


def _read_applies(rule: Rule) -> None:
    for condition, values in rule.applies.items():
        is_known = condition in ("country", "kind", "template") or re.fullmatch(r"facts\.\w+", condition)
        _demand(is_known, f"rule {rule.name!r}: applies has no {condition!r}; write country, kind, template or facts.…")
        _demand(isinstance(values, list) and values, f"rule {rule.name!r}: applies.{condition} is a list of values")
        wrong = [
            value
            for value in values
            if (condition == "country" and not (isinstance(value, str) and _AREA.fullmatch(value)))
            or (condition == "kind" and value not in get_args(Kind))
            or (condition in _FACTS and value not in _FACTS[condition])
        ]
        _demand(not wrong, f"rule {rule.name!r}: {wrong} cannot stand in applies.{condition}")


def _read_params(rule: Rule) -> None:
    taken = params_of(CHECKS[rule.check])
    lacking = [name for name, each in taken.items() if each.default is each.empty and name not in rule.params]
    unknown = sorted(rule.params.keys() - taken.keys())
    _demand(not lacking, f"rule {rule.name!r}: its check {rule.check} needs {', '.join(lacking)} in params")
    _demand(not unknown, f"rule {rule.name!r}: its check {rule.check} takes no {', '.join(unknown)}")
    for name, value in rule.params.items():
        try:
            TypeAdapter(taken[name].annotation).validate_python(value, strict=True)
        except ValidationError as error:
            raise RuleError(f"rule {rule.name!r}: {name} is {value!r}; {error.errors()[0]['msg']}") from error
    if {"start", "end"} <= rule.params.keys():
        _demand(rule.params["start"] < rule.params["end"], f"rule {rule.name!r}: its window ends before it begins")


def _read_settings(
    settings: Mapping[str, Any], names: list[str]
) -> tuple[dict[str, Any], dict[str, Mapping[str, Any]]]:
    """Return the settings, and the params to change by rule; raises RuleError."""
    own, changes = dict[str, Any](), dict[str, Mapping[str, Any]]()
    for key, value in settings.items():
        if key in SETTINGS:
            _demand(isinstance(value, SETTINGS[key]), f"setting {key} is {value!r}: it is of {SETTINGS[key].__name__}")
            own[key] = value
        else:
            _demand(key in names, f"there is no setting and no rule {key!r}; settings are {', '.join(SETTINGS)}")
            _demand(isinstance(value, Mapping), f"setting {key!r} is {value!r}: write the params to change")
            changes[key] = value
    try:
        ZoneInfo(own.get("zone") or "UTC")
    except (KeyError, ValueError, OSError) as error:
        raise RuleError(f"setting zone is {own['zone']!r}: write Europe/Berlin or the like") from error
    return own, changes


def _demand(right: Any, otherwise: str) -> None:
    if not right:
        raise RuleError(otherwise)
