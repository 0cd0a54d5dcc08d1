"""What macros and rules do to a ticket: read from what people write, checked as far as it needs no configuration."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tickets.domain.approvals import MODES
from tickets.domain.links import WORDS
from tickets.domain.parameters import Parameters, Problem
from tickets.domain.priority import PRIORITIES
from tickets.domain.texts import MAX_BODY, MAX_TITLE, text_problem
from tickets.domain.writing import FORMATS, TEXT

MAX_ACTIONS = 20

SETTABLE = ("impact", "urgency", "priority", "type", "queue", "category", "service_id")
"""Fields of a ticket that an action may set, beside the tenant's own."""

PARTS = ("requester", "assignee", "team", "watchers", "supervisors")
"""Whom a notification may go to by what they are to the ticket."""

MAX_NAMED = 50
"""People, teams or approvers that an action names, of each."""


@dataclass(frozen=True, slots=True)
class SetValues:
    """New values of fields; `fields` are the tenant's own, null takes one off."""

    values: Mapping[str, str]
    fields: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Tag:
    """Tags to put on and to take off."""

    add: Sequence[str]
    remove: Sequence[str]


@dataclass(frozen=True, slots=True)
class Assign:
    """Who shall work the ticket, by id or key; only the parts that `names` holds, empty for nobody."""

    names: frozenset[str]
    team: str
    assignee: str


@dataclass(frozen=True, slots=True)
class Move:
    """The state to go to."""

    to: str


@dataclass(frozen=True, slots=True)
class Say:
    """A public reply or an internal note, a template."""

    body: str
    public: bool
    format: str = TEXT


@dataclass(frozen=True, slots=True)
class Notify:
    """Somebody is told: people and teams by id or key, and `parts` of the ticket; the text is a template."""

    people: Sequence[str]
    teams: Sequence[str]
    parts: Sequence[str]
    body: str


@dataclass(frozen=True, slots=True)
class Watch:
    """People, by id or address, who begin and end to watch the ticket."""

    add: Sequence[str]
    remove: Sequence[str]


@dataclass(frozen=True, slots=True)
class Connect:
    """A link to another ticket, by id or number; `word` is that of this end."""

    word: str
    ticket: str


@dataclass(frozen=True, slots=True)
class Child:
    """A ticket below this one. Title and description are templates; this ticket or the configuration decides the rest."""

    title: str
    description: str
    type: str
    queue: str
    priority: str


@dataclass(frozen=True, slots=True)
class AskedStep:
    """A step of an approval; `approvers` are ("person", key), ("team", key) and ("manager", "")."""

    approvers: Sequence[tuple[str, str]]
    name: str
    mode: str
    quorum: int
    stage: int
    remind_after_seconds: int
    expires_after_seconds: int


@dataclass(frozen=True, slots=True)
class Ask:
    """People are asked to approve."""

    name: str
    steps: Sequence[AskedStep]
    own_allowed: bool


@dataclass(frozen=True, slots=True)
class CallOut:
    """A webhook, by id or name, is called about the ticket; the text is a template."""

    webhook: str
    body: str


Action = SetValues | Tag | Assign | Move | Say | Notify | Watch | Connect | Child | Ask | CallOut

ACTIONS = (
    "set",
    "tag",
    "assign",
    "move",
    "reply",
    "note",
    "notify",
    "watch",
    "link",
    "child",
    "approval",
    "webhook",
)
"""What macros and rules may do."""


def parse_actions(
    written: Sequence[Mapping[str, object]], *, slugs: Sequence[str]
) -> tuple[list[Action], list[Problem]]:
    """The actions, and what is wrong with them.

    :param slugs: the tenant's own fields, which templates may name.
    """
    problems: list[Problem] = []
    if not written:
        problems.append(("actions", "must hold at least one action"))
    if len(written) > MAX_ACTIONS:
        problems.append(("actions", f"must be at most {MAX_ACTIONS}"))
    actions = []
    for place, one in enumerate(written[:MAX_ACTIONS]):
        reader = Parameters(f"actions[{place}]", dict(one))
        kind = reader.left.pop("type", None)
        if kind not in ACTIONS:
            reader.wrong("type", f"must be one of: {', '.join(ACTIONS)}")
        else:
            actions.append(_action(str(kind), reader, slugs))
            reader.end()
        problems += reader.problems
    return actions, problems


def _action(kind: str, reader: Parameters, slugs: Sequence[str]) -> Action:
    if kind in _SPOKEN:
        return _SPOKEN[kind](reader, slugs)
    return _PLAIN[kind](reader)


def _tag(reader: Parameters) -> Tag:
    action = Tag(reader.tags("add"), reader.tags("remove"))
    if not action.add and not action.remove:
        reader.wrong("", "must add or remove a tag")
    return action


def _assign(reader: Parameters) -> Assign:
    names = frozenset(reader.left) & {"team", "assignee"}
    if not names:
        reader.wrong("", "must name a team or an assignee")
    return Assign(names, reader.text("team", required=False), reader.text("assignee", required=False))


def _move(reader: Parameters) -> Move:
    return Move(reader.text("to"))


def _reply(reader: Parameters, slugs: Sequence[str]) -> Say:
    return _say(reader, slugs, public=True)


def _note(reader: Parameters, slugs: Sequence[str]) -> Say:
    return _say(reader, slugs, public=False)


def _say(reader: Parameters, slugs: Sequence[str], *, public: bool) -> Say:
    format_ = reader.text("format", required=False) or TEXT
    if format_ not in FORMATS:
        reader.wrong("format", f"must be one of: {', '.join(FORMATS)}")
    return Say(reader.template("body", limit=MAX_BODY, known=slugs), public, format_)


def _watch(reader: Parameters) -> Watch:
    watch = Watch(reader.texts("add", limit=MAX_NAMED), reader.texts("remove", limit=MAX_NAMED))
    if not watch.add and not watch.remove:
        reader.wrong("", "must add or remove somebody")
    return watch


def _connect(reader: Parameters) -> Connect:
    word = reader.text("link")
    if word and word not in WORDS:
        reader.wrong("link", f"must be one of: {', '.join(WORDS)}")
    return Connect(word, reader.text("ticket"))


def _set(reader: Parameters) -> SetValues:
    values, fields = reader.mapping("values"), reader.mapping("fields")
    if not values and not fields:
        reader.wrong("", "must set a field")
    texts = {}
    for name, value in values.items():
        if name not in SETTABLE:
            reader.wrong(f"values.{name}", f"must be one of: {', '.join(SETTABLE)}")
        elif not isinstance(value, str) or text_problem(value, limit=MAX_TITLE):
            reader.wrong(f"values.{name}", f"must be a text of at most {MAX_TITLE} characters")
        else:
            texts[name] = value
    return SetValues(texts, fields)


def _notify(reader: Parameters, slugs: Sequence[str]) -> Notify:
    people, teams = reader.texts("people", limit=MAX_NAMED), reader.texts("teams", limit=MAX_NAMED)
    parts = reader.texts("roles", limit=len(PARTS))
    for place, part in enumerate(parts):
        if part not in PARTS:
            reader.wrong(f"roles[{place}]", f"must be one of: {', '.join(PARTS)}")
    if not people and not teams and not parts:
        reader.wrong("", "must name people, teams or roles")
    return Notify(people, teams, parts, reader.template("body", limit=MAX_BODY, known=slugs))


def _child(reader: Parameters, slugs: Sequence[str]) -> Child:
    priority = reader.text("priority", required=False)
    if priority and priority not in PRIORITIES:
        reader.wrong("priority", f"must be one of: {', '.join(PRIORITIES)}")
    return Child(
        reader.template("title", limit=MAX_TITLE, known=slugs),
        reader.template("description", limit=MAX_BODY, known=slugs, required=False),
        reader.text("ticket_type", required=False),
        reader.text("queue", required=False),
        priority,
    )


def _call_out(reader: Parameters, slugs: Sequence[str]) -> CallOut:
    return CallOut(
        reader.text("webhook"), reader.template("body", limit=MAX_BODY, known=slugs, required=False)
    )


def _ask(reader: Parameters) -> Ask:
    steps = []
    for place, one in enumerate(reader.objects("steps")):
        if isinstance(one, Mapping):
            step = Parameters(f"{reader.path}.steps[{place}]", dict(one))
            steps.append(_step(step))
            step.end()
            reader.problems += step.problems
        else:
            reader.wrong(f"steps[{place}]", "must be an object")
    return Ask(reader.text("name", required=False), steps, reader.flag("own_allowed"))


def _step(reader: Parameters) -> AskedStep:
    approvers = []
    for place, one in enumerate(reader.objects("approvers")):
        approver = Parameters(
            f"{reader.path}.approvers[{place}]", dict(one) if isinstance(one, Mapping) else {}
        )
        if isinstance(one, str):
            approver.left = {"person": one}
        approvers.append(_approver(approver))
        approver.end()
        reader.problems += approver.problems
    quorum, mode = reader.number("quorum"), reader.text("mode", required=False)
    if mode and mode not in MODES:
        reader.wrong("mode", f"must be one of: {', '.join(MODES)}")
    return AskedStep(
        approvers,
        reader.text("name", required=False),
        mode or ("quorum" if quorum else ""),
        quorum,
        reader.number("stage"),
        reader.seconds("remind_after"),
        reader.seconds("expires_after"),
    )


def _approver(reader: Parameters) -> tuple[str, str]:
    kinds = [kind for kind in ("person", "team", "manager") if kind in reader.left]
    if len(kinds) != 1:
        reader.wrong("", "must name a person, a team or the manager")
        return "person", ""
    [kind] = kinds
    if kind == "manager":
        if not reader.flag("manager"):
            reader.wrong("manager", "must be true")
        return kind, ""
    return kind, reader.text(kind)


_PLAIN: Mapping[str, Callable[[Parameters], Action]] = {
    "set": _set,
    "tag": _tag,
    "assign": _assign,
    "move": _move,
    "watch": _watch,
    "link": _connect,
    "approval": _ask,
}
_SPOKEN: Mapping[str, Callable[[Parameters, Sequence[str]], Action]] = {
    "reply": _reply,
    "note": _note,
    "notify": _notify,
    "child": _child,
    "webhook": _call_out,
}
"""Those with texts, which may name the tenant's own fields."""
