"""Grammar and parser of the filter language (AIP-160, without functions and bare words)."""

from __future__ import annotations

import re
from dataclasses import dataclass

from chassis.errors import BadRequest
from chassis.filters.tree import And, Comparison, Literal, Node, Not, Operator, Or

MAX_LENGTH = 8192
MAX_DEPTH = 32
MAX_COMPARISONS = 200

_SPACE = re.compile(r"\s*")
_OPERATOR = re.compile(r"<=|>=|!=|=|<|>|:")
_FIELD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z0-9_-]+)*")
_TIMESTAMP = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})?")
_WORD = re.compile(r"[^\s()\"'=<>!:,]+")
_STRING = re.compile(r"\"((?:[^\"\\]|\\.)*)\"|'((?:[^'\\]|\\.)*)'", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KEYWORD = re.compile(r"(AND|OR|NOT)(?![^\s()])")


def parse(text: str) -> Node | None:
    """The tree of a filter, or None for an empty one.

    :raises BadRequest: the text is no filter; the detail says what is wrong and at which character, counted from 1.
    """
    if len(text) > MAX_LENGTH:
        raise invalid(f"is longer than {MAX_LENGTH} characters", MAX_LENGTH)
    parser = _Parser(text)
    parser.skip_space()
    if parser.at_end():
        return None
    tree = parser.conjunction(depth=0)
    if not parser.at_end():
        raise invalid(f"{parser.rest()} is not expected", parser.position)
    return tree


def invalid(problem: str, position: int) -> BadRequest:
    """The error for a filter that can't be right at a place (counted from 0; told from 1)."""
    return BadRequest(f"filter: {problem} (character {position + 1})", reason="INVALID_FILTER")


@dataclass(slots=True)
class _Parser:
    text: str
    position: int = 0
    comparisons: int = 0

    def skip_space(self) -> None:
        found = _SPACE.match(self.text, self.position)
        if found:
            self.position = found.end()

    def at_end(self) -> bool:
        return self.position >= len(self.text)

    def rest(self) -> str:
        return repr(self.text[self.position : self.position + 20])

    def keyword(self) -> str | None:
        found = _KEYWORD.match(self.text, self.position)
        return found.group(1) if found else None

    def take(self, length: int) -> None:
        self.position += length
        self.skip_space()

    def conjunction(self, depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise invalid(f"is nested more than {MAX_DEPTH} deep", self.position)
        items = [self.disjunction(depth)]
        while not self.at_end() and self.text[self.position] != ")":
            if self.keyword() == "AND":
                self.take(3)
            items.append(self.disjunction(depth))
        return items[0] if len(items) == 1 else And(tuple(items))

    def disjunction(self, depth: int) -> Node:
        items = [self.term(depth)]
        while self.keyword() == "OR":
            self.take(2)
            items.append(self.term(depth))
        return items[0] if len(items) == 1 else Or(tuple(items))

    def term(self, depth: int) -> Node:
        if self.at_end():
            raise invalid("ends where a comparison is expected", self.position)
        if self.keyword() == "NOT":
            self.take(3)
            return Not(self.simple(depth))
        if self.text[self.position] == "-":
            self.take(1)
            return Not(self.simple(depth))
        return self.simple(depth)

    def simple(self, depth: int) -> Node:
        if self.at_end():
            raise invalid("ends where a comparison is expected", self.position)
        if self.text[self.position] != "(":
            return self.comparison()
        opened = self.position
        self.take(1)
        inner = self.conjunction(depth + 1)
        if self.at_end() or self.text[self.position] != ")":
            raise invalid("a parenthesis is not closed", opened)
        self.take(1)
        return inner

    def comparison(self) -> Comparison:
        start = self.position
        self.comparisons += 1
        if self.comparisons > MAX_COMPARISONS:
            raise invalid(f"has more than {MAX_COMPARISONS} comparisons", start)
        name = _FIELD.match(self.text, start)
        if name is None or self.keyword() is not None:
            raise invalid(f"a field name is expected, not {self.rest()}", start)
        self.take(name.end() - start)
        operator = _OPERATOR.match(self.text, self.position)
        if operator is None:
            raise invalid(f"after {name.group()} one of = != < <= > >= : is expected", self.position)
        self.take(len(operator.group()))
        if operator.group() == "=" and self.text.startswith("=", self.position):
            raise invalid("equality is written =, not ==", self.position - 1)
        return Comparison(name.group(), Operator(operator.group()), self.literal(), start)

    def literal(self) -> Literal:
        start = self.position
        if self.at_end():
            raise invalid("ends where a value is expected", start)
        quoted = _STRING.match(self.text, start)
        if quoted is not None:
            self.take(quoted.end() - start)
            inner = quoted.group(1) if quoted.group(1) is not None else quoted.group(2)
            return Literal(_ESCAPE.sub(r"\1", inner), quoted=True, position=start)
        if self.text[start] in "\"'":
            raise invalid("a quotation mark is not closed", start)
        word = _TIMESTAMP.match(self.text, start) or _WORD.match(self.text, start)
        if word is None:
            raise invalid(f"a value is expected, not {self.rest()}", start)
        self.take(word.end() - start)
        return Literal(word.group(), quoted=False, position=start)
