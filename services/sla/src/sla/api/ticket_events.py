"""Events of tickets, as the ledger takes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from google.protobuf.json_format import MessageToDict
from google.protobuf.struct_pb2 import Value
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.db import Tx
from chassis.events import Received
from deskmesh.common.v1 import types_pb2
from deskmesh.tickets.v1 import events_pb2, ticket_pb2
from sla.app.conditions import CUSTOM, LISTS, REFERENCES, TEXTS
from sla.app.reckoning import TicketNews, take_in
from sla.domain.ledger import FINISHED, Comment, TicketEvent, TicketState

Changed = events_pb2.TicketUpdated | events_pb2.TicketStateChanged | events_pb2.TicketAssigned
AnyTicketEvent = events_pb2.TicketCreated | Changed | events_pb2.CommentAdded

_STATE = "state"
_CATEGORY = "state_category"
_MONEY = {"amount", "currency"}
# Of the shipped workflows: for a move told late by an event that does not name its category yet.
_SHIPPED_CATEGORIES = {
    "new": "new",
    "pending_requester": "waiting",
    "pending_supplier": "waiting",
    "resolved": "resolved",
    "closed": "closed",
    "cancelled": "cancelled",
}


async def on_ticket_event(tx: Tx, events: list[Received[AnyTicketEvent]]) -> None:
    """Adds the events to the ledger and reckons the clocks of their tickets."""
    await take_in(tx, news=[_news(event) for event in events])


def _news(event: Received[AnyTicketEvent]) -> TicketNews:
    message = event.message
    ticket = message.ticket
    taken = TicketEvent(
        id=event.id,
        created=isinstance(message, events_pb2.TicketCreated),
        occurred_at=_time(message.occurred_at, event),
        recorded_at=_time(message.recorded_at, event),
        order=ticket.version,
        facts=_facts(message),
        comment=_comment(message) if isinstance(message, events_pb2.CommentAdded) else "",
    )
    return TicketNews(UUID(ticket.id), message.DESCRIPTOR.name, taken, _state(ticket))


def _time(at: Timestamp, event: Received[AnyTicketEvent]) -> datetime:
    """The time as told; an event without one happened when it was published."""
    return at.ToDatetime(UTC) if at.ByteSize() else event.occurred_at


def _state(ticket: ticket_pb2.Ticket) -> TicketState:
    """What others are told of the ticket is kept by the names of TicketFacts."""
    summary: dict[str, object] = {
        "id": ticket.id,
        "number": ticket.number,
        "title": ticket.title,
        "priority": ticket.priority,
    }
    references = {"process": ticket.process, "queue": ticket.queue, "team": ticket.team}
    for name, reference in references.items():
        if reference.id:
            summary[name] = {"id": reference.id, "key": reference.key, "name": reference.name}
    people = {"assignee": ticket.assignee, "requester": ticket.requester}
    for name, person in people.items():
        if person.id:
            summary[name] = {"id": person.id, "email": person.email, "name": person.name}
    readers = [ticket.requester.id, *(watcher.id for watcher in ticket.watchers), ticket.organization.id]
    return TicketState(
        version=ticket.version,
        number=ticket.number,
        process=ticket.process.key,
        queue=ticket.queue.key,
        is_confidential=ticket.confidential,
        queue_team_id=ticket.queue_team_id,
        reader_ids=tuple(dict.fromkeys(one for one in readers if one)),
        summary=summary,
        is_open=ticket.state_category not in FINISHED,
    )


def _facts(message: AnyTicketEvent) -> dict[str, object]:
    """All facts of a new ticket; of a change the new values, which are not always those of the ticket as it is by now."""
    if isinstance(message, events_pb2.TicketCreated):
        return {name: value for name, value in _all_facts(message.ticket).items() if value is not None}
    if isinstance(message, events_pb2.CommentAdded):
        return {}
    now = _all_facts(message.ticket)
    told = {change.field: change.new_value for change in message.changes}
    was = {change.field: change.old_value for change in message.changes}
    facts: dict[str, object] = {}
    for name in dict.fromkeys([*told, *message.changed_fields]):
        if name.startswith(CUSTOM) or name in now:
            if name.startswith(CUSTOM) and name in told:
                facts |= _custom_facts(name, _plain(told[name]), was=_plain(was[name]))
            else:
                facts[name] = _fact(name, told[name], now) if name in told else now.get(name)
    if isinstance(message, events_pb2.TicketStateChanged):
        facts[_STATE] = message.new_state
        facts[_CATEGORY] = _category(message)
    return facts


def _category(message: events_pb2.TicketStateChanged) -> str:
    """What the new state means. The ticket's own category is that of its latest state, which may be another."""
    if message.new_state_category:
        return message.new_state_category
    if message.ticket.state == message.new_state:
        return message.ticket.state_category
    return _SHIPPED_CATEGORIES.get(message.new_state, "active")


def _all_facts(ticket: ticket_pb2.Ticket) -> dict[str, object]:
    """By the names that conditions use; what is missing is None."""
    facts: dict[str, object] = {name: getattr(ticket, name) or None for name in TEXTS}
    facts |= {name: list(getattr(ticket, name)) or None for name in LISTS}
    for name in REFERENCES:
        facts[name] = _reference(getattr(ticket, name))
    for slug, value in ticket.fields.fields.items():
        facts |= _custom_facts(CUSTOM + slug, _plain(value))
    return facts


def _custom_facts(name: str, plain: object, *, was: object = None) -> dict[str, object]:
    """A custom value by the names that conditions use: an amount of money has a currency beside it."""
    if isinstance(plain, dict) and plain.keys() == _MONEY:
        return {name: str(plain["amount"]), f"{name}.currency": str(plain["currency"])}
    currency = {f"{name}.currency": None} if isinstance(was, dict) and was.keys() == _MONEY else {}
    return {name: None if plain == "" else _text(plain), **currency}


def _reference(value: types_pb2.Ref | types_pb2.PersonRef | str) -> list[str] | None:
    """Id and key, whichever are known: a condition may name either."""
    if isinstance(value, str):
        known = [value]
    else:
        known = [value.id, value.email if isinstance(value, types_pb2.PersonRef) else value.key]
    return [one for one in known if one] or None


def _fact(name: str, value: Value, now: Mapping[str, object]) -> object:
    """The new value of a changed field as a fact."""
    plain = _plain(value)
    if plain is None or plain == "":
        return None
    if name in LISTS:
        return [str(one) for one in plain] if isinstance(plain, list) else [str(plain)]
    if name not in REFERENCES:
        return str(plain)
    if isinstance(plain, dict):
        return [str(plain[part]) for part in ("id", "key", "email") if plain.get(part)] or None
    current = now.get(name)
    return current if isinstance(current, list) and plain in current else [str(plain)]


def _plain(value: Value) -> object:
    return cast("object", MessageToDict(value))


def _text(value: object) -> object:
    """A custom value as the text that conditions compare: 5, 2.5, true; a list of choices as a list of such."""
    match value:
        case None:
            return None
        case bool():
            return "true" if value else "false"
        case float():
            return str(int(value)) if value.is_integer() else str(value)
        case list():
            return [str(_text(one)) for one in value]
        case dict():
            return [str(value[part]) for part in ("id", "key", "email") if value.get(part)] or None
        case _:
            return str(value)


def _comment(message: events_pb2.CommentAdded) -> Comment:
    """An agent's public answer, the requester's word, or nothing that clocks mind."""
    comment = message.comment
    if comment.visibility != "public" or message.automatic:
        return ""
    if comment.from_requester:
        return "question"
    return "response" if comment.author.kind in {"user", "service_account"} else ""
