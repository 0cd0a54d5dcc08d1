"""Rules as administrators keep them."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select

from chassis import filters
from chassis.db import Tx, check_version, get_for_update
from chassis.durations import parse_duration
from chassis.errors import BadRequest, NotFound
from chassis.filters import Field, FieldTable, FieldType, Node, TypedNode
from chassis.filters.tree import And, Comparison, Not, Or
from chassis.ids import is_id, new_id
from chassis.paging import Keyset, Page
from tickets.app.acting import checked_actions, parsed_actions
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import Configuration
from tickets.app.filtering import ME, PEOPLE
from tickets.app.listing import field_table
from tickets.db.automation import Rule, RuleExecution
from tickets.domain.actions import Action
from tickets.domain.approvals import ENDS
from tickets.domain.changes import Plain, differences
from tickets.domain.rules import EVENTS
from tickets.domain.texts import MAX_SHORT
from tickets.publish import events

MAX_DESCRIPTION = 2_000
MAX_POSITION = 1_000_000

_HAPPENING = {
    "event": Field(FieldType.STRING, values=frozenset(EVENTS)),
    "changed": Field(FieldType.LIST),
    "old_state": Field(FieldType.STRING),
    "actor": Field(FieldType.REFERENCE),
    "actor_kind": Field(FieldType.STRING, values=frozenset({"user", "service_account", "system"})),
    "comment.visibility": Field(FieldType.STRING, values=frozenset({"public", "internal"})),
    "comment.body": Field(FieldType.STRING),
    "comment.from_requester": Field(FieldType.BOOL),
    "approval.name": Field(FieldType.STRING),
    "approval.state": Field(FieldType.STRING, values=frozenset(ENDS)),
    "clock.name": Field(FieldType.STRING),
    "clock.kind": Field(FieldType.STRING, values=frozenset({"sla", "ola", "uc"})),
}
"""What a condition may ask of the event that set it off, beside the ticket's fields."""

_IN_ORDER = Keyset([(Rule.position, False), (Rule.id, False)])


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """All that a rule says, as people write it: `events` or `after`, never both."""

    name: str
    description: str = ""
    events: Sequence[str] = ()
    after: str = ""
    """ISO 8601, of wall time."""
    condition: str = ""
    actions: Sequence[Mapping[str, object]] = ()
    position: int = 0
    stop: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True)
class ReadyRule:
    """A rule that can be run."""

    id: UUID
    name: str
    events: frozenset[str]
    after: timedelta | None
    condition: TypedNode | None
    actions: Sequence[Action]
    stop: bool

    @property
    def label(self) -> str:
        """What the history calls it."""
        return f"rule:{self.id}:{self.name}"


async def create_rule(tx: Tx, *, configuration: Configuration, draft: RuleDraft) -> Rule:
    """Makes a rule. Raises InvalidInput with the place of each fault."""
    await checked_rule(tx, configuration=configuration, draft=draft)
    row = Rule(id=new_id(), stopped_reason="")
    _write(row, draft)
    tx.add(row)
    await tx.flush()
    tell_rule(tx, row, before={}, after=plain_rule(row), version=row.version)
    return row


async def update_rule(
    tx: Tx,
    *,
    configuration: Configuration,
    rule_id: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> Rule:
    """Changes fields of a rule; one that the desk has stopped runs again. Raises NotFound, Stale, InvalidInput."""
    row = await get_for_update(tx, Rule, (await get_rule(tx, rule_id=rule_id)).id)
    check_version(row, expected_version)
    before = plain_rule(row)
    draft = replace(draft_of(row), **changes)  # type: ignore[arg-type]  # the door hands fields of the draft
    await checked_rule(tx, configuration=configuration, draft=draft)
    _write(row, draft)
    row.stopped_at, row.stopped_reason = None, ""
    if plain_rule(row) != before:
        await tx.flush()
        tell_rule(tx, row, before=before, after=plain_rule(row), version=row.version)
    return row


async def delete_rule(tx: Tx, *, rule_id: str, expected_version: int | None) -> None:
    """Removes a rule with the log of what it did; the history of the tickets keeps its name. Raises NotFound, Stale."""
    row = await get_for_update(tx, Rule, (await get_rule(tx, rule_id=rule_id)).id)
    check_version(row, expected_version)
    await tx.session.delete(row)
    tell_rule(tx, row, before=plain_rule(row), after={}, version=row.version + 1)


async def get_rule(tx: Tx, *, rule_id: str) -> Rule:
    """The rule of an id. Raises NotFound."""
    found = await tx.get(Rule, UUID(rule_id)) if is_id(rule_id) else None
    if found is None:
        raise NotFound("rule")
    return found


async def list_rules(tx: Tx, *, page: Page) -> tuple[list[Rule], str]:
    """A page of the rules in the order in which they run, and the token of the next."""
    return _IN_ORDER.cut((await tx.scalars(_IN_ORDER.select(select(Rule), page))).all(), page)


async def list_executions(tx: Tx, *, rule_id: str, page: Page) -> tuple[list[RuleExecution], str]:
    """A page of what a rule did, the newest first, and the token of the next. Raises NotFound."""
    rule = await get_rule(tx, rule_id=rule_id)
    keyset = Keyset([(RuleExecution.id, True)], str(rule.id))
    statement = keyset.select(select(RuleExecution).where(RuleExecution.rule_id == rule.id), page)
    return keyset.cut((await tx.scalars(statement)).all(), page)


async def checked_rule(tx: Tx, *, configuration: Configuration, draft: RuleDraft) -> ReadyRule:
    """The rule, all that its actions name being there. Raises InvalidInput with the place of each fault."""
    rule = ready_rule(configuration, draft)
    await checked_actions(tx, configuration=configuration, written=draft.actions)
    return rule


def ready_rule(configuration: Configuration, draft: RuleDraft, rule_id: UUID | None = None) -> ReadyRule:
    """The rule, ready to be run; what its actions name may be gone. Raises InvalidInput with the place of each fault.

    :param rule_id: of a rule that is kept; the nil id stands for one that is not.
    """
    problems = Problems()
    problems.text("name", draft.name, limit=MAX_SHORT, required=True)
    problems.text("description", draft.description, limit=MAX_DESCRIPTION)
    if not -MAX_POSITION <= draft.position <= MAX_POSITION:
        problems.add("order", f"must be from {-MAX_POSITION} to {MAX_POSITION}")
    for place, event in enumerate(draft.events):
        if event not in EVENTS:
            problems.add(f"on[{place}]", f"must be one of: {', '.join(EVENTS)}")
    if bool(draft.events) == bool(draft.after):
        problems.add("on", "must name an event, or `after` a duration; not both")
    after = None
    if draft.after:
        try:
            after = parse_duration(draft.after)
        except ValueError as error:
            problems.add("after", str(error))
    condition = None
    try:
        condition = _condition(configuration, draft)
    except BadRequest as error:
        problems.add("condition", error.detail)
    problems.raise_any()
    actions = parsed_actions(configuration, draft.actions)
    return ReadyRule(
        rule_id or UUID(int=0),
        draft.name,
        frozenset(draft.events),
        after,
        condition,
        actions,
        draft.stop,
    )


def stop_rule(tx: Tx, row: Rule, reason: str) -> None:
    """Has a rule rest until somebody changes it, and tells the administrators' log. The row is flushed."""
    before = plain_rule(row)
    row.stopped_at, row.stopped_reason = datetime.now(UTC), reason
    tell_rule(tx, row, before=before, after=plain_rule(row), version=row.version + 1)


def plain_rule(row: Rule) -> dict[str, Plain]:
    """What the log of settings keeps of a rule."""
    said: dict[str, Plain] = asdict(draft_of(row))
    return said | {"stopped_reason": row.stopped_reason}


def tell_rule(
    tx: Tx, row: Rule, *, before: Mapping[str, Plain], after: Mapping[str, Plain], version: int
) -> None:
    """Publishes SettingChanged of a rule; `version` is the row's after the change."""
    fields = {field: after.get(field) for field in [*before, *after]}
    events.setting_changed(
        tx,
        kind="rule",
        id=row.id,
        name=row.name,
        version=version,
        changes=differences(before, fields),
        occasion=occasion_of(),
    )


def _condition(configuration: Configuration, draft: RuleDraft) -> TypedNode | None:
    table = field_table(configuration)
    if draft.events:
        table = FieldTable({**table.fields, **_HAPPENING}, table.find)
    return filters.check(_lowered(_parsed(draft.condition)), table)


_parsed = lru_cache(maxsize=4096)(filters.parse)


def _lowered(node: Node | None) -> Node | None:
    """Addresses in lower case, as people's are kept. Raises BadRequest for `me`: nobody asks."""
    match node:
        case And(items):
            return And(tuple(one for item in items if (one := _lowered(item)) is not None))
        case Or(items):
            return Or(tuple(one for item in items if (one := _lowered(item)) is not None))
        case Not(item):
            inner = _lowered(item)
            assert inner is not None  # only an empty filter has no tree
            return Not(inner)
        case Comparison() if node.field in PEOPLE | {"actor"}:
            if node.literal.text == ME:
                raise BadRequest(
                    f"filter: {ME} is nobody here (character {node.literal.position + 1})",
                    reason="INVALID_FILTER",
                )
            return replace(node, literal=replace(node.literal, text=node.literal.text.lower()))
        case _:
            return node


def _write(row: Rule, draft: RuleDraft) -> None:
    row.name = draft.name.strip()
    row.description = draft.description
    row.events = list(dict.fromkeys(draft.events))
    row.after = draft.after
    row.condition = draft.condition
    row.actions = [dict(action) for action in draft.actions]
    row.position = draft.position
    row.stop = draft.stop
    row.active = draft.active


def draft_of(row: Rule) -> RuleDraft:
    """What a rule says."""
    return RuleDraft(
        row.name,
        row.description,
        row.events,
        row.after,
        row.condition,
        row.actions,
        row.position,
        row.stop,
        row.active,
    )
