"""What administrators do with the fields that a tenant adds to its tickets."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from sqlalchemy import exists, func, or_, select

from chassis.db import Tx
from chassis.errors import WrongState
from chassis.paging import Keyset, Page
from tickets.app.administering import check_free, check_key, check_name, locked_row, tell
from tickets.app.checking import Problems
from tickets.app.conditions import fields_named, filter_problem
from tickets.app.configuration import Configuration
from tickets.db.configuration import FieldDefinition
from tickets.db.tickets import Ticket
from tickets.domain.changes import Plain
from tickets.domain.fields import KINDS, WITH_CHOICES
from tickets.domain.texts import MAX_BODY, MAX_SHORT, slug_of

MOST_FIELDS = 500
MOST_CHOICES = 1_000

_IN_ORDER = Keyset([(FieldDefinition.id, False)], "fields")


@dataclass(frozen=True, slots=True)
class FieldDraft:
    """All that a field says; see `domain.fields.Definition`. `dependent_choices` is {"field", "choices"} or empty."""

    name: str
    kind: str
    description: str = ""
    choices: Sequence[str] = ()
    required: bool = False
    required_when: str = ""
    shown_when: str = ""
    dependent_choices: Mapping[str, object] = field(default_factory=dict)
    processes: Sequence[str] = ()
    types: Sequence[str] = ()
    active: bool = True


async def create_field(
    tx: Tx, *, configuration: Configuration, slug: str, draft: FieldDraft
) -> FieldDefinition:
    """Makes a field. Raises InvalidInput with all that is wrong, AlreadyExists, WrongState for one too many."""
    problems, slug = Problems(), slug or slug_of(draft.name, joint="_")
    check_key(problems, slug)
    _check(configuration, slug, draft, problems)
    problems.raise_any()
    await check_free(tx, FieldDefinition, slug, "field")
    if len(configuration.fields) >= MOST_FIELDS:
        raise WrongState("TOO_MANY_FIELDS", f"A tenant has at most {MOST_FIELDS} fields.")
    row = FieldDefinition(slug=slug)
    _write(row, draft)
    tx.add(row)
    await tx.flush()
    tell(tx, row, {}, said(row))
    return row


async def update_field(
    tx: Tx,
    *,
    configuration: Configuration,
    field_: str,
    changes: Mapping[str, object],
    expected_version: int | None,
) -> FieldDefinition:
    """Changes a field; slug and kind stay, and so do the values that tickets have.

    Raises NotFound, Stale, InvalidInput, and WrongState for one that would rest while others ask for it.
    """
    row = await locked_row(tx, FieldDefinition, field_, "field", expected_version)
    before, draft = said(row), replace(_draft(row), **changes)  # type: ignore[arg-type]  # the door hands its fields
    problems = Problems()
    _check(configuration, row.slug, draft, problems)
    problems.raise_any()
    if row.active and not draft.active:
        _check_unnamed(configuration, row.slug)
    if draft != _draft(row):
        _write(row, draft)
        await tx.flush()
        tell(tx, row, before, said(row))
    return row


async def delete_field(
    tx: Tx, *, configuration: Configuration, field_: str, expected_version: int | None
) -> None:
    """Deletes a field that no ticket has a value of. Raises NotFound, Stale, and WrongState while it is in use."""
    row = await locked_row(tx, FieldDefinition, field_, "field", expected_version)
    _check_unnamed(configuration, row.slug)
    if await tx.scalar(select(exists(select(Ticket.id).where(Ticket.fields.has_key(row.slug))))):
        raise WrongState("FIELD_IN_USE", "Tickets have values of it. Make it inactive instead.")
    before = said(row)
    await tx.session.delete(row)
    await tx.flush()
    row.version += 1
    tell(tx, row, before, dict.fromkeys(before))


async def list_fields(tx: Tx, *, process: str, kind: str, page: Page) -> tuple[list[FieldDefinition], str]:
    """A page of the fields, of those that tickets of a process and of a type have where they are given; the next token."""
    statement = select(FieldDefinition)
    for column, slug in ((FieldDefinition.processes, process), (FieldDefinition.types, kind)):
        if slug:
            statement = statement.where(or_(func.cardinality(column) == 0, column.contains([slug])))
    return _IN_ORDER.cut((await tx.scalars(_IN_ORDER.select(statement, page))).all(), page)


def _check(configuration: Configuration, slug: str, draft: FieldDraft, problems: Problems) -> None:
    check_name(problems, draft.name)
    problems.text("description", draft.description, limit=MAX_BODY)
    if draft.kind not in KINDS:
        problems.add("type", f"must be one of: {', '.join(KINDS)}")
    _check_choices(draft, problems)
    for name in ("required_when", "shown_when"):
        text = getattr(draft, name)
        problem = filter_problem(configuration, text, with_role=True)
        if problem is None and slug in fields_named(text):
            problem = "must not ask for the field itself"
        if problem is not None:
            problems.add(name, problem)
    known_processes = {process.slug for process in configuration.processes.values()}
    for name, named, known in (
        ("processes", draft.processes, known_processes),
        ("types", draft.types, set(configuration.types)),
    ):
        for number, one in enumerate(named):
            if one not in known:
                problems.add(f"{name}[{number}]", "is not there")
    if draft.dependent_choices:
        _check_dependent(configuration, slug, draft, problems)


def _check_choices(draft: FieldDraft, problems: Problems) -> None:
    if draft.kind not in WITH_CHOICES:
        if draft.choices:
            problems.add("choices", f"go with the types {', '.join(WITH_CHOICES)}")
        return
    if not 0 < len(draft.choices) <= MOST_CHOICES:
        problems.add("choices", f"must be 1 to {MOST_CHOICES}")
    for number, choice in enumerate(draft.choices):
        problems.text(f"choices[{number}]", choice, limit=MAX_SHORT, required=True)
        if choice in draft.choices[:number]:
            problems.add(f"choices[{number}]", "is there twice")
        above = choice.rpartition("/")[0]
        if draft.kind == "tree" and above and above not in draft.choices:
            problems.add(f"choices[{number}]", f"needs {above} among the choices")


def _check_dependent(configuration: Configuration, slug: str, draft: FieldDraft, problems: Problems) -> None:
    above = configuration.fields.get(str(draft.dependent_choices.get("field")))
    by_value = draft.dependent_choices.get("choices")
    assert isinstance(by_value, dict)  # the door makes it
    if draft.kind not in WITH_CHOICES:
        problems.add("dependent_choices", f"go with the types {', '.join(WITH_CHOICES)}")
    elif above is None or above.slug == slug or above.kind not in {"choice", "tree"} or not above.active:
        problems.add("dependent_choices.field", "must be another field of the type choice or tree")
    else:
        for value, choices in by_value.items():
            place = f"dependent_choices.choices.{value}"
            if value not in above.choices:
                problems.add(place, f"{above.slug} has no such choice")
            if unknown := sorted(set(choices) - set(draft.choices)):
                problems.add(place, f"there is no choice {', '.join(unknown)}")


def _check_unnamed(configuration: Configuration, slug: str) -> None:
    """Raises WrongState, naming one that does, where another field or a workflow asks for the field."""
    for other in configuration.fields.values():
        named = fields_named(other.required_when) | fields_named(other.shown_when) | {other.depends_on}
        if other.active and other.slug != slug and slug in named:
            raise WrongState("FIELD_IN_USE", f"The field {other.slug} asks for it.")
    for version_id in configuration.current.values():
        rules = configuration.rules[version_id]
        guards = [guard for move in (*rules.moves, *rules.automatic) for guard in move.guards]
        named = {one for move in rules.moves for one in move.required_fields}
        if slug in named.union(*(fields_named(guard.filter) for guard in guards)):
            raise WrongState("FIELD_IN_USE", "A workflow asks for it.")


def _draft(row: FieldDefinition) -> FieldDraft:
    return FieldDraft(**{name: getattr(row, name) for name in FieldDraft.__slots__})


def _write(row: FieldDefinition, draft: FieldDraft) -> None:
    for name, value in asdict(draft).items():
        setattr(row, name, value)
    row.name = draft.name.strip()


def said(row: FieldDefinition) -> dict[str, Plain]:
    """All that a field says, as it is told."""
    slug: dict[str, Plain] = {"slug": row.slug}
    return slug | {name: getattr(row, name) for name in FieldDraft.__slots__}
