"""Two of every process: what must happen once happens once, what is shared is shared, and a rolling restart is not seen."""

import asyncio
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import nats
import pytest
from nats.js.api import DeliverPolicy
from nats.js.errors import NotFoundError
from replica_load import SUPPORT, Ear, Load, created, hand_in, mail
from replicas import Replica, ReplicatedDesk, replicated_desk

from chassis.context import Caller
from chassis.errors import Unauthenticated
from chassis.grpc_client import Channel, Client
from chassis.testing.databases import DatabaseFactory
from chassis.testing.servers import Nats
from deskmesh.tickets.v1 import ticket_service_pb2
from embedded.testing import eventually

ADMIN, PASSWORD = "admin@acme.example", "correct-horse-battery"
PATIENCE = 120.0
TENANT = (
    *("tenant", "create", "--slug", "acme", "--name", "Acme", "--language", "en", "--country", "PL"),
    *("--time-zone", "Europe/Warsaw", "--support-address", SUPPORT),
    *("--admin-email", ADMIN, "--admin-password-stdin"),
)
TICKETS = ticket_service_pb2.DESCRIPTOR.services_by_name["TicketService"]

Json = dict[str, Any]


@pytest.fixture(scope="module")
def desk(database_factory: DatabaseFactory, nats: Nats) -> Iterator[ReplicatedDesk]:
    with replicated_desk(database_factory, nats) as running:
        running.run("gateway", *TENANT, entered=PASSWORD)
        yield running


@pytest.fixture(scope="module")
def admin(desk: ReplicatedDesk) -> httpx.Client:
    return desk.sign_in(ADMIN, PASSWORD)


def gateways(desk: ReplicatedDesk) -> list[httpx.Client]:
    """The administrator, at each of the gateways."""
    return [desk.sign_in(ADMIN, PASSWORD, one.url) for one in desk.of("gateway", "api")]


def smtp_port(replica: Replica) -> int:
    return int(replica.environment["NOTIFY_SMTP_LISTEN"].rpartition(":")[2])


def tickets_about(client: httpx.Client, word: str) -> list[Json]:
    """Every ticket whose title begins with a word."""
    items: list[Json] = []
    token = ""
    while True:
        query: dict[str, str | int] = {"page_size": 200, "page_token": token, "order_by": "created_at desc"}
        page = client.get("/tickets", params=query).raise_for_status().json()
        items += [one for one in page["items"] if one["title"].startswith(word)]
        token = page["next_page_token"]
        if not token:
            return items


def published(desk: ReplicatedDesk, service: str, event: str) -> list[tuple[str, str]]:
    """The id and the aggregate of every event of a kind that is in the stream."""

    async def read() -> list[tuple[str, str]]:
        connection = await nats.connect(desk.nats_url)
        found: list[tuple[str, str]] = []
        try:
            stream = connection.jetstream()
            subject = f"deskmesh.{service}.v1.{event}"
            count = (await stream.stream_info(f"deskmesh-{service}", subject)).state.subjects or {}
            subscription = await stream.subscribe(
                subject, ordered_consumer=True, deliver_policy=DeliverPolicy.ALL
            )
            for _ in range(count.get(subject, 0)):
                headers = (await subscription.next_msg(timeout=5)).headers or {}
                found.append((headers["Nats-Msg-Id"], headers["deskmesh-aggregate"]))
        except NotFoundError:
            pass
        finally:
            await connection.close()
        return found

    return asyncio.run(read())


def test_calls_reach_all_processes_of_a_service(desk: ReplicatedDesk, admin: httpx.Client) -> None:
    for _ in range(8):
        assert admin.get("/tickets").status_code == 200
    for replica in desk.of("tickets", "api"):
        metrics = httpx.get(f"{replica.url}/metrics").text
        assert 'code="OK",method="/deskmesh.tickets.v1.TicketService/ListTickets"' in metrics, replica.name


def test_no_number_is_given_twice(desk: ReplicatedDesk) -> None:
    clients = gateways(desk)
    with ThreadPoolExecutor(8) as pool:
        made = [pool.submit(created, clients[turn % 2], {"title": f"Numbered {turn}"}) for turn in range(120)]
        numbers = [one.result()["number"] for one in made]
    assert len(set(numbers)) == 120


def test_a_key_of_idempotency_counts_at_all_processes(desk: ReplicatedDesk, admin: httpx.Client) -> None:
    clients = gateways(desk)
    keys = [uuid.uuid4().hex for _ in range(20)]

    def twice(client: httpx.Client, key: str) -> str:
        while True:
            answer = client.post("/tickets", json={"title": f"Once {key}"}, headers={"Idempotency-Key": key})
            if answer.status_code == 409 and "retry-after" in answer.headers:
                time.sleep(0.05)
                continue
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

    with ThreadPoolExecutor(8) as pool:
        answers = [(key, pool.submit(twice, client, key)) for key in keys for client in clients * 2]
        ids = {(key, one.result()) for key, one in answers}
    assert len(ids) == len(keys)
    assert len(tickets_about(admin, "Once ")) == len(keys)


def test_wrong_passwords_are_counted_over_all_processes(desk: ReplicatedDesk) -> None:
    form = {"grant_type": "password", "tenant": "acme", "username": "nobody@acme.example", "password": "no"}
    urls = [f"{one.url}/api/v1/auth/token" for one in desk.of("gateway", "api")]
    codes = [httpx.post(urls[turn % 2], data=form, timeout=30).status_code for turn in range(10)]
    assert set(codes) == {401}
    assert {httpx.post(url, data=form, timeout=30).status_code for url in urls} == {429}


def test_automatic_mail_is_limited_over_all_processes(desk: ReplicatedDesk, admin: httpx.Client) -> None:
    sender = f"loop-{uuid.uuid4().hex[:8]}@acme.example"
    doors = [smtp_port(one) for one in desk.of("notify", "api")]
    for turn in range(8):
        hand_in(doors[turn % 2], mail(sender, "The printer is broken"))

    def told() -> list[Json]:
        page = admin.get("/deliveries", params={"filter": f'to = "{sender}"', "page_size": 200}).json()
        return [one for one in page["items"] if one["purpose"] == "acknowledgement"]

    eventually(
        lambda: len([one for one in told() if one["state"] in {"sent", "suppressed"}]) == 8, seconds=60
    )
    assert Counter(one["state"] for one in told()) == {"sent": 3, "suppressed": 5}


def test_one_mail_makes_one_ticket_whichever_process_takes_it(
    desk: ReplicatedDesk, admin: httpx.Client
) -> None:
    word = uuid.uuid4().hex[:8]
    message = mail(f"{word}@acme.example", f"Once {word}")
    doors = [smtp_port(one) for one in desk.of("notify", "api")] * 4
    with ThreadPoolExecutor(8) as pool:
        for one in [pool.submit(hand_in, door, message) for door in doors]:
            one.result()
    eventually(lambda: tickets_about(admin, f"Once {word}"), seconds=PATIENCE)
    eventually(lambda: [one for one in desk.postbox.messages if word in str(one["To"])], seconds=PATIENCE)
    assert len(tickets_about(admin, f"Once {word}")) == 1
    assert len([one for one in desk.postbox.messages if word in str(one["To"])]) == 1


def test_a_timer_fires_once(desk: ReplicatedDesk, admin: httpx.Client) -> None:
    calendars = admin.get("/sla/calendars").json()["items"]
    always = next(one["id"] for one in calendars if one["name"] == "24x7")
    policy = {
        "name": "At once",
        "order": 1,
        "condition": 'impact = "high" AND urgency = "low"',
        "kind": "sla",
        "calendar_id": always,
        "targets": [{"clock": "resolution", "priority": None, "target": "PT3S"}],
        "pause_states": [],
        "warnings": [],
    }
    answer = admin.post("/sla/policies", json=policy)
    assert answer.status_code == 201, answer.text
    with ThreadPoolExecutor(4) as pool:
        body = {"title": "Breached", "impact": "high", "urgency": "low"}
        made = list(pool.map(lambda _: created(admin, body)["id"], range(40)))

    def breached() -> list[Json]:
        return [
            clock
            for id_ in made
            for clock in admin.get(f"/tickets/{id_}/sla").json().get("items", [])
            if clock["name"] == "resolution" and clock["breached"]
        ]

    eventually(lambda: len(breached()) == len(made), seconds=PATIENCE)
    eventually(lambda: len(published(desk, "sla", "ClockBreached")) >= len(made), seconds=30)
    events = published(desk, "sla", "ClockBreached")
    assert len({id_ for id_, _ in events}) == len({about for _, about in events}) == len(made)


def test_live_events_are_heard_at_each_gateway(desk: ReplicatedDesk, admin: httpx.Client) -> None:
    ears = [Ear(f"{one.url}/api/v1", admin.headers["Authorization"]) for one in desk.of("gateway", "api")]
    for ear in ears:
        ear.start()
    ids = {created(client, {"title": "Heard"})["id"] for client in gateways(desk)}
    eventually(lambda: all(ids <= ear.created() for ear in ears), seconds=20)
    for ear in ears:
        ear.stop()


def test_a_revoked_token_is_refused_by_all_processes(desk: ReplicatedDesk) -> None:
    client = desk.sign_in(ADMIN, PASSWORD)
    token = client.headers["Authorization"]

    def answers() -> set[int]:
        urls = [f"{one.url}/api/v1/me" for one in desk.of("gateway", "api")]
        return {httpx.get(url, headers={"Authorization": token}).status_code for url in urls}

    async def refusals() -> list[bool]:
        bearer = token.removeprefix("Bearer ")
        who = Caller(uuid.UUID(int=1), "somebody", "user", token=bearer)
        refused = []
        for target in desk.grpc["tickets"]:
            channel = Channel(target, "tickets")
            try:
                request = ticket_service_pb2.ListTicketsRequest(page_size=1)
                await Client(TICKETS, channel).call("ListTickets", request, caller=who)
                refused.append(False)
            except Unauthenticated:
                refused.append(True)
            finally:
                await channel.close()
        return refused

    assert answers() == {200}
    assert asyncio.run(refusals()) == [False, False]
    assert client.delete("/me/session").status_code == 204
    eventually(lambda: answers() == {401} and asyncio.run(refusals()) == [True, True], seconds=6)


def test_a_rolling_restart_under_load_fails_no_request_and_loses_and_doubles_nothing(
    desk: ReplicatedDesk, admin: httpx.Client
) -> None:
    with Load(desk, admin.headers["Authorization"]) as load:
        for service in ("gateway", "tickets", "sla", "knowledge", "cmdb", "notify"):
            for number in range(2):
                roll([one for one in desk.replicas if (one.service, one.number) == (service, number)])
    assert load.failures == []
    assert load.requests > 100
    assert len(load.mails) > 10

    eventually(lambda: everything_arrived(admin, load), seconds=PATIENCE)
    assert doubled(admin) == {}
    eventually(lambda: set(load.tickets.values()) <= load.ear.created(), seconds=30)
    load.ear.stop()
    assert load.ear.failures == []
    eventually(lambda: all_acknowledged(desk, load), seconds=PATIENCE)
    told = desk.postbox.told()
    assert [one for one, count in told.items() if count > 1] == []
    for id_ in load.tickets.values():
        clocks = admin.get(f"/tickets/{id_}/sla").json()["items"]
        assert Counter(one["name"] for one in clocks) == {"first_response": 1, "resolution": 1}
    for (service, lease), fencing in desk.leases().items():
        assert len(set(fencing)) == len(fencing), f"{service} {lease} was held by two at once"


def roll(replicas: list[Replica]) -> None:
    """Restarts processes together, as one Deployment for calls and one for the work in the background do."""
    for one in replicas:
        one.ask_to_stop()
    for one in replicas:
        one.wait_stopped()
        one.start()
    for one in replicas:
        eventually(one.is_ready, seconds=PATIENCE)


def count_by_title(admin: httpx.Client) -> Counter[str]:
    """How many tickets there are of each title."""
    return Counter(one["title"] for one in tickets_about(admin, "Rolling "))


def doubled(admin: httpx.Client) -> dict[str, list[tuple[str, str, str]]]:
    """The tickets of each title that more than one has: number, channel, and when it was made."""
    made: dict[str, list[tuple[str, str, str]]] = {}
    for one in tickets_about(admin, "Rolling "):
        made.setdefault(one["title"], []).append((one["number"], one["channel"], one["created_at"]))
    return {title: tickets for title, tickets in made.items() if len(tickets) > 1}


def everything_arrived(admin: httpx.Client, load: Load) -> bool:
    """Whether there is a ticket of all that was asked for."""
    return {*load.tickets, *load.mails} <= count_by_title(admin).keys()


def all_acknowledged(desk: ReplicatedDesk, load: Load) -> bool:
    """Whether every sender of a mail has got an answer."""
    subjects = " ".join(str(one["Subject"]) for one in desk.postbox.messages)
    return all(title in subjects for title in load.mails)
