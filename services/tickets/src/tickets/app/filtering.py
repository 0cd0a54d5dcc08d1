"""Filters as people write them, brought to what columns hold and indexes serve."""

from collections.abc import Mapping
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.filters import Node
from chassis.filters.tree import And, Comparison, Not, Operator, Or
from tickets.app.configuration import Configuration
from tickets.db.directory import Organization, Person

PEOPLE = frozenset({"assignee", "requester", "person"})
ME = "me"
"""As a person: whoever asks."""


async def with_ids(tx: Tx, configuration: Configuration, node: Node | None) -> Node | None:
    """The filter with slugs and addresses replaced by ids, `ME` by the caller's.

    A key that nothing has stays, and equals nothing.
    """
    if node is None:
        return None
    keys = _keys(node)
    people = {key.lower() for field, key in keys if field in PEOPLE}
    organizations = {key for field, key in keys if field == "organization"}
    ids = _configured(configuration)
    me = current_caller().user_id
    if ME in people and me is not None:
        ids |= {(field, ME): me for field in PEOPLE}
    people.discard(ME)
    if people:
        rows = await tx.execute(
            select(Person.email, Person.id).where(Person.email.in_(people)).order_by(Person.id)
        )
        for email, id_ in rows:
            ids |= {(field, email): id_ for field in PEOPLE}
    if organizations:
        rows = await tx.execute(
            select(Organization.slug, Organization.id).where(Organization.slug.in_(organizations))
        )
        ids |= {("organization", slug): id_ for slug, id_ in rows}
    return _replaced(node, ids)


def implied_categories(configuration: Configuration, node: Node | None) -> frozenset[str] | None:
    """The categories that the states of a filter leave possible, None where it leaves all.

    `state = "open"` alone would not let the database see that the index over open tickets serves.
    """
    match node:
        case Comparison("state", Operator.EQUAL, literal) if (
            "*" not in literal.text and literal.text != "null"
        ):
            return frozenset(
                rules.category(literal.text)
                for rules in configuration.rules.values()
                if literal.text in rules.states
            )
        case And(items):
            known = [
                one for one in (implied_categories(configuration, item) for item in items) if one is not None
            ]
            return frozenset.intersection(*known) if known else None
        case Or(items):
            each = [implied_categories(configuration, item) for item in items]
            known = [one for one in each if one is not None]
            return frozenset.union(*known) if len(known) == len(each) else None
        case _:
            return None


def _configured(configuration: Configuration) -> dict[tuple[str, str], UUID]:
    ids = {("queue", queue.slug): queue.id for queue in configuration.queues.values()}
    ids |= {("process", process.slug): process.id for process in configuration.processes.values()}
    return ids | {("team", team.key): team.id for team in configuration.teams.values()}


def named(node: Node | None) -> set[str]:
    """The fields that a filter names."""
    return set() if node is None else {field for field, _ in _keys(node)}


def _keys(node: Node) -> set[tuple[str, str]]:
    match node:
        case And(items) | Or(items):
            return {key for item in items for key in _keys(item)}
        case Not(item):
            return _keys(item)
        case Comparison():
            return {(node.field, node.literal.text)}


def _replaced(node: Node, ids: Mapping[tuple[str, str], UUID]) -> Node:
    match node:
        case And(items):
            return And(tuple(_replaced(item, ids) for item in items))
        case Or(items):
            return Or(tuple(_replaced(item, ids) for item in items))
        case Not(item):
            return Not(_replaced(item, ids))
        case Comparison():
            key = node.literal.text.lower() if node.field in PEOPLE else node.literal.text
            found = ids.get((node.field, key))
            if found is None:
                return node
            return replace(node, literal=replace(node.literal, text=str(found)))
