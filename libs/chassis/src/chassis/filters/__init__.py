"""The one filter language of Deskmesh: AIP-160 with stated meanings, for lists, views, rules and SLA policies.

``parse`` makes a tree of the text, ``check`` types it against a table of fields, and a checked filter is either compiled
to SQL (``to_sql``) or decided over plain values (``evaluate``); both give the same answer.

Meanings, where AIP-160 leaves them open:

* ``OR`` binds tighter than ``AND`` (as AIP-160 says), and words side by side are ``AND``.
* The logic has two values. A comparison with a missing value is false, ``!=`` with a missing value is true, and ``NOT``
  turns an answer round; ``field = null`` asks whether a value is missing.
* ``=`` on text is exact, and ``*`` at either end of it matches any text. ``:`` finds part of a text without regard to case,
  an element of a list, or with ``*`` any value at all.
* Order on text is by code point.

The language knows no field: each service hands in its own table. https://google.aip.dev/160
"""

from chassis.filters.check import check
from chassis.filters.evaluate import evaluate
from chassis.filters.fields import Field, FieldTable, FieldType
from chassis.filters.parser import parse
from chassis.filters.sql import to_sql
from chassis.filters.tree import Node, TypedNode

__all__ = ["Field", "FieldTable", "FieldType", "Node", "TypedNode", "check", "evaluate", "parse", "to_sql"]
