"""Polling webhooks: made by the AgentMail SDK, read by Svix's own ``AutoConfigConsumer``, both unmodified."""

import asyncio
from collections.abc import Callable, Iterator

import httpx
import pytest
from agentmail import AgentMail, AsyncAgentMail
from sandbox_testing import SUPPORT, refusal
from svix import AutoConfigConsumer
from svix.api_internal.message_pollerv2 import MessagePollerv2ConsumerPollOptions as Options
from svix.exceptions import HttpError
from svix.models import PollerV2PollOut, SinkInCommon, StartingPosition

from agentmail_sandbox import Sandbox

RECEIVED = ["message.received"]


def subjects(found: PollerV2PollOut) -> list[str]:
    return [message.payload["message"]["subject"] for message in found.data]


Reader = Callable[[str], AutoConfigConsumer]


@pytest.fixture
def reader() -> Iterator[Reader]:
    made: list[AutoConfigConsumer] = []

    def read(token: str) -> AutoConfigConsumer:
        made.append(AutoConfigConsumer(token, SinkInCommon()))
        return made[-1]

    yield read
    for consumer in made:
        if consumer._httpx_client is not None:
            consumer._httpx_client.close()


def test_events_wait_until_they_are_fetched_and_committed(served: Sandbox, remote: AgentMail, reader: Reader) -> None:
    made = remote.webhooks.polling.create(client_id="agent", event_types=RECEIVED)
    consumer = reader(made.token)
    assert consumer.receive("a").data == []
    sent = [served.post_mail("ada@example.com", SUPPORT, subject, "x") for subject in ("one", "two")]
    found = consumer.receive("a")
    assert (subjects(found), found.done) == (["one", "two"], True)
    assert [message.event_type for message in found.data] == RECEIVED * 2
    assert found.data[0].payload["message"]["message_id"] == sent[0].message_id
    assert found.data[0].payload["event_id"] == found.data[0].event_id
    consumer.commit("a", found.data[0].offset)
    assert subjects(consumer.receive("a")) == ["two"]
    consumer.commit("a", found.data[1].offset)
    assert consumer.receive("a").data == []


def test_a_batch_says_whether_there_is_more(served: Sandbox, remote: AgentMail, reader: Reader) -> None:
    consumer = reader(remote.webhooks.polling.create(client_id="agent", event_types=RECEIVED).token)
    for subject in ("one", "two", "three"):
        served.post_mail("ada@example.com", SUPPORT, subject, "x")
    first = consumer.receive("a", Options(limit=2))
    assert (subjects(first), first.done) == (["one", "two"], False)
    with pytest.raises(HttpError):
        consumer.receive("a", Options(limit=0))


def test_each_consumer_has_a_position_of_its_own(served: Sandbox, remote: AgentMail, reader: Reader) -> None:
    consumer = reader(remote.webhooks.polling.create(client_id="agent", event_types=RECEIVED).token)
    served.post_mail("ada@example.com", SUPPORT, "old", "x")
    consumer.commit("a", consumer.receive("a").data[0].offset)
    assert subjects(consumer.receive("b")) == ["old"]
    assert consumer.receive("c", Options(starting_position=StartingPosition.LATEST)).data == []
    served.post_mail("ada@example.com", SUPPORT, "new", "x")
    assert [subjects(consumer.receive(name)) for name in "abc"] == [["new"], ["old", "new"], ["new"]]


def test_a_commit_beyond_the_end_hides_nothing_to_come(served: Sandbox, remote: AgentMail, reader: Reader) -> None:
    consumer = reader(remote.webhooks.polling.create(client_id="agent", event_types=RECEIVED).token)
    consumer.receive("a")
    consumer.commit("a", 10**6)
    served.post_mail("ada@example.com", SUPPORT, "new", "x")
    assert subjects(consumer.receive("a")) == ["new"]


def test_the_same_client_id_gives_a_fresh_token_and_goes_on(served: Sandbox, remote: AgentMail, reader: Reader) -> None:
    first = remote.webhooks.polling.create(client_id="agent", event_types=RECEIVED)
    served.post_mail("ada@example.com", SUPPORT, "one", "x")
    reader(first.token).commit("a", reader(first.token).receive("a").data[0].offset)
    served.post_mail("ada@example.com", SUPPORT, "two", "x")
    again = remote.webhooks.polling.create(client_id="agent", event_types=["message.sent"])
    assert (again.webhook_id, again.event_types) == (first.webhook_id, RECEIVED)
    assert again.token != first.token
    with pytest.raises(HttpError):
        reader(first.token).receive("a")
    assert subjects(reader(again.token).receive("a")) == ["two"]


def test_deleting_it_ends_its_token(served: Sandbox, remote: AgentMail, reader: Reader) -> None:
    made = remote.webhooks.polling.create(client_id="agent", event_types=RECEIVED)
    remote.webhooks.polling.delete("agent")
    with pytest.raises(HttpError):
        reader(made.token).receive("a")
    assert refusal(lambda: remote.webhooks.polling.get(made.webhook_id)) == (404, "not_found")


def test_one_token_does_not_read_another_subscription(served: Sandbox, remote: AgentMail, reader: Reader) -> None:
    one = remote.webhooks.polling.create(client_id="one", event_types=RECEIVED)
    two = remote.webhooks.polling.create(client_id="two", event_types=RECEIVED)
    mixed = reader(one.token)
    mixed._sink_id = two.webhook_id
    with pytest.raises(HttpError):
        mixed.receive("a")
    url = f"{served.base_url}/api/v1/app/x/polling-endpoint/{one.webhook_id}/consumer/a"
    for key in ("am_sandbox", "none"):
        assert httpx.get(url, headers={"Authorization": f"Bearer {key}"}).status_code == 401
    assert httpx.get(url).status_code == 401


def test_the_asynchronous_clients_do_the_same(served: Sandbox, remote: AgentMail, reader: Reader) -> None:
    async def read() -> list[str]:
        async with httpx.AsyncClient(verify=False) as http:
            client = AsyncAgentMail(environment=served.environment(), api_key="am_sandbox", httpx_client=http)
            made = await client.webhooks.polling.create(client_id="agent", event_types=RECEIVED)
            served.post_mail("ada@example.com", SUPPORT, "one", "x")
            consumer = reader(made.token)
            found = await consumer.receive_async("a")
            await consumer._httpx_async_client.aclose()
            return subjects(found)

    assert asyncio.run(read()) == ["one"]


# In process


def test_it_is_listed_found_and_never_shows_its_token(client: AgentMail) -> None:
    made = client.webhooks.polling.create(client_id="agent", event_types=RECEIVED)
    (listed,) = client.webhooks.polling.list().polling_webhooks
    assert listed == client.webhooks.polling.get(made.webhook_id) == client.webhooks.polling.get("agent")
    assert "token" not in listed.model_dump(exclude_none=True)
    assert (listed.client_id, listed.event_types) == ("agent", RECEIVED)
    assert client.webhooks.list().count == 0
    assert refusal(lambda: client.webhooks.get(made.webhook_id)) == (404, "not_found")
    assert refusal(lambda: client.webhooks.delete(made.webhook_id)) == (404, "not_found")


def test_each_owner_lists_its_own(client: AgentMail, support: str) -> None:
    pod = client.pods.create(name="Acme").pod_id
    client.webhooks.polling.create(client_id="org", event_types=RECEIVED)
    of_pod = client.pods.webhooks.polling.create(pod, client_id="pod", event_types=RECEIVED)
    of_inbox = client.inboxes.webhooks.polling.create(support, client_id="inbox", event_types=RECEIVED)
    assert (of_pod.pod_id, of_pod.pod_ids) == (pod, [pod])
    assert (of_inbox.inbox_id, of_inbox.inbox_ids) == (support, [support])
    found = [
        client.webhooks.polling.list(),
        client.pods.webhooks.polling.list(pod),
        client.inboxes.webhooks.polling.list(support),
    ]
    assert [[one.client_id for one in page.polling_webhooks] for page in found] == [["org"], ["pod"], ["inbox"]]
    assert refusal(lambda: client.webhooks.polling.get("pod")) == (404, "not_found")
    assert refusal(lambda: client.inboxes.webhooks.polling.delete(support, "pod")) == (404, "not_found")
    client.pods.webhooks.polling.delete(pod, "pod")
    client.inboxes.webhooks.polling.delete(support, of_inbox.webhook_id)
    assert client.pods.webhooks.polling.list(pod).count == 0


def test_a_client_id_of_another_kind_or_owner_is_a_conflict(client: AgentMail, support: str) -> None:
    client.webhooks.create(url="http://example.com/a", event_types=RECEIVED, client_id="posted")
    client.webhooks.polling.create(client_id="polled", event_types=RECEIVED)
    for call in (
        lambda: client.webhooks.polling.create(client_id="posted", event_types=RECEIVED),
        lambda: client.inboxes.webhooks.polling.create(support, client_id="polled", event_types=RECEIVED),
        lambda: client.webhooks.create(url="http://example.com/a", event_types=RECEIVED, client_id="polled"),
    ):
        assert refusal(call) == (409, "conflict")


def test_there_are_at_most_ten_and_a_repeat_does_not_count(client: AgentMail, support: str) -> None:
    for number in range(10):
        client.webhooks.polling.create(client_id=f"c{number}", event_types=RECEIVED)
    wanted = {"client_id": "c10", "event_types": RECEIVED}
    assert refusal(lambda: client.webhooks.polling.create(**wanted)) == (409, "limit_exceeded")
    assert client.webhooks.polling.create(client_id="c9", event_types=RECEIVED).token
    assert client.inboxes.webhooks.polling.create(support, **wanted).token


def test_it_hears_of_at_most_ten_pods_and_inboxes(client: AgentMail) -> None:
    named = {"inbox_ids": [f"a{number}@sandbox.test" for number in range(6)], "pod_ids": list("abcde")}
    wanted = {"client_id": "a", "event_types": RECEIVED}
    assert refusal(lambda: client.webhooks.polling.create(**wanted, **named)) == (400, "validation_error")
    assert refusal(lambda: client.webhooks.polling.create(client_id="a", event_types=[])) == (400, "validation_error")


def test_a_key_that_must_not_read_mail_hears_nothing_of_it(sandbox: Sandbox, client: AgentMail, support: str) -> None:
    made = client.api_keys.create(request={"permissions": {"webhook_create": True}})
    key = sandbox.client(made.api_key)
    assert refusal(lambda: key.webhooks.polling.create(client_id="a", event_types=RECEIVED)) == (
        403,
        "missing_permission",
    )
