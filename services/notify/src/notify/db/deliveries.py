"""The statements by which deliveries are made: each event of a ticket goes this way, so they are few and plain SQL."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from chassis.db import Tx
from notify.domain import audience
from notify.domain.audience import Known

_DESK = """
SELECT t.support_address, t.languages, t.time_zone,
    ARRAY(SELECT address FROM mailboxes WHERE tenant_id = $1) AS mailboxes,
    ARRAY(SELECT slug FROM roles WHERE tenant_id = $1 AND $2 = ANY (permissions)) AS agent_roles
FROM (SELECT) AS one LEFT JOIN tenants t ON t.tenant_id = $1 AND t.id = $1
"""

# One index each: an OR over them would have each row of the tenant looked at.
_PEOPLE = """
SELECT id, email, name, language, time_zone, active, team_ids, roles, manager_id FROM people
WHERE tenant_id = $1 AND id = ANY ($2)
UNION
SELECT id, email, name, language, time_zone, active, team_ids, roles, manager_id FROM people
WHERE tenant_id = $1 AND active AND team_ids && $3
"""

_OF_CHAIN = """
UNION
SELECT id, email, name, language, time_zone, active, team_ids, roles, manager_id FROM people
WHERE tenant_id = $1 AND email = ANY ($4)
UNION
SELECT id, email, name, language, time_zone, active, team_ids, roles, manager_id FROM people
WHERE tenant_id = $1 AND id IN (SELECT manager_id FROM people WHERE tenant_id = $1 AND id = ANY ($2))
UNION
SELECT id, email, name, language, time_zone, active, team_ids, roles, manager_id FROM people
WHERE tenant_id = $1 AND active AND $5 = ANY (roles)
"""

_SENT_SINCE = """
SELECT asked.recipient, sent.title, count(*)::int AS count
FROM unnest($2::text[]) AS asked (recipient) CROSS JOIN LATERAL (
    SELECT content ->> 'ticket.title' AS title FROM deliveries
    WHERE tenant_id = $1 AND recipient = asked.recipient AND purpose = ANY ($3) AND created_at >= $4
        AND state <> 'suppressed'
    LIMIT $5
) AS sent
GROUP BY asked.recipient, sent.title
"""

# What is shown of an event is sent once, however many are told.
_ADD = """
INSERT INTO deliveries (tenant_id, channel, id, event_id, ticket_id, purpose, recipient, recipient_name, language,
    time_zone, subject, message_id, state, last_error, content)
SELECT $1, $16, d.id, d.event_id, d.ticket_id, d.purpose, d.recipient, d.recipient_name, d.language,
    d.time_zone, d.subject, d.message_id, d.state, d.last_error, c.content
FROM unnest($2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
    $11::text[], $12::text[], $13::text[]) AS d (id, event_id, ticket_id, purpose, recipient, recipient_name, language,
    time_zone, subject, message_id, state, last_error)
JOIN unnest($14::uuid[], $15::jsonb[]) AS c (event_id, content) USING (event_id)
ON CONFLICT (tenant_id, event_id, recipient, purpose) DO NOTHING
RETURNING id, event_id, state
"""


@dataclass(frozen=True, slots=True)
class Desk:
    """What is known of the tenant; empty texts where its copy lags behind its first ticket."""

    support_address: str
    language: str
    time_zone: str
    mailboxes: frozenset[str]
    """Every address that is or was one of its mailboxes."""
    agent_roles: frozenset[str]
    """Slugs of the roles whose bearers work tickets."""


class NewDelivery(NamedTuple):
    """A delivery to be made, in the order of the statement's columns."""

    id: UUID
    event_id: UUID
    ticket_id: UUID | None
    purpose: str
    recipient: str
    recipient_name: str
    language: str
    time_zone: str
    subject: str
    message_id: str
    state: str
    last_error: str


async def desk_of(tx: Tx) -> Desk:
    """Return what is known of the tenant that the transaction is bound to."""
    raw = await tx.raw()
    row = await raw.fetchrow(_DESK, tx.tenant_id, audience.AGENT_PERMISSION)
    assert row is not None  # the join keeps its one row
    return Desk(
        support_address=row["support_address"] or "",
        language=(row["languages"] or [""])[0],
        time_zone=row["time_zone"] or "",
        mailboxes=frozenset(row["mailboxes"]),
        agent_roles=frozenset(row["agent_roles"]),
    )


async def people_of(
    tx: Tx,
    *,
    ids: Collection[UUID],
    team_ids: Collection[UUID],
    agent_roles: Collection[str],
    addresses: Collection[str] | None = None,
) -> dict[str, Known]:
    """Return the people with these ids and the active members of these teams, by id.

    With `addresses`, for an escalation: also who has them (lower case), the managers of the first, and all supervisors.
    """
    if not (ids or team_ids or addresses is not None):
        return {}
    raw = await tx.raw()
    if addresses is None:
        rows = await raw.fetch(_PEOPLE, tx.tenant_id, list(ids), list(team_ids))
    else:
        chain = (list(addresses), audience.SUPERVISOR)
        rows = await raw.fetch(_PEOPLE + _OF_CHAIN, tx.tenant_id, list(ids), list(team_ids), *chain)
    return {
        str(row["id"]): Known(
            id=str(row["id"]),
            email=row["email"],
            name=row["name"],
            language=row["language"],
            time_zone=row["time_zone"],
            active=row["active"],
            agent=audience.is_agent(row["roles"], agent_roles),
            team_ids=frozenset(map(str, row["team_ids"])),
            manager_id=str(row["manager_id"] or ""),
            supervisor=audience.SUPERVISOR in row["roles"],
        )
        for row in rows
    }


async def sent_since(
    tx: Tx, *, recipients: Collection[str], purposes: Collection[str], since: datetime, at_most: int
) -> dict[str, dict[str, int]]:
    """Count, per address and title of the ticket, the deliveries of these purposes made since then and not suppressed.

    No more than `at_most` of an address are looked at.
    """
    raw = await tx.raw()
    rows = await raw.fetch(_SENT_SINCE, tx.tenant_id, list(recipients), list(purposes), since, at_most)
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["recipient"], {})[row["title"]] = row["count"]
    return found


async def add_deliveries(
    tx: Tx,
    deliveries: Sequence[NewDelivery],
    contents: Mapping[UUID, Mapping[str, str]],
    *,
    channel: str = "email",
) -> dict[UUID, list[UUID]]:
    """Write the deliveries that are not there yet; return the ids of those to send, by event.

    `contents` says what may be shown of each event.
    """
    if not deliveries:
        return {}
    raw = await tx.raw()
    rows = await raw.fetch(
        _ADD,
        tx.tenant_id,
        *map(list, zip(*deliveries, strict=True)),
        list(contents),
        [json.dumps(content) for content in contents.values()],
        channel,
    )
    queued: dict[UUID, list[UUID]] = {}
    for row in rows:
        if row["state"] == "queued":
            queued.setdefault(row["event_id"], []).append(row["id"])
    return queued
