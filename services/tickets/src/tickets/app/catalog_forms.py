"""The forms of the catalogue: conditions when an item is kept, answers when it is ordered."""

from collections.abc import Mapping, Sequence
from typing import cast

from chassis import filters
from chassis.errors import BadRequest
from chassis.filters import Field, FieldTable, FieldType
from chassis.filters.evaluate import Values
from tickets.app.checking import Problems
from tickets.domain.catalog import Question
from tickets.domain.fields import Definition, missing_fields

_TYPES = {"number": FieldType.NUMBER, "checkbox": FieldType.BOOL, "choices": FieldType.LIST}


def check_form(form: Sequence[Question], definitions: Mapping[str, Definition], problems: Problems) -> None:
    """Notes questions for fields that are not there, twice, or whose condition cannot be right, with its place."""
    asked = [question.field for question in form]
    table = _table(asked, definitions)
    for place, question in enumerate(form):
        if question.field not in definitions:
            problems.add(f"form[{place}].field", "there is no such field")
        elif question.field in asked[:place]:
            problems.add(f"form[{place}].field", "is asked for already")
        try:
            filters.check(filters.parse(question.condition), table)
        except BadRequest as error:
            problems.add(f"form[{place}].condition", error.detail)


def check_answers(
    form: Sequence[Question],
    definitions: Mapping[str, Definition],
    answers: Mapping[str, object],
    problems: Problems,
) -> None:
    """Notes what is missing where its condition holds, and what is answered without being asked."""
    asked = [question.field for question in form]
    table = _table(asked, definitions)
    values = cast("Values", {f"fields.{slug}": value for slug, value in answers.items()})
    shown = [
        question
        for question in form
        if filters.evaluate(filters.check(filters.parse(question.condition), table), values)
    ]
    for slug in answers.keys() - {question.field for question in shown}:
        problems.add(f"fields.{slug}", "is not asked for")
    required = [question.field for question in shown if question.required]
    for slug in missing_fields(required, answers):
        problems.add(f"fields.{slug}", "is required")


def _table(asked: Sequence[str], definitions: Mapping[str, Definition]) -> FieldTable:
    """The fields that conditions may name: those that are asked for, as `fields.<slug>`."""
    return FieldTable(
        {
            f"fields.{slug}": Field(
                _TYPES.get(definition.kind, FieldType.STRING), values=frozenset(definition.choices)
            )
            for slug in asked
            if (definition := definitions.get(slug)) is not None
        }
    )
