"""Layouts: which fields of a ticket stand where, for whom, on the form of a new one and on the page of one that is there."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from tickets.domain.changes import INTERNAL_FIELDS
from tickets.domain.fields import Definition, Problem
from tickets.domain.texts import MAX_SHORT, text_problem

AGENT, REQUESTER = AUDIENCES = ("agent", "requester")
CREATE, VIEW = PURPOSES = ("create", "view")
LANGUAGES = ("en", "pl", "ru")
CUSTOM = "fields."

MOST_SECTIONS = 30
MOST_FIELDS = 200
MOST_COLUMNS = 4

_OF_REQUESTERS = (
    "title",
    "description",
    "process",
    "type",
    "queue",
    "impact",
    "urgency",
    "category",
    "tags",
    "ci_ids",
    "service_id",
)
"""What requesters say of a new ticket."""
_OF_AGENTS = (*_OF_REQUESTERS, "requester", "priority", "channel", "parent_id")
_SET_BY_THE_DESK = (
    "number",
    "state",
    "team",
    "assignee",
    "organization",
    "language",
    "watchers",
    "created_at",
    "updated_at",
    "resolved_at",
    "closed_at",
    "first_responded_at",
    "due_at",
)
BUILT_IN = frozenset({*_OF_AGENTS, *_SET_BY_THE_DESK, *INTERNAL_FIELDS})
CHANGEABLE = frozenset(
    {
        "title",
        "description",
        "impact",
        "urgency",
        "organization",
        "queue",
        "category",
        "tags",
        "ci_ids",
        "service_id",
        "remind_at",
    }
)
"""What an agent may change of a ticket that is there; priority, team and assignee need more."""


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a layout: its title by language, in how many columns, closed at first or not, and the names of its fields."""

    title: Mapping[str, str]
    fields: Sequence[str]
    columns: int = 2
    collapsed: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A field as somebody is shown it; `definition` of the tenant's own."""

    name: str
    definition: Definition | None = None
    required: bool = False
    read_only: bool = False
    choices: Sequence[str] = ()
    shown_when: str = ""
    required_when: str = ""


@dataclass(frozen=True, slots=True)
class ShownSection:
    """A part of what somebody is shown."""

    section: Section
    fields: Sequence[Shown]


@dataclass(frozen=True, slots=True)
class For:
    """Whom a layout is for, and for tickets of what; an empty `kind` is any type."""

    process: str
    kind: str
    audience: str
    purpose: str


@dataclass(frozen=True, slots=True)
class Looker:
    """What decides of the fields shown.

    `decide` says whether a condition holds, None where it cannot be said before the form is filled in. `values` are the
    custom values of the ticket, none for a new one; `may_change` says of a name whether the caller may change it.
    """

    decide: Callable[[str], bool | None]
    may_change: Callable[[str], bool]
    values: Mapping[str, object] = field(default_factory=dict)


def layout_problems(
    sections: Sequence[Section], of: For, definitions: Mapping[str, Definition]
) -> list[Problem]:
    """What is wrong with a layout, by place."""
    if not 0 < len(sections) <= MOST_SECTIONS:
        return [("sections", f"must be 1 to {MOST_SECTIONS}")]
    problems: list[Problem] = []
    seen: dict[str, str] = {}
    for number, section in enumerate(sections):
        place = f"sections[{number}]"
        problems += _section_problems(section, place)
        for position, name in enumerate(section.fields):
            at = f"{place}.fields[{position}]"
            reason = f"is there already, at {seen[name]}" if name in seen else _unfit(name, of, definitions)
            if reason:
                problems.append((at, reason))
            seen.setdefault(name, at)
    if len(seen) > MOST_FIELDS:
        problems.append(("sections", f"must have at most {MOST_FIELDS} fields together"))
    if of.purpose == CREATE:
        problems += [
            ("sections", f"must have {name}, without which no ticket is made")
            for name in _needed(of, definitions)
            if name not in seen
        ]
    return problems


def default_sections(of: For, definitions: Iterable[Definition]) -> list[Section]:
    """What is shown where nothing is set."""
    own = [f"{CUSTOM}{one.slug}" for one in definitions if one.active and _belongs(one, of)]
    details = [Section(_DETAILS, own)] if own else []
    if of.purpose == CREATE:
        head = ("title", "description") if of.audience == REQUESTER else ("requester", "title", "description")
        names = _OF_REQUESTERS if of.audience == REQUESTER else _OF_AGENTS
        left_out = {*head, "process", "channel", "parent_id"}
        return [
            Section(_REQUEST, head, columns=1),
            Section(_CLASSES, [name for name in names if name not in left_out]),
            *details,
        ]
    people = ["requester", "organization", "queue", "team", "assignee", "watchers"]
    times = ["created_at", "updated_at", "resolved_at", "closed_at"]
    if of.audience == AGENT:
        times += ["first_responded_at", "due_at", *INTERNAL_FIELDS]
    classes = [
        "state",
        "priority",
        "impact",
        "urgency",
        "category",
        "tags",
        "service_id",
        "ci_ids",
        "channel",
    ]
    return [
        Section(_REQUEST, ["number", "type", "title", "description"], columns=1),
        Section(_CLASSES, classes),
        *details,
        Section(_PEOPLE, people),
        Section(_TIMES, times, collapsed=True),
    ]


def resolved(
    sections: Sequence[Section], of: For, definitions: Mapping[str, Definition], looker: Looker
) -> list[ShownSection]:
    """What is shown of a layout: fields that are gone, at rest, hidden or the desk's own are left out, and so are empty sections.

    On a form for a new ticket, what has to be given and stands nowhere comes in a last section, so that it can be given.
    """
    shown = [ShownSection(section, _shown(section.fields, of, definitions, looker)) for section in sections]
    if of.purpose == CREATE:
        named = {name for section in sections for name in section.fields}
        demanded = [
            f"{CUSTOM}{one.slug}" for one in definitions.values() if one.required or one.required_when
        ]
        left = [name for name in ("title", *demanded) if name not in named]
        shown.append(ShownSection(Section(_FURTHER, left), _shown(left, of, definitions, looker)))
    return [one for one in shown if one.fields]


def _shown(
    names: Sequence[str], of: For, definitions: Mapping[str, Definition], looker: Looker
) -> list[Shown]:
    found = []
    for name in names:
        if name.startswith(CUSTOM):
            definition = definitions.get(name.removeprefix(CUSTOM))
            one = None if definition is None else _shown_own(definition, of, looker)
        elif _unfit(name, of, definitions):
            one = None
        else:
            needed = of.purpose == CREATE and name == "title"
            one = Shown(name, required=needed, read_only=not looker.may_change(name))
        if one is not None:
            found.append(one)
    return found


def _shown_own(definition: Definition, of: For, looker: Looker) -> Shown | None:
    value = looker.values.get(definition.slug)
    if not _belongs(definition, of) or (not definition.active and value is None):
        return None
    holds = looker.decide(definition.shown_when) if definition.shown_when else True
    if holds is False and value is None:
        return None
    needs = looker.decide(definition.required_when) if definition.required_when else False
    choices = definition.choices
    if definition.depends_on and of.purpose == VIEW:
        choices = definition.choices_by.get(str(looker.values.get(definition.depends_on)), ())
    name = f"{CUSTOM}{definition.slug}"
    return Shown(
        name,
        definition,
        required=definition.required or needs is True,
        read_only=not definition.active or holds is False or not looker.may_change(name),
        choices=choices,
        shown_when=definition.shown_when if holds is None else "",
        required_when=definition.required_when if needs is None else "",
    )


def _section_problems(section: Section, place: str) -> list[Problem]:
    problems: list[Problem] = []
    if not section.title:
        problems.append((f"{place}.title", f"must have a text in one of: {', '.join(LANGUAGES)}"))
    for language, text in section.title.items():
        at = f"{place}.title.{language}"
        if language not in LANGUAGES:
            problems.append((at, f"the language must be one of: {', '.join(LANGUAGES)}"))
        elif reason := text_problem(text, limit=MAX_SHORT, required=True):
            problems.append((at, reason))
    if not 1 <= section.columns <= MOST_COLUMNS:
        problems.append((f"{place}.columns", f"must be 1 to {MOST_COLUMNS}"))
    if not section.fields:
        problems.append((f"{place}.fields", "must not be empty"))
    return problems


def _unfit(name: str, of: For, definitions: Mapping[str, Definition]) -> str:
    """Why a field does not belong into a layout; empty where it does."""
    if name.startswith(CUSTOM):
        return _unfit_own(definitions.get(name.removeprefix(CUSTOM)), of)
    if name not in BUILT_IN:
        return "there is no such field"
    if of.audience == REQUESTER and name in INTERNAL_FIELDS:
        return "is seen by the desk alone"
    if of.purpose == CREATE and name not in (_OF_REQUESTERS if of.audience == REQUESTER else _OF_AGENTS):
        return "is not said of a new ticket"
    return ""


def _unfit_own(definition: Definition | None, of: For) -> str:
    if definition is None:
        return "there is no such field"
    if not definition.active:
        return "takes no new values"
    if not _belongs(definition, of):
        return f"is no field of {f'a {of.kind}' if of.kind else 'tickets'} in {of.process}"
    return ""


def _needed(of: For, definitions: Mapping[str, Definition]) -> list[str]:
    own = (one for one in definitions.values() if one.active and one.required and not one.shown_when)
    return ["title", *(f"{CUSTOM}{one.slug}" for one in own if _belongs(one, of))]


def _belongs(definition: Definition, of: For) -> bool:
    """Whether tickets of the type have the field; of any type: whether those of some type do."""
    in_process = not definition.processes or of.process in definition.processes
    return in_process and (not of.kind or not definition.types or of.kind in definition.types)


_REQUEST = {"en": "Request", "pl": "Zgłoszenie", "ru": "Обращение"}
_CLASSES = {"en": "Classification", "pl": "Klasyfikacja", "ru": "Классификация"}
_DETAILS = {"en": "Details", "pl": "Szczegóły", "ru": "Подробности"}
_PEOPLE = {"en": "People", "pl": "Osoby", "ru": "Участники"}
_TIMES = {"en": "Times", "pl": "Czasy", "ru": "Время"}
_FURTHER = {"en": "Also needed", "pl": "Wymagane dodatkowo", "ru": "Также требуется"}
