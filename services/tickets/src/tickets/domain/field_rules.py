"""Which fields a ticket has, which it must have, and which choices go together."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from tickets.domain.fields import Definition, Problem, missing_fields


@dataclass(frozen=True, slots=True)
class Standing:
    """A ticket as the rules of fields see it: where it belongs, its custom values, and which filters hold for it."""

    process: str
    kind: str
    fields: Mapping[str, object]
    holds: Callable[[str], bool]


def have_conditions(definitions: Iterable[Definition]) -> bool:
    """Whether any field is shown or demanded by a condition over the ticket."""
    return any(one.active and (one.required_when or one.shown_when) for one in definitions)


def field_problems(
    definitions: Mapping[str, Definition],
    *,
    before: Standing | None,
    after: Standing,
    given: Collection[str],
    demanding: bool,
) -> list[Problem]:
    """What is wrong with the custom values that a ticket is given.

    What was there before a field or a rule of it changed stays as it is: only what is given now is looked at, and only
    what this change makes necessary must be there.

    :param before: None for a new ticket.
    :param given: the slugs of the fields that are set or taken off.
    :param demanding: whether what must be there is asked for; imports and mail cannot know.
    """
    problems: list[Problem] = []
    for slug in given:
        if after.fields.get(slug) is not None:
            reason = _unwanted(definitions[slug], after)
            problems += [(f"fields.{slug}", reason)] if reason else []
    if demanding:
        problems += _missing(definitions.values(), before, after, given)
    wrong = {path for path, _ in problems}
    return [*problems, *(one for one in _parted(definitions.values(), after, given) if one[0] not in wrong)]


def _unwanted(definition: Definition, after: Standing) -> str:
    if not definition.active:
        return "takes no new values"
    if not definition.belongs_to(after.process, after.kind):
        return f"is no field of a {after.kind} in {after.process}"
    if definition.shown_when and not after.holds(definition.shown_when):
        return f"is a field only where {definition.shown_when}"
    return ""


def _missing(
    definitions: Iterable[Definition], before: Standing | None, after: Standing, given: Collection[str]
) -> Iterator[Problem]:
    for definition in definitions:
        if not missing_fields([definition.slug], after.fields) or not _needs(definition, after):
            continue
        if before is None or definition.slug in given or not _needs(definition, before):
            where = f" where {definition.required_when}" if not definition.required else ""
            yield f"fields.{definition.slug}", f"must be given{where}"


def _needs(definition: Definition, standing: Standing) -> bool:
    return (
        definition.active
        and definition.belongs_to(standing.process, standing.kind)
        and (not definition.shown_when or standing.holds(definition.shown_when))
        and (
            definition.required
            or (bool(definition.required_when) and standing.holds(definition.required_when))
        )
    )


def _parted(definitions: Iterable[Definition], after: Standing, given: Collection[str]) -> Iterator[Problem]:
    """Choices that do not go with the value of the field they depend on, where either is given now."""
    for definition in definitions:
        above, chosen = definition.depends_on, after.fields.get(definition.slug)
        if not definition.active or not above or chosen is None or not {above, definition.slug} & set(given):
            continue
        value = after.fields.get(above)
        allowed = definition.choices_by.get(str(value), ())
        if not set(chosen if isinstance(chosen, list) else [chosen]) <= set(allowed):
            told = f"must be one of: {', '.join(allowed)}" if allowed else "must be empty"
            yield f"fields.{definition.slug}", f"{told}, where {above} is {value or 'empty'}"
