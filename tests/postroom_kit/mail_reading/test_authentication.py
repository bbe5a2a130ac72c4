"""Words that a sender chooses, and a server repeats in Authentication-Results, are no verdicts."""

from __future__ import annotations

import pytest

from postroom_kit.mail_reading.authentication import authentication


@pytest.mark.parametrize(
    ("header", "verdicts"),
    [
        ('mx.example; dmarc=fail smtp.mailfrom="x; dmarc=pass"@far.example', {"dmarc": "fail"}),
        ('mx.example; spf=pass smtp.mailfrom="x; dmarc=pass"@far.example', {"spf": "pass"}),
        ('mx.example; dkim=fail header.i="@far.example; dkim=pass"', {"dkim": "fail"}),
        (r'mx.example; dkim=fail reason="a \"; dkim=pass" header.d=far.example', {"dkim": "fail"}),
        (r"mx.example; spf=fail (a \) ; spf=pass) smtp.mailfrom=x@far.example", {"spf": "fail"}),
        ('mx.example; spf=none (domain of "a) ; dmarc=pass (") ; dmarc=fail', {"spf": "none", "dmarc": "fail"}),
        ('mx.example; dkim=pass (a "quoted" name) header.d=far.example; dmarc=pass', {"dkim": "pass", "dmarc": "pass"}),
    ],
)
def test_what_a_sender_wrote_into_an_address_is_no_verdict(header: str, verdicts: dict[str, str]) -> None:
    assert authentication([header]) == verdicts
