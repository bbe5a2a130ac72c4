"""Exact amounts of money: whole minor units of a currency (cents, yen, fils), never a float.

Money.parse("1234.50", "USD").show()  # "$1,234.50"
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import total_ordering

_DECIMALS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    2: "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP"
    " CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR"
    " JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN"
    " NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP"
    " SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VES WST XCD YER ZAR ZMW",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
DECIMALS = {code: places for places, codes in _DECIMALS.items() for code in codes.split()}
"""How many decimals each currency has (ISO 4217)."""
SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£", "JPY": "¥"}
_EXACT = re.compile(r"(-?)(\d{1,15})(?:\.(\d+))?", re.ASCII)
_SAID = re.compile(
    r"(?<![\w.,:/-])(?P<before>[A-Za-z]{3}\s?|[$€£¥]\s?)?(?P<number>\d+(?:[.,'’\s]\d{3})*(?:[.,]\d{1,4})?)"
    r"(?P<after>\s?(?:[$€£¥]|[A-Za-z]{3,7}\b))?(?![\w%/:-]|[.,]\d)"
)
_WORDS = {
    "dollars": "USD",
    "dollar": "USD",
    "bucks": "USD",
    "euros": "EUR",
    "euro": "EUR",
    "pounds": "GBP",
    "yen": "JPY",
}


class MoneyError(ValueError):
    """An amount that cannot be read or joined with another; the message says what was seen and what to write."""


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units of a currency; two of different currencies are never added, nor compared."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        """Refuse a currency that is none, and an amount that is no whole number: MoneyError."""
        if self.currency not in DECIMALS:
            raise MoneyError(f"currency {self.currency!r}: write a code of ISO 4217 such as USD")
        if type(self.minor) is not int:
            raise MoneyError(f"{self.minor!r} is no whole number of minor units")

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """Read an amount as files write it: digits, a point, and no more decimals than the currency has.

        Raises MoneyError: `1,234.56` could be two amounts, so thousands are never parted.
        """
        found = _EXACT.fullmatch(text.strip())
        if currency not in DECIMALS:
            raise MoneyError(f"currency {currency!r}: write a code of ISO 4217 such as USD")
        places = DECIMALS[currency]
        if not found or len(found[3] or "") > places:
            example = "1234" + (f".{'5' * places}" if places else "")
            raise MoneyError(f"amount {text!r} in {currency}: write it like {example}, without signs or spaces")
        minor = int(found[2]) * _units(places) + int((found[3] or "").ljust(places, "0") or "0")
        return cls(-minor if found[1] else minor, currency)

    @property
    def exact(self) -> str:
        """Return it as files write it, without the currency: what `parse` reads."""
        places = DECIMALS[self.currency]
        digits = str(abs(self.minor)).rjust(places + 1, "0")
        whole, parts = (digits[:-places], f".{digits[-places:]}") if places else (digits, "")
        return f"{'-' if self.minor < 0 else ''}{whole}{parts}"

    def show(self) -> str:
        """Return it for people: `$1,234.56`, `KWD 1.250`, `-¥300`."""
        whole, point, parts = self.exact.lstrip("-").partition(".")
        unit = SYMBOLS.get(self.currency, f"{self.currency} ")
        return f"{'-' if self.minor < 0 else ''}{unit}{int(whole):,}{point}{parts}"

    def __add__(self, other: Money) -> Money:
        """Add another amount of the same currency."""
        return Money(self.minor + self._of_same(other).minor, self.currency)

    def __sub__(self, other: Money) -> Money:
        """Take another amount of the same currency away."""
        return Money(self.minor - self._of_same(other).minor, self.currency)

    def __neg__(self) -> Money:
        """Return the same amount the other way."""
        return Money(-self.minor, self.currency)

    def __lt__(self, other: Money) -> bool:
        """Tell whether it is less than another amount of the same currency."""
        return self.minor < self._of_same(other).minor

    def __bool__(self) -> bool:
        """Tell whether it is anything but nothing."""
        return self.minor != 0

    def __str__(self) -> str:
        """Return it for people."""
        return self.show()

    def parts(self, count: int) -> list[Money]:
        """Cut it into `count` parts that differ by one minor unit at most and add up to it; larger ones come first."""
        if count < 1:
            raise MoneyError(f"cannot cut {self} into {count} parts")
        each, left = divmod(self.minor, count)
        return [Money(each + (number < left), self.currency) for number in range(count)]

    def _of_same(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise MoneyError(f"{self} and {other} are of different currencies")
        return other


def total(amounts: Iterable[Money], currency: str) -> Money:
    """Add amounts up; nothing gives nothing of that currency."""
    return sum(amounts, Money(0, currency))


@dataclass(frozen=True, slots=True)
class Said:
    """An amount that a mail names, and its words there."""

    amount: Money
    quote: str
    start: int


def amounts_in(text: str, currency: str) -> list[Said]:
    """Return the amounts of `currency` that a mail names, in order; a bare number counts only with a unit beside it.

    Both `1,234.56` and `1.234,56` are read. A sign followed by three digits parts thousands, unless the currency has
    three decimals: then nobody can tell, and the amount is left out.
    """
    return [said for match in _SAID.finditer(text) if (said := _said(match, currency))]


def _said(match: re.Match[str], currency: str) -> Said | None:
    units = [(match["before"] or "").strip(), (match["after"] or "").strip()]
    named = [_currency(unit, currency) for unit in units if unit]
    if not any(code == currency for code in named) or any(code not in (currency, None) for code in named):
        return None
    minor = _minor(match["number"], DECIMALS[currency])
    if minor is None:
        return None
    end = match.end() if units[1] and _currency(units[1], currency) else match.end("number")
    start = match.start() if units[0] and _currency(units[0], currency) else match.start("number")
    return Said(Money(minor, currency), match.string[start:end], start)


def _currency(unit: str, wanted: str) -> str | None:
    """Return the currency that a sign or word names; a sign that several have names the one wanted."""
    if unit == "$" and wanted in ("AUD", "CAD", "NZD", "SGD", "HKD", "MXN"):
        return wanted
    signs = {sign: code for code, sign in SYMBOLS.items()}
    code = signs.get(unit) or _WORDS.get(unit.casefold()) or unit.upper()
    return code if code in DECIMALS else None


def _minor(number: str, places: int) -> int | None:
    signs = re.findall(r"[^\d]", number)
    last = re.split(r"[^\d]", number)[-1]
    if not signs:
        return int(number) * _units(places)
    if len(last) == 3 and signs[-1] in ".,":
        if places >= 3 and len(signs) == 1:
            return None
        decimals = signs[-1] if len(set(signs)) > 1 and places >= 3 else ""
    else:
        decimals = signs[-1]
    if decimals and (len(last) > places or decimals in signs[:-1]):
        return None
    whole = number[: -len(last) - 1] if decimals else number
    return int(re.sub(r"\D", "", whole)) * _units(places) + (int(last.ljust(places, "0")) if decimals else 0)


def _units(places: int) -> int:
    return int("1" + "0" * places)
