"""When a campaign stops by itself: too many bounces, or complaints."""

from __future__ import annotations

BOUNCES, COMPLAINTS = 0.04, 0.001
"""The shares above which it stops."""
SENT_FOR_BOUNCES, SENT_FOR_COMPLAINTS = 50, 200
"""From how many mails on a share counts. Below that a line speaks only by number, so that a bad list is not sent on:"""
FEW_BOUNCES, FEW_COMPLAINTS = 5, 2


def stop_line(sent: int, bounced: int, complained: int) -> str | None:
    """Return why a campaign must stop, None while it may go on.

    Bounces stop it above 4 % of at least 50 mails, or from 5 on above 4 % of fewer. Complaints stop it above 0.1 % of
    at least 200 mails, or from 2 on above 0.1 % of fewer: one complaint among the first mails may be one person's mood.
    """
    if min(sent, bounced, complained) < 0:
        raise ValueError(f"{sent} sent, {bounced} bounced, {complained} complained: none can be less than 0")
    lines = (
        ("complained", complained, COMPLAINTS, SENT_FOR_COMPLAINTS, FEW_COMPLAINTS),
        ("bounced", bounced, BOUNCES, SENT_FOR_BOUNCES, FEW_BOUNCES),
    )
    for what, count, share, least_sent, few in lines:
        if count > share * sent and (sent >= least_sent or count >= few):
            return f"{count} of {sent} mails {what}, more than {share:.1%}"
    return None
