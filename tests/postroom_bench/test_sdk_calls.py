"""The list of the SDK's calls says what the sandbox really answers."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from agentmail_sandbox import Sandbox
from postroom_bench import sdk_calls


@pytest.fixture(scope="module")
def http() -> Iterator[httpx.Client]:
    sandbox = Sandbox()
    headers = {"Authorization": f"Bearer {sandbox.api_key}"}
    with httpx.Client(transport=httpx.WSGITransport(app=sandbox.wsgi), base_url="http://x", headers=headers) as client:
        yield client
    sandbox.close()


def test_what_is_listed_as_served_is_what_the_sandbox_serves(http: httpx.Client) -> None:
    found = sdk_calls.calls()
    assert {call.served for call in found} == {True, False}
    for call in found:
        answer = http.request(call.method, sdk_calls.filled(call.path))
        code = answer.json().get("code") if "json" in answer.headers.get("content-type", "") else None
        assert (code != "not_served") == call.served, call


def test_every_call_is_listed_once_with_its_request() -> None:
    found = {f"{call.group}.{call.name}": f"{call.method} {call.path}" for call in sdk_calls.calls()}
    assert len(found) == len(sdk_calls.calls()) == len(set(found.values()))
    assert found["inboxes.messages.send"] == "POST /v0/inboxes/{inbox_id}/messages/send"
    assert found["inboxes.lists.delete"] == "DELETE /v0/inboxes/{inbox_id}/lists/{direction}/{type}/{entry}"
    assert found["domains.get_zone_file"] == "GET /v0/domains/{domain_id}/zone-file"


def test_the_page_and_the_summary_count_alike() -> None:
    total = sdk_calls.summary().splitlines()[0]
    assert total in sdk_calls.page()
    assert sdk_calls.page().count("| served |") == int(total.split()[0])
