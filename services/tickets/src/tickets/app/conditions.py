"""Conditions over tickets in the filter language, as administrators write them."""

from dataclasses import replace

from chassis import filters
from chassis.context import current_caller
from chassis.errors import BadRequest
from chassis.filters import Field, FieldTable, FieldType, Node, TypedNode
from chassis.filters.evaluate import Values
from chassis.filters.tree import And, Comparison, Not, Or
from tickets.app.configuration import Configuration
from tickets.app.listing import field_table

ROLE = "role"
"""Beside the fields of the ticket, conditions of fields ask for the roles of whoever works on it: role:agent."""


def filter_problem(configuration: Configuration, text: str, *, with_role: bool = False) -> str | None:
    """What is wrong with a condition over tickets, and at which character; None for nothing."""
    table = field_table(configuration)
    try:
        filters.check(filters.parse(text), _with_role(table) if with_role else table)
    except BadRequest as error:
        return error.detail
    return None


def holds(configuration: Configuration, text: str, values: Values) -> bool:
    """Whether a condition that was checked when it was saved holds for a ticket and the caller."""
    tree = configuration.once((holds, text), lambda: _checked(configuration, text))
    return filters.evaluate(tree, {**values, ROLE: current_caller().roles})


def _checked(configuration: Configuration, text: str) -> TypedNode | None:
    return filters.check(filters.parse(text), _with_role(field_table(configuration, strict=False)))


def fields_named(text: str) -> set[str]:
    """The slugs of the custom fields that a condition names."""
    return {name.split(".")[1] for name in all_named(text) if name.startswith("fields.")}


def all_named(text: str) -> set[str]:
    """All that a condition asks for, by the names of filters."""
    tree = filters.parse(text)
    return set() if tree is None else _names(tree)


def _names(node: Node) -> set[str]:
    match node:
        case And(items) | Or(items):
            return {name for item in items for name in _names(item)}
        case Not(item):
            return _names(item)
        case Comparison():
            return {node.field}


def _with_role(table: FieldTable) -> FieldTable:
    return replace(table, fields={**table.fields, ROLE: Field(FieldType.LIST)})
