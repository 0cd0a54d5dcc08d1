"""Pushes that wait when the operator takes the desk's key away."""

from uuid import UUID

from notify_case import Case
from notify_desk import Desk

from chassis.ids import new_id
from chassis.testing.waiting import eventually


async def test_a_push_that_no_key_can_send_ends_with_the_reason(desk: Desk, case: Case) -> None:
    await desk.rows(
        "INSERT INTO push_subscriptions (tenant_id, id, person_id, session_id, endpoint, p256dh, auth, topics, renewed_at)"
        " VALUES ($1, $2, $3, $4, 'https://push.example/1', $5, $5, '{reply}', now())",
        case.tenant.id,
        new_id(),
        UUID(case.requester.id),
        new_id(),
        b"",
    )
    await case.commented(case.anna, "Done.")

    async def ended() -> bool:
        rows = await desk.rows(
            "SELECT state, last_error FROM deliveries WHERE tenant_id = $1 AND channel = 'push'",
            case.tenant.id,
        )
        told = [(row["state"], row["last_error"]) for row in rows]
        return told == [("suppressed", "the desk has no push key")]

    await eventually(ended, 15)
