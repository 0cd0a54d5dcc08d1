"""Conditions of policies over the facts of a ticket, as the events of tickets give them."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest
from google.protobuf.message import Message

from chassis.errors import InvalidInput
from chassis.events import Received
from deskmesh.common.v1 import types_pb2
from deskmesh.tickets.v1 import events_pb2, ticket_pb2
from sla.api.ticket_events import _news
from sla.app.conditions import compiled
from sla.app.reckoning import TicketNews
from sla.domain.ledger import history

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)


def received(message: Message, version: int = 1) -> TicketNews:
    """The message as the ledger takes it."""
    message.ticket.version = version  # type: ignore[attr-defined]  # every ticket event has one
    return _news(Received(UUID(int=version), UUID(int=9), str(UUID(int=8)), version, NOW, message))  # type: ignore[arg-type]  # one of them


def ticket() -> ticket_pb2.Ticket:
    """An incident of the network queue."""
    made = ticket_pb2.Ticket(
        id=str(UUID(int=8)),
        type="incident",
        state="new",
        state_category="new",
        priority="high",
        queue=types_pb2.Ref(id=str(UUID(int=5)), key="network", name="Network"),
        requester=types_pb2.PersonRef(id=str(UUID(int=6)), email="ola@acme.example", name="Ola"),
        tags=["vip", "vpn"],
        channel="email",
    )
    made.fields.update({"cost": 5, "remote": True, "sites": ["Gdynia", "Sopot"], "ratio": 2.5})
    return made


@pytest.mark.parametrize(
    "condition",
    [
        "",
        'priority = "high"',
        'type = "incident" AND queue = "network"',
        f'queue = "{UUID(int=5)}"',
        f'requester = "{UUID(int=6)}"',
        'requester = "ola@acme.example"',
        "tags:vip",
        "team = null",
        'NOT tags:"ticket"',
        "fields.cost = 5",
        "fields.remote = true",
        'fields.sites = "Sopot"',
        "fields.ratio = 2.5",
        "fields.unheard_of = null",
        'priority = "low" OR channel = "email"',
        'state = "new" state_category = "new"',
    ],
)
def test_a_condition_holds(condition: str) -> None:
    facts = received(events_pb2.TicketCreated(ticket=ticket())).event.facts
    assert compiled(condition)(facts)


@pytest.mark.parametrize(
    "condition",
    [
        'priority = "low"',
        'queue = "Network"',
        "tags:vipp",
        'team = "network"',
        'requester != "ola@acme.example"',
    ],
)
def test_a_condition_does_not_hold(condition: str) -> None:
    facts = received(events_pb2.TicketCreated(ticket=ticket())).event.facts
    assert not compiled(condition)(facts)


@pytest.mark.parametrize("condition", ["planet = 5", "priority", "fields.cost >= 5", "tags = vip", '"'])
def test_a_condition_that_makes_no_sense_is_refused_by_name(condition: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        compiled(condition)
    assert [error.field for error in refused.value.errors] == ["condition"]


def updated(**changes: object) -> events_pb2.TicketUpdated:
    """TicketUpdated with these new values."""
    message = events_pb2.TicketUpdated(ticket=ticket())
    for name, value in changes.items():
        change = message.changes.add(field=name.replace("__", "."))
        match value:
            case None:
                change.new_value.null_value = 0  # type: ignore[assignment]  # NULL_VALUE
            case dict():
                change.new_value.struct_value.update(value)
            case list():
                change.new_value.list_value.extend(value)
            case str():
                change.new_value.string_value = value
    return message


def test_a_change_gives_the_new_values_and_nothing_else() -> None:
    described = {"id": str(UUID(int=7)), "key": "hardware", "name": "Hardware"}
    message = updated(
        queue=described, priority="low", team=None, tags=["new"], fields__cost=None, title="Hot"
    )
    assert received(message, 2).event.facts == {
        "queue": [str(UUID(int=7)), "hardware"],
        "priority": "low",
        "team": None,
        "tags": ["new"],
        "fields.cost": None,
    }


def test_a_field_that_is_named_without_a_value_is_taken_from_the_ticket() -> None:
    message = events_pb2.TicketUpdated(ticket=ticket(), changed_fields=["queue", "description"])
    assert received(message, 2).event.facts == {"queue": [str(UUID(int=5)), "network"]}


def test_a_move_told_late_has_its_own_state_and_not_that_of_the_ticket_by_now() -> None:
    message = events_pb2.TicketStateChanged(ticket=ticket(), old_state="new", new_state="pending_requester")
    message.ticket.state, message.ticket.state_category = "resolved", "resolved"
    assert received(message, 2).event.facts == {"state": "pending_requester", "state_category": "waiting"}


def test_a_move_told_late_says_what_its_state_means() -> None:
    message = events_pb2.TicketStateChanged(
        ticket=ticket(), old_state="new", new_state="parked", new_state_category="waiting"
    )
    message.ticket.state, message.ticket.state_category = "resolved", "resolved"
    assert received(message, 2).event.facts == {"state": "parked", "state_category": "waiting"}


def test_a_state_of_the_tenants_own_is_learned_from_the_ticket() -> None:
    message = events_pb2.TicketStateChanged(ticket=ticket(), old_state="new", new_state="parked")
    message.ticket.state, message.ticket.state_category = "parked", "waiting"
    assert received(message, 2).event.facts == {"state": "parked", "state_category": "waiting"}


def test_a_change_of_a_custom_value_is_seen_by_the_next_condition() -> None:
    news = [received(events_pb2.TicketCreated(ticket=ticket())), received(updated(fields__cost="7"), 2)]
    [_, after] = history([one.event for one in news], NOW)
    assert compiled("fields.cost = 7")(after.facts)
    assert compiled("fields.remote = true")(after.facts)


def test_only_open_tickets_are_open() -> None:
    message = events_pb2.TicketStateChanged(ticket=ticket(), new_state="closed")
    message.ticket.state, message.ticket.state_category = "closed", "closed"
    assert received(events_pb2.TicketCreated(ticket=ticket())).ticket.is_open
    assert not received(message, 2).ticket.is_open
