"""Running rules: on what happened to tickets, and on time."""

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from chassis import timers
from chassis.context import current_caller, use_caller
from chassis.db import Tx
from chassis.errors import BadRequest, Forbidden, InvalidInput, NotFound, WrongState
from chassis.filters import evaluate
from chassis.filters.evaluate import Values
from chassis.ids import is_id, lowest_id, new_id
from chassis.timers import NewTimer
from tickets.app.access import find_ticket
from tickets.app.acting import Done, perform
from tickets.app.actors import acting_by
from tickets.app.configuration import KEPT_TENANTS, Configuration
from tickets.app.effects import hangs_on
from tickets.app.facts import ticket_values
from tickets.app.opening import Desk
from tickets.app.recording import view_ticket
from tickets.app.rules import ReadyRule, draft_of, ready_rule, stop_rule
from tickets.app.wording import Vocabulary
from tickets.db.automation import Rule, RuleExecution, RuleWait
from tickets.db.links import lock_structure
from tickets.db.tickets import Ticket
from tickets.domain.rules import CREATED, OFTEN_WITHIN, TIME, circle_problem, frequency_problem

log = structlog.get_logger()

RULE_TIMER = "rule"
"""The kind of the timers of rules of time; their key is "<rule id>/<ticket id>"."""

PERMISSIONS = frozenset(
    {
        "tickets.read",
        "tickets.update",
        "tickets.override_priority",
        "tickets.assign",
        "tickets.transition",
        "tickets.comment",
        "tickets.comment_internal",
        "tickets.create",
        "approvals.request",
    }
)
"""What the desk may do by a rule."""

KEPT = timedelta(days=90)
"""What a rule did is listed for so long."""

_CAUSE = "rule:"
_REFUSALS = (BadRequest, Forbidden, InvalidInput, NotFound, WrongState)
"""What may go wrong with an action; all else is a failure of the desk, and is tried again."""


@dataclass(frozen=True, slots=True)
class Happening:
    """Something happened to a ticket. `cause` is that of the change, `origin` names the event itself."""

    ticket_id: UUID
    trigger: str
    cause: str
    origin: str
    facts: Values = field(default_factory=dict)
    """What a condition may ask of it, see `tickets.app.rules`."""
    told: Callable[[], Values | None] = lambda: None
    """The ticket as it was then, as conditions see it; None where it is not known."""

    def concerned(self, rules: Iterable[ReadyRule]) -> set[UUID]:
        """Those of the rules whose condition held then, or may have."""
        told = self.told()
        if told is None:
            return {rule.id for rule in rules}
        values = {**told, **self.facts}
        return {rule.id for rule in rules if evaluate(rule.condition, values)}


class KeptRules:
    """The rules that this process has made ready, of each tenant for as long as its configuration is the same."""

    def __init__(self) -> None:
        self._kept: OrderedDict[UUID, tuple[Configuration, dict[tuple[UUID, int], ReadyRule]]] = OrderedDict()

    async def ready(self, tx: Tx, configuration: Configuration) -> list[ReadyRule]:
        """The rules that may run, in their order; one that no longer fits the configuration is stopped."""
        kept = self._of(tx.tenant_id, configuration)
        found = await tx.execute(
            select(Rule.id, Rule.version)
            .where(Rule.active, Rule.stopped_at.is_(None))
            .order_by(Rule.position, Rule.id)
        )
        wanted = [(id_, version) for id_, version in found]
        rows = await self._rows(tx, {id_ for id_, version in wanted if (id_, version) not in kept})
        rules: dict[tuple[UUID, int], ReadyRule] = {}
        for key in wanted:
            try:
                if key in kept:
                    rules[key] = kept[key]
                elif row := rows.get(key[0]):
                    rules[row.id, row.version] = ready_rule(configuration, draft_of(row), row.id)
            except InvalidInput as error:
                stop_rule(tx, rows[key[0]], str(error))
        self._kept[tx.tenant_id] = (configuration, rules)
        return list(rules.values())

    async def _rows(self, tx: Tx, ids: Collection[UUID]) -> dict[UUID, Rule]:
        """The rules that are new here or have changed; a whole row costs many times its key, and there may be hundreds."""
        if not ids:
            return {}
        rows = await tx.scalars(select(Rule).where(Rule.id.in_(ids), Rule.active, Rule.stopped_at.is_(None)))
        return {row.id: row for row in rows}

    def _of(self, tenant_id: UUID, configuration: Configuration) -> dict[tuple[UUID, int], ReadyRule]:
        made_for, kept = self._kept.pop(tenant_id, (None, {}))
        while len(self._kept) >= KEPT_TENANTS:
            self._kept.popitem(last=False)
        return kept if made_for is configuration else {}


async def run_rules(
    tx: Tx, *, configuration: Configuration, kept: KeptRules, desk: Desk, happenings: Sequence[Happening]
) -> None:
    """Runs the rules that wait for what happened, in their order, and sets or cancels those of time.

    A rule acts where its condition held when it happened and still holds; after another one that acted, where it holds
    now. Tickets that concern no rule, which are nearly all, are neither read nor locked. The others are taken in the
    order of their ids, so that two who work through many cannot wait for each other in a ring.
    """
    rules = await kept.ready(tx, configuration)
    timely = [rule for rule in rules if rule.after is not None]
    by_ticket: dict[UUID, list[tuple[Happening, set[UUID]]]] = {}
    for happening in happenings:
        waiting = [rule for rule in rules if rule.after is not None or happening.trigger in rule.events]
        concerned = happening.concerned(waiting) if waiting else set()
        by_ticket.setdefault(happening.ticket_id, []).append((happening, concerned))
    touched = {one for one, happened in by_ticket.items() if any(concerned for _, concerned in happened)}
    if timely:
        # A new ticket waits for nothing yet.
        older = {one.ticket_id for one in happenings if one.trigger != CREATED} - touched
        touched |= await _waiting(tx, older)
    if touched and any(hangs_on(action) for rule in rules for action in rule.actions):
        await lock_structure(tx)  # always before a ticket, so that nobody waits for each other in a ring
    for ticket_id in sorted(touched):
        ticket = await find_ticket(tx, str(ticket_id), for_update=True)
        if ticket is None:
            continue
        run = _Run(tx, configuration, desk, ticket)
        for happening, concerned in by_ticket[ticket_id]:
            await run.on_event(rules, happening, concerned)
        await run.set_waits(timely)


async def _waiting(tx: Tx, ticket_ids: Collection[UUID]) -> set[UUID]:
    """Those of the tickets for which a rule of time waits."""
    if not ticket_ids:
        return set()
    found = await tx.scalars(
        select(RuleWait.ticket_id).where(RuleWait.ticket_id.in_(ticket_ids), RuleWait.fired_at.is_(None))
    )
    return set(found)


async def run_due_rule(
    tx: Tx,
    *,
    configuration: Configuration,
    kept: KeptRules,
    desk: Desk,
    rule_id: UUID,
    ticket_id: UUID,
    origin: str,
) -> None:
    """Runs a rule of time on a ticket, once, where its condition still holds."""
    rule = next((one for one in await kept.ready(tx, configuration) if one.id == rule_id), None)
    if rule is not None and any(hangs_on(action) for action in rule.actions):
        await lock_structure(tx)
    ticket = await find_ticket(tx, str(ticket_id), for_update=True)
    wait = await tx.scalar(
        select(RuleWait)
        .where(RuleWait.rule_id == rule_id, RuleWait.ticket_id == ticket_id, RuleWait.fired_at.is_(None))
        .with_for_update()
    )
    if ticket is None or wait is None:
        return
    run = _Run(tx, configuration, desk, ticket)
    if rule is None or rule.after is None or not evaluate(rule.condition, await run.values({})):
        await tx.session.delete(wait)
        return
    wait.fired_at = datetime.now(UTC)
    await run.execute(rule, Happening(ticket_id, TIME, "", origin), chain=[])


@dataclass(slots=True)
class _Run:
    """The rules of a tenant on one locked ticket."""

    tx: Tx
    configuration: Configuration
    desk: Desk
    ticket: Ticket

    async def on_event(
        self, rules: Sequence[ReadyRule], happening: Happening, concerned: Collection[UUID]
    ) -> None:
        """Runs the rules that wait for an event; a rule that stops the others does so where it acted.

        :param concerned: the rules whose condition held when it happened.
        """
        waiting = [rule for rule in rules if happening.trigger in rule.events]
        if not any(rule.id in concerned for rule in waiting):
            return
        chain, acted = await self._chain(happening.cause), False
        for rule in waiting:
            if rule.id not in concerned and not acted:
                continue
            if not evaluate(rule.condition, await self.values(happening.facts)):
                continue
            if not await self.execute(rule, happening, chain):
                continue
            acted = True
            if rule.stop:
                break
            # What acts after it in this round may do so because of it.
            chain = [*chain, rule.id]

    async def values(self, facts: Values) -> Values:
        """What conditions are decided over."""
        view = await view_ticket(self.tx, self.configuration, self.ticket)
        return {**ticket_values(view), **facts}

    async def execute(self, rule: ReadyRule, happening: Happening, chain: list[UUID]) -> bool:
        """Does what a rule says, all of it or nothing, and keeps what came of it; tells whether it was done."""
        execution = RuleExecution(
            id=new_id(),
            rule_id=rule.id,
            ticket_id=self.ticket.id,
            ticket_number=self.ticket.number,
            trigger=happening.trigger,
            cause=happening.origin,
            chain=chain,
            created_at=datetime.now(UTC),
        )
        problem = circle_problem(rule.id, chain) or frequency_problem(await self._times(rule))
        if problem is not None:
            await self._stop(rule, problem)
            self._keep(execution, "stopped", error=problem)
            return False
        caller, ticket_id = replace(current_caller(), cause=f"{_CAUSE}{execution.id}"), self.ticket.id
        savepoint = await self.tx.session.begin_nested()
        try:
            with use_caller(caller), acting_by(rule.label):
                done = await perform(
                    self.tx,
                    configuration=self.configuration,
                    # What a rolled back action has taught is not known: nothing learned here is kept.
                    desk=replace(self.desk, vocabulary=Vocabulary()),
                    ticket_id=self.ticket.id,
                    version=self.ticket.version,
                    actions=rule.actions,
                )
        except _REFUSALS as error:
            await savepoint.rollback()
            await self._read_again(ticket_id)
            self._keep(execution, "failed", error=str(error))
            return False
        await savepoint.commit()
        self._keep(execution, "done", done=done)
        await self._forget_old(rule)
        return True

    async def set_waits(self, rules: Sequence[ReadyRule]) -> None:
        """Sets the timers of the rules of time whose condition holds from now on, and cancels those of the others."""
        if not rules:
            return
        values, now = await self.values({}), datetime.now(UTC)
        holding = {
            rule.id: now + rule.after for rule in rules if rule.after and evaluate(rule.condition, values)
        }
        if holding:
            rows = [
                {"tenant_id": self.tx.tenant_id, "rule_id": one, "ticket_id": self.ticket.id, "due_at": due}
                for one, due in holding.items()
            ]
            added = await self.tx.scalars(
                insert(RuleWait).values(rows).on_conflict_do_nothing().returning(RuleWait.rule_id)
            )
            new = [NewTimer(RULE_TIMER, self._key(one), holding[one]) for one in added.all()]
            await timers.schedule_many(self.tx, new)
        ended = await self.tx.scalars(
            delete(RuleWait)
            .where(
                RuleWait.ticket_id == self.ticket.id,
                RuleWait.rule_id.not_in(holding),
                RuleWait.fired_at.is_(None),
            )
            .returning(RuleWait.rule_id)
        )
        if keys := [self._key(one) for one in ended.all()]:
            await timers.cancel_many(self.tx, kind=RULE_TIMER, keys=keys)

    def _key(self, rule_id: UUID) -> str:
        return f"{rule_id}/{self.ticket.id}"

    async def _chain(self, cause: str) -> list[UUID]:
        """The rules that a change follows from, where one made it."""
        execution_id = cause.removeprefix(_CAUSE)
        if execution_id == cause or not is_id(execution_id):
            return []
        found = await self.tx.scalar(select(RuleExecution).where(RuleExecution.id == UUID(execution_id)))
        return [] if found is None else [*found.chain, found.rule_id]

    async def _times(self, rule: ReadyRule) -> int:
        """How often the rule acted on the ticket of late."""
        times = await self.tx.scalar(
            select(func.count()).where(
                RuleExecution.ticket_id == self.ticket.id,
                RuleExecution.rule_id == rule.id,
                RuleExecution.created_at > datetime.now(UTC) - OFTEN_WITHIN,
                RuleExecution.outcome == "done",
            )
        )
        return times or 0

    async def _stop(self, rule: ReadyRule, problem: str) -> None:
        row = await self.tx.get(Rule, rule.id)
        if row is not None and row.stopped_at is None:
            stop_rule(self.tx, row, f"{self.ticket.number}: {problem}")
            await self.tx.flush()
            log.warning("rule_stopped", rule=str(rule.id), ticket=str(self.ticket.id), reason=problem)

    async def _read_again(self, ticket_id: UUID) -> None:
        """Reads the ticket after a rollback, which leaves nothing of it in hand."""
        ticket = await find_ticket(self.tx, str(ticket_id), for_update=True)
        assert ticket is not None  # it is locked
        self.ticket = ticket

    def _keep(
        self, execution: RuleExecution, outcome: str, *, error: str = "", done: Done | None = None
    ) -> None:
        execution.outcome, execution.error = outcome, error
        execution.changes = [
            {"field": entry.field, "from": entry.old_value, "to": entry.new_value}
            for entry in (done.entries if done is not None else ())
        ]
        self.tx.add(execution)

    async def _forget_old(self, rule: ReadyRule) -> None:
        old = datetime.now(UTC) - KEPT
        await self.tx.execute(
            delete(RuleExecution).where(
                RuleExecution.rule_id == rule.id,
                RuleExecution.id < lowest_id(old),
            )
        )


def split_key(key: str) -> tuple[UUID, UUID]:
    """Rule and ticket of a timer's key."""
    rule_id, _, ticket_id = key.partition("/")
    return UUID(rule_id), UUID(ticket_id)
