"""Earlier windings of clocks, and what recomputations changed, through the doors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from google.protobuf.field_mask_pb2 import FieldMask
from sla_doors import ADMIN, Desk, Ticket, target, time_of

from chassis.ids import new_id
from deskmesh.sla.v1 import events_pb2, sla_pb2
from deskmesh.sla.v1 import sla_service_pb2 as pb

HOUR = timedelta(hours=1)
WINDINGS = """
SELECT string_agg(format('%s %s %s', cycle, state, elapsed_seconds), ', ' ORDER BY cycle)
FROM clocks WHERE tenant_id = $1 AND ticket_id = $2 AND name = $3
"""


async def test_earlier_windings_of_a_clock_are_kept(acme: Desk) -> None:
    await acme.make_policy(targets=[target("update", "PT2H")])
    began = datetime.now(UTC) - 10 * HOUR
    ticket = await Ticket(acme, began).created()
    await ticket.comment(began + HOUR)
    await ticket.comment(began + 4 * HOUR)
    await acme.settles()
    found = await acme.fetch_value(WINDINGS, acme.id, ticket.id, "update")
    assert found == "0 stopped 3600, 1 stopped 10800, 2 running "
    assert [name for name, _ in await acme.clock_events(ticket.id)].count("ClockStarted") == 3
    assert [clock.state for clock in (await acme.clocks(ticket.id)).values()] == ["running"]


async def test_a_word_that_is_told_late_changes_the_windings_before_it(acme: Desk) -> None:
    await acme.make_policy(targets=[target("update", "PT2H")])
    began = datetime.now(UTC) - 10 * HOUR
    ticket = await Ticket(acme, began).created()
    await ticket.comment(began + 4 * HOUR)
    await ticket.comment(began + HOUR)
    await acme.settles()
    found = await acme.fetch_value(WINDINGS, acme.id, ticket.id, "update")
    assert found == "0 stopped 3600, 1 stopped 10800, 2 running "


async def test_a_policy_with_clocks_of_its_own_is_kept_and_counts(acme: Desk) -> None:
    own = sla_pb2.OwnClock(
        name="waiting", start='state = "pending_requester"', stop='state != "pending_requester"', goes_on=True
    )
    made = await acme.make_policy(
        kind="ola",
        clocks=[own],
        targets=[target("waiting", "P1D")],
        pause_when='priority = "low"',
        restart_on=["team"],
    )
    found = await acme.ask("GetPolicy", pb.GetPolicyRequest(policy_id=made.id), pb.GetPolicyResponse)
    assert (list(found.policy.clocks), found.policy.pause_when) == ([own], 'priority = "low"')
    assert (found.policy.recompute, list(found.policy.restart_on)) == ("creation", ["team"])
    began = datetime.now(UTC) - 5 * HOUR
    ticket = await Ticket(acme, began).created()
    await ticket.moves("pending_requester", began + HOUR)
    await acme.settles()
    clock = (await acme.clocks(ticket.id, at=began + 3 * HOUR))["waiting"]
    assert (clock.kind, clock.state, clock.elapsed) == ("ola", "running", "PT2H")


async def test_a_recomputation_says_what_it_changed(acme: Desk) -> None:
    policy = await acme.make_policy(targets=[target("resolution", "PT4H")])
    began = datetime.now(UTC) - HOUR
    ticket = await Ticket(acme, began).created()
    await acme.settles()
    patch = pb.UpdatePolicyRequest(
        policy_id=policy.id,
        patch=sla_pb2.Policy(targets=[target("resolution", "PT8H")]),
        update_mask=FieldMask(paths=["targets"]),
    )
    await acme.ask("UpdatePolicy", patch, pb.UpdatePolicyResponse, scopes=ADMIN, user_id=new_id())
    await acme.settles()
    clock = (await acme.clocks(ticket.id, explain=True))["resolution"]
    [told] = clock.recomputations
    assert told.reason == 'policy "own" was edited'
    changed = {one.field: (one.old_value.string_value, one.new_value.string_value) for one in told.changes}
    assert changed["target"] == ("PT4H", "PT8H")
    assert changed["policy_version"] == ("1", "2")
    assert time_of(clock.due_at) == began + 8 * HOUR
    [event] = [one for _, one in await acme.told(of=ticket.id) if isinstance(one, events_pb2.ClockRecomputed)]
    assert list(event.changes) == list(told.changes)
    assert not (await acme.clocks(ticket.id))["resolution"].recomputations
