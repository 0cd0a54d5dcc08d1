"""Whose the time of a ticket was, and what a proposed rule would have made of those of the last weeks."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import NotFound
from chassis.ids import is_id, new_id
from chassis.paging import Keyset, Page
from sla.app.calendar_draft import CalendarDraft
from sla.app.calendars import get_calendar
from sla.app.fields import checked_fields
from sla.app.policies import get_policy
from sla.app.policy_draft import PolicyDraft
from sla.app.reading import readable_ticket
from sla.app.refusals import invalid
from sla.app.rules import ALWAYS, calendar_as_of, current_book
from sla.app.visibility import seen_with
from sla.db import ledger
from sla.db.tickets import TicketRow
from sla.domain.accounting import Turn, turns
from sla.domain.clocks import compute
from sla.domain.ledger import TicketEvent
from sla.domain.policies import CalendarVersion, PolicyVersion, RuleBook
from sla.domain.replay import Replayed, outcome, replayed

MOST_WEEKS = 26
_BY_ID = Keyset([(TicketRow.id, False)])


@dataclass(frozen=True, slots=True)
class Proposal:
    """A policy in place of another, or a further one; a calendar in place of another; ids and names as they were written."""

    policy: PolicyDraft | None = None
    policy_id: str = ""
    calendar: CalendarDraft | None = None
    calendar_id: str = ""


@dataclass(frozen=True, slots=True)
class Replay:
    """What became of the clocks of some tickets, and would have: how many of each outcome, and those that differ."""

    tickets: int
    now: Counter[str]
    then: Counter[str]
    differing: list[tuple[TicketRow, Replayed]]


async def account(tx: Tx, *, ticket: str, calendar: str) -> tuple[str, list[Turn]]:
    """The name of the calendar (empty: the whole time counts) and the turns of a ticket (id or number).

    Raises NotFound for a ticket that is not known here or that the caller may not read, InvalidInput for an unknown calendar.
    """
    row = await readable_ticket(tx, ticket)
    events = (await ledger.events_of(tx, [row.id]))[row.id]
    at = max([datetime.now(UTC), *(event.occurred_at for event in events)])
    if not calendar:
        clocks = compute(events, await current_book(tx), at)
        if not clocks:
            return "", turns(events, None, at)
        return clocks[0].calendar.name, turns(events, clocks[0].calendar.calendar, at)
    try:
        kept = await get_calendar(tx, calendar=calendar)
    except NotFound:
        raise invalid(("calendar", "there is no such calendar")) from None
    return kept.name, turns(events, await calendar_as_of(tx, calendar_id=kept.id, version=None), at)


async def replay_tickets(tx: Tx, *, proposal: Proposal, weeks: int, page: Page) -> tuple[Replay, str]:
    """A page of the tickets of the last weeks by the rules that count and by what is proposed, and the token of the next.

    As if the proposal had been in force all the time. Of tickets that the caller reads. Raises InvalidInput for a proposal
    that could not be saved, and for weeks out of bounds.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise invalid(("weeks", f"must be 1 to {MOST_WEEKS}"))
    book = await current_book(tx)
    proposed = await _proposed(tx, book, proposal)
    now = datetime.now(UTC)
    since = now - timedelta(weeks=weeks)
    statement = select(TicketRow).where(
        TicketRow.tenant_id == tx.tenant_id,
        TicketRow.id >= _lowest_id(since),
        seen_with(current_caller(), "tickets.read"),
    )
    rows, token = _BY_ID.cut((await tx.scalars(_BY_ID.select(statement, page))).all(), page)
    events = await ledger.events_of(tx, [row.id for row in rows])
    return await asyncio.to_thread(_replay, rows, events, book, proposed, since=since, now=now), token


def _replay(
    rows: Sequence[TicketRow],
    events: Mapping[UUID, Sequence[TicketEvent]],
    book: RuleBook,
    proposed: RuleBook,
    *,
    since: datetime,
    now: datetime,
) -> Replay:
    counted = Replay(len(rows), Counter(), Counter(), [])
    for row in rows:
        # What was imported lately may have happened long ago.
        if min(event.occurred_at for event in events[row.id] if event.created) < since:
            continue
        for one in replayed(events[row.id], book, proposed, now):
            counted.now[outcome(one.now)] += 1
            counted.then[outcome(one.then)] += 1
            if one.differs:
                counted.differing.append((row, one))
    return counted


async def _proposed(tx: Tx, book: RuleBook, proposal: Proposal) -> RuleBook:
    if proposal.policy is None and proposal.calendar is None:
        raise invalid(("policy", "propose a policy or a calendar"))
    calendar: CalendarVersion | None = None
    if proposal.calendar is not None:
        checked = proposal.calendar.checked()
        if checked.is_empty:
            raise invalid(("calendar.hours", "must not be empty"))
        calendar = CalendarVersion(
            await _calendar_id(tx, proposal.calendar_id, "calendar_id"),
            0,
            proposal.calendar.name,
            ALWAYS,
            checked,
        )
    policy: PolicyVersion | None = None
    if proposal.policy is not None:
        policy_id = new_id()
        if proposal.policy_id:
            if not is_id(proposal.policy_id):
                raise invalid(("policy_id", "there is no such policy"))
            try:
                policy_id = (await get_policy(tx, policy_id=proposal.policy_id)).id
            except NotFound:
                raise invalid(("policy_id", "there is no such policy")) from None
        calendar_id = await _calendar_id(tx, proposal.policy.calendar_id, "policy.calendar_id")
        draft = await checked_fields(tx, replace(proposal.policy, calendar_id=str(calendar_id)))
        policy = PolicyVersion(
            policy_id, ALWAYS, draft.ruled(id_=policy_id, version=0, calendar_id=calendar_id)
        )
    return book.with_proposed(policy, calendar)


async def _calendar_id(tx: Tx, calendar: str, place: str) -> UUID:
    try:
        return (await get_calendar(tx, calendar=calendar)).id
    except NotFound:
        raise invalid((place, "there is no such calendar")) from None


def _lowest_id(at: datetime) -> UUID:
    """Not higher than any UUIDv7 made at a time or later."""
    return UUID(int=(int(at.timestamp() * 1000) << 80))
