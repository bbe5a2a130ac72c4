"""What support may look up, and the pattern for look-ups of your own: a plain function that reads and changes nothing.

Put your shop's interface in the place of the file: same arguments, same answer.
"""

from __future__ import annotations

from postroom_kit.order_status import told
from support_agent.files import ORDERS

OPEN = ("paid", "packed", "shipped")


def order_of(address: str, number: str, today: str = "") -> list[dict[str, str]]:
    """Return what may be told of the order `number` (or its digits) placed with `address`; without one, of each open.

    Empty for an order of somebody else, as for one that does not exist: whoever asks cannot tell them apart. `address`
    must be one that the mail system vouches for. What was due before `today` (ISO 8601) is marked as late.
    """
    own = [order for order in ORDERS["orders"] if order["address"] == address]
    return [told(o, today) for o in own if (o["number"] in (number, f"WF-{number}") if number else o["status"] in OPEN)]
