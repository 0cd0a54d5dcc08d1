"""Who hears of an event, and what becomes of a client that does not keep up."""

import json
from dataclasses import replace
from uuid import UUID

import pytest
from google.protobuf.message import Message

from chassis.context import Caller
from chassis.errors import LimitReached
from chassis.ids import new_id
from deskmesh.cmdb.v1 import events_pb2 as cmdb
from deskmesh.cmdb.v1.item_pb2 import Item
from deskmesh.common.v1.types_pb2 import PersonRef, Ref
from deskmesh.knowledge.v1 import events_pb2 as knowledge
from deskmesh.knowledge.v1.article_pb2 import Article
from deskmesh.notify.v1 import events_pb2 as notify
from deskmesh.sla.v1 import events_pb2 as sla
from deskmesh.tickets.v1 import events_pb2 as tickets
from deskmesh.tickets.v1.ticket_pb2 import Comment, Queue, Ticket
from gateway.http.live.audience import AUDIENCES, Listener, is_closed
from gateway.http.live.subscribers import MOST_PER_CALLER, QUEUE_LENGTH, RESET, Happening, Subscribers

ACME, GLOBEX = UUID(int=1), UUID(int=2)
ANNA, JAN = "0193a5c2-7b1e-7c3a-9f42-5d8e6b1a2c30", "0193a5c2-7b1e-7c3a-9f42-5d8e6b1a2c31"

TICKET = Ticket(
    id="t",
    process=Ref(id="p", key="it"),
    queue=Ref(id="q", key="network"),
    requester=PersonRef(id=ANNA),
    watchers=[PersonRef(id=JAN)],
)
FACTS = sla.TicketFacts(
    id="t", process=Ref(key="it"), queue=Ref(id="q", key="network"), requester=PersonRef(id=ANNA)
)
AGENT = frozenset({"tickets.read", "tickets.read_own"})
OWN = frozenset({"tickets.read_own"})


def listener(
    *scopes: str, subject: str = ANNA, teams: tuple[str, ...] = (), closed: tuple[str, ...] = ()
) -> Listener:
    caller = Caller(
        tenant_id=ACME,
        subject=subject,
        kind="user",
        scopes=frozenset(scopes),
        team_ids=frozenset(teams),
    )
    return Listener(caller, frozenset(closed))


def hears(who: Listener, event: Message) -> bool:
    return AUDIENCES[str(event.DESCRIPTOR.full_name)].opened(event.SerializeToString())(who)


def comment(visibility: str) -> tickets.CommentAdded:
    return tickets.CommentAdded(ticket=TICKET, comment=Comment(visibility=visibility))


@pytest.mark.parametrize("scope", ["tickets.read", "tickets.read:it", "tickets.read:it/network"])
def test_agents_hear_of_the_tickets_of_their_queues(scope: str) -> None:
    assert hears(listener(scope, subject="x"), tickets.TicketCreated(ticket=TICKET))


@pytest.mark.parametrize("scope", ["tickets.read:hr", "tickets.read:it/applications", "kb.read"])
def test_nobody_hears_of_the_tickets_of_other_queues(scope: str) -> None:
    assert not hears(listener(scope, subject="x"), tickets.TicketCreated(ticket=TICKET))


def test_a_confidential_queue_is_silent_for_those_to_whom_it_is_closed() -> None:
    assert not hears(
        listener("tickets.read", subject="x", closed=("q",)), tickets.TicketCreated(ticket=TICKET)
    )


def test_while_it_is_unknown_which_queues_are_closed_agents_hear_of_their_own_tickets_alone() -> None:
    agent = Listener(listener(*AGENT, subject="x").caller, None)
    own = Listener(listener(*AGENT).caller, None)
    assert not hears(agent, tickets.TicketCreated(ticket=TICKET))
    assert hears(own, tickets.TicketCreated(ticket=TICKET))


@pytest.mark.parametrize("person", [ANNA, JAN])
def test_requesters_and_watchers_hear_of_their_own_tickets(person: str) -> None:
    assert hears(listener(*OWN, subject=person), tickets.TicketStateChanged(ticket=TICKET))


def test_requesters_do_not_hear_of_others_tickets() -> None:
    assert not hears(listener(*OWN, subject="x"), tickets.TicketStateChanged(ticket=TICKET))


@pytest.mark.parametrize(
    ("scope", "organization", "confidential", "heard"),
    [
        ("tickets.read_organization", "north", False, True),
        ("tickets.read_organization:it", "north", False, True),
        ("tickets.read_organization:hr", "north", False, False),
        ("tickets.read_organization", "south", False, False),
        ("tickets.read_organization", "", False, False),
        ("tickets.read_organization", "north", True, False),
        ("tickets.comment_own", "north", False, False),
    ],
)
def test_of_an_own_organisation_they_hear_where_they_may(
    scope: str, organization: str, confidential: bool, heard: bool
) -> None:
    caller = replace(listener(*OWN, scope, subject="x").caller, organization_ids=frozenset({"north"}))
    ticket = Ticket()
    ticket.CopyFrom(TICKET)
    ticket.organization.id, ticket.confidential = organization, confidential
    assert hears(Listener(caller, frozenset()), tickets.TicketCreated(ticket=ticket)) is heard


def test_requesters_hear_of_public_comments_only() -> None:
    assert hears(listener(*OWN), comment("public"))
    assert not hears(listener(*OWN), comment("internal"))
    assert hears(listener(*AGENT, subject="x"), comment("internal"))


def test_a_comment_of_unknown_visibility_is_taken_for_an_internal_one() -> None:
    assert not hears(listener(*OWN), comment(""))


def test_requesters_hear_of_the_clocks_of_their_own_tickets() -> None:
    assert hears(listener(*OWN), sla.ClockBreached(ticket=FACTS))
    assert not hears(listener(*OWN, subject=JAN), sla.ClockBreached(ticket=FACTS))
    assert hears(listener("tickets.read", subject="x"), sla.ClockBreached(ticket=FACTS))


@pytest.mark.parametrize(
    ("visibility", "scopes", "teams", "heard"),
    [
        ("requesters", ("kb.read",), (), True),
        ("public", (), (), False),
        ("agents", ("kb.read",), (), False),
        ("agents", ("kb.read", "kb.read_agents"), (), True),
        ("teams", ("kb.read", "kb.read_agents"), (), False),
        ("teams", ("kb.read", "kb.read_agents"), ("one",), True),
        ("", ("kb.read", "kb.read_agents"), (), False),
    ],
)
def test_an_article_is_announced_to_those_who_may_read_it(
    visibility: str, scopes: tuple[str, ...], teams: tuple[str, ...], heard: bool
) -> None:
    article = Article(visibility=visibility, team_ids=["one"] if visibility == "teams" else [])
    assert hears(listener(*scopes, teams=teams), knowledge.ArticlePublished(article=article)) is heard


def test_an_item_is_announced_to_agents_and_to_its_holder() -> None:
    event = cmdb.ItemChanged(item=Item(holder=PersonRef(id=ANNA)))
    assert hears(listener("cmdb.read", subject="x"), event)
    assert hears(listener("cmdb.read_own"), event)
    assert not hears(listener("cmdb.read_own", subject="x"), event)


def test_mail_is_announced_to_those_who_may_read_it() -> None:
    assert hears(listener("notify.read"), notify.MessageReceived())
    assert not hears(listener(*OWN), notify.MessageReceived())


def test_who_may_do_nothing_hears_nothing() -> None:
    nobody = listener(subject="x")
    assert [name for name, audience in AUDIENCES.items() if audience.opened(b"")(nobody)] == []


@pytest.mark.parametrize(
    ("confidential", "scopes", "teams", "closed"),
    [
        (False, ("tickets.read",), (), False),
        (True, ("tickets.read",), (), True),
        (True, ("tickets.read:hr",), (), False),
        (True, ("tickets.read:hr/pay",), (), False),
        (True, ("tickets.read",), ("payroll",), False),
    ],
)
def test_a_confidential_queue_takes_a_permission_for_it_or_the_team(
    confidential: bool, scopes: tuple[str, ...], teams: tuple[str, ...], closed: bool
) -> None:
    queue = Queue(
        id="q", slug="pay", process=Ref(key="hr"), team=Ref(id="payroll"), confidential=confidential
    )
    assert is_closed(queue, listener(*scopes, teams=teams).caller) is closed


def happening(tenant_id: UUID = ACME, version: int = 3) -> Happening:
    return Happening(
        str(new_id()),
        "deskmesh.tickets.v1.TicketCreated",
        tenant_id,
        "t",
        version,
        tickets.TicketCreated(ticket=TICKET).SerializeToString(),
    )


def test_a_message_is_thin() -> None:
    subscribers = Subscribers()
    subscriber = subscribers.add(listener(*AGENT).caller, frozenset())
    event = happening()
    subscribers.tell(event)
    event_id, message = subscriber.waiting.get_nowait()
    lines = message.decode().splitlines()
    assert event_id == event.id
    assert lines[:2] == [f"id: {event.id}", "event: TicketCreated"]
    assert json.loads(lines[2].removeprefix("data: ")) == {
        "event": "TicketCreated",
        "id": event.id,
        "resource": "/api/v1/tickets/t",
        "version": 3,
    }
    assert message.endswith(b"\n\n")


def test_events_of_another_tenant_are_not_told() -> None:
    subscribers = Subscribers()
    subscriber = subscribers.add(listener(*AGENT).caller, frozenset())
    subscribers.tell(happening(GLOBEX))
    assert subscriber.waiting.empty()


def test_an_event_that_cannot_be_read_is_told_to_nobody() -> None:
    subscribers = Subscribers()
    subscriber = subscribers.add(listener(*AGENT).caller, frozenset())
    broken = Happening("1", "deskmesh.tickets.v1.TicketCreated", ACME, "t", 1, b"\xff\xff")
    subscribers.tell(broken)
    assert subscriber.waiting.empty()


def test_a_client_that_does_not_keep_up_is_told_to_read_anew() -> None:
    subscribers = Subscribers()
    slow = subscribers.add(listener(*AGENT).caller, frozenset())
    for _ in range(QUEUE_LENGTH + 1):
        subscribers.tell(happening())
    assert slow.waiting.get_nowait() == ("", RESET)
    assert slow.waiting.empty()
    subscribers.tell(happening())
    assert slow.waiting.qsize() == 1


def test_a_changed_queue_makes_clients_look_which_are_closed() -> None:
    subscribers = Subscribers()
    subscriber = subscribers.add(listener(*AGENT).caller, frozenset())
    subscribers.tell(Happening("1", "deskmesh.tickets.v1.SettingChanged", ACME, "q", 1, b""))
    assert subscriber.stale_queues


def test_one_caller_has_a_bounded_number_of_streams() -> None:
    subscribers = Subscribers()
    caller = listener(*AGENT).caller
    open_streams = [subscribers.add(caller, frozenset()) for _ in range(MOST_PER_CALLER)]
    with pytest.raises(LimitReached):
        subscribers.add(caller, frozenset())
    subscribers.remove(open_streams[0])
    subscribers.add(caller, frozenset())
