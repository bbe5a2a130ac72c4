"""What support may look up, and the pattern for look-ups of your own: a plain function that reads and changes nothing.

Put your shop's interface in the place of the file: same arguments, same answer.
"""

from __future__ import annotations

from datetime import date

from support_agent.files import ORDERS

OPEN = ("paid", "packed", "shipped")
TOLD = ("number", "status", "carrier")
DATES = ("placed", "sent", "due", "arrived")


def order_of(address: str, number: str) -> list[dict[str, str]]:
    """Return what may be told of the order `number` placed with `address`; without a number, of each that is open.

    Empty for an order of somebody else, as for one that does not exist: whoever asks cannot tell them apart. `address`
    must be one that the mail system vouches for.
    """
    own = [order for order in ORDERS["orders"] if order["address"] == address]
    found = [order for order in own if (order["number"] == number if number else order["status"] in OPEN)]
    return [
        {name: order[name] for name in TOLD if name in order}
        | {name: f"{date.fromisoformat(order[name]):%-d %B %Y}" for name in DATES if name in order}
        for order in found
    ]
