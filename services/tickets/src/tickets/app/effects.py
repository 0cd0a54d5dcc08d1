"""What macros and rules do beside the ticket's own fields: telling people and programs, children, links, approvals."""

from collections.abc import Sequence

from sqlalchemy import select

from chassis.context import current_caller
from chassis.db import Tx
from chassis.errors import AlreadyExists, FieldError, InvalidInput, NotFound
from chassis.templates import fill
from tickets.app.access import find_ticket, readable_ticket, require_on
from tickets.app.actors import occasion_of
from tickets.app.approvers import Approver, members_of
from tickets.app.approving import NewApproval, NewStep, check_steps, request_approval
from tickets.app.checking import Problems
from tickets.app.commenting import COMMENT_INTERNAL, RULE_CHANNEL
from tickets.app.configuration import Configuration
from tickets.app.creating import NewTicket, check_new, place_ticket, require_create
from tickets.app.directory import find_person, reference_to
from tickets.app.linking import add_link
from tickets.app.making import make_ticket
from tickets.app.opening import Desk
from tickets.app.parents import parent_named
from tickets.app.recording import record_change
from tickets.app.watching import add_watcher, remove_watcher
from tickets.app.webhooks import call_out, find_webhook
from tickets.db.directory import Person
from tickets.db.tickets import Ticket
from tickets.db.views import TicketView
from tickets.domain.actions import Ask, AskedStep, CallOut, Child, Connect, Notify, Watch
from tickets.domain.changes import Change
from tickets.domain.grants import reaches
from tickets.domain.references import Reference
from tickets.publish import events

SUPERVISOR = "supervisor"
"""The role of those who are told as supervisors, where its grant reaches the ticket's queue."""

MAX_TOLD = 200
"""People whom one notification goes to."""

Effect = Notify | Watch | Connect | Child | Ask | CallOut


async def bring_about(
    tx: Tx,
    *,
    configuration: Configuration,
    desk: Desk,
    view: TicketView,
    action: Effect,
    variables: dict[str, str],
) -> None:
    """Does it to the locked ticket, as the caller. Raises what each change raises.

    :param variables: what those of the texts stand for.
    """
    ticket = str(view.ticket.id)
    match action:
        case Notify():
            await _notify(tx, configuration, view, action, fill(action.body, variables))
        case Watch():
            await _watch(tx, configuration, ticket, action)
        case Connect(word, other):
            try:
                await add_link(tx, configuration=configuration, ticket=ticket, word=word, other=other)
            except AlreadyExists:
                return
        case Child():
            await _make_child(
                tx, configuration=configuration, desk=desk, view=view, action=action, variables=variables
            )
        case Ask():
            await request_approval(tx, configuration=configuration, ticket=ticket, new=new_approval(action))
        case CallOut():
            await call_out(
                tx,
                configuration=configuration,
                view=view,
                webhook=action.webhook,
                body=fill(action.body, variables),
            )


async def check_effect(
    tx: Tx, configuration: Configuration, problems: Problems, path: str, action: Effect
) -> None:
    """Notes under `path` what an action names that is not there."""
    match action:
        case Notify(people, teams, _, _):
            await _check_people(tx, problems, f"{path}.people", people)
            _check_teams(configuration, problems, f"{path}.teams", teams)
        case Watch(add, remove):
            await _check_people(tx, problems, f"{path}.add", add)
            await _check_people(tx, problems, f"{path}.remove", remove)
        case Connect(_, other):
            if await find_ticket(tx, other) is None:
                problems.add(f"{path}.ticket", "there is no such ticket")
        case Child():
            _check_child(configuration, problems, path, action)
        case Ask():
            with problems.within(path):
                check_steps(new_approval(action))
            await _check_approvers(tx, configuration, problems, path, action.steps)
        case CallOut(webhook, _):
            if await find_webhook(tx, webhook) is None:
                problems.add(f"{path}.webhook", "there is no such webhook")


def new_approval(action: Ask) -> NewApproval:
    """The approval that an action asks for."""
    steps = [
        NewStep(
            [Approver(kind, key) for kind, key in step.approvers],  # type: ignore[arg-type]  # read as such
            step.name,
            step.mode,
            step.quorum,
            step.stage,
            step.remind_after_seconds,
            step.expires_after_seconds,
        )
        for step in action.steps
    ]
    return NewApproval(steps, action.name, action.own_allowed)


async def _notify(tx: Tx, configuration: Configuration, view: TicketView, action: Notify, body: str) -> None:
    """Publishes NotificationRequested; nothing happens where nobody is meant. Raises Forbidden, InvalidInput."""
    require_on(view.ticket, configuration, COMMENT_INTERNAL)
    told = await _told(tx, configuration, view, action)
    if not told:
        return
    if len(told) > MAX_TOLD:
        problem = f"a notification goes to at most {MAX_TOLD} people, and these are {len(told)}"
        raise InvalidInput([FieldError("notify", problem)])
    ticket = await readable_ticket(tx, configuration, str(view.ticket.id), for_update=True)
    occasion = occasion_of()
    said: dict[str, object] = {"to": [person.key for person in told], "body": body}
    change = Change("notification", None, said)
    told_of = await record_change(
        tx,
        configuration=configuration,
        ticket=ticket,
        occasion=occasion,
        action="notified",
        changes=[change],
        public=False,
    )
    events.notification_requested(tx, told_of, told, body, occasion)


async def _watch(tx: Tx, configuration: Configuration, ticket: str, action: Watch) -> None:
    for person in action.add:
        await add_watcher(tx, configuration=configuration, ticket=ticket, person=person)
    for person in action.remove:
        try:
            await remove_watcher(tx, configuration=configuration, ticket=ticket, person=person)
        except NotFound:  # who does not watch it need not end it
            continue


async def _told(tx: Tx, configuration: Configuration, view: TicketView, action: Notify) -> list[Reference]:
    """The people behind a notification, each once. A machine that asked is told nothing."""
    found: list[Reference | None] = []
    for key in action.people:
        person = await find_person(tx, key)
        found.append(reference_to(person) if person else None)
    teams = [configuration.find_team(team) for team in action.teams]
    if "team" in action.parts:
        teams.append(view.team)
    for team in teams:
        found += [reference_to(member) for member in await members_of(tx, team.id)] if team else []
    if "requester" in action.parts and not view.ticket.automatic:
        found.append(view.requester)
    if "assignee" in action.parts:
        found.append(view.assignee)
    if "watchers" in action.parts:
        found += view.watchers
    if "supervisors" in action.parts:
        found += await _supervisors(tx, view)
    return list({person.id: person for person in found if person is not None}.values())


async def _supervisors(tx: Tx, view: TicketView) -> list[Reference]:
    holders = await tx.scalars(
        select(Person)
        .where(Person.active, Person.grants.contains([{"role": SUPERVISOR}]))
        .order_by(Person.email, Person.id)
    )
    return [
        reference_to(person)
        for person in holders
        if reaches(person.grants, SUPERVISOR, process=view.process.slug, queue=view.queue.slug)
    ]


async def _make_child(
    tx: Tx,
    *,
    configuration: Configuration,
    desk: Desk,
    view: TicketView,
    action: Child,
    variables: dict[str, str],
) -> None:
    """Makes a ticket below this one, for the desk, so that the requester is not told of each.

    Publishes TicketCreated, and TicketUpdated of this one. Raises Forbidden, InvalidInput.
    """
    new = NewTicket(
        title=fill(action.title, variables),
        description=fill(action.description, variables),
        type=action.type,
        queue=action.queue or str(view.queue.id),
        priority=action.priority or view.ticket.priority,
        channel=RULE_CHANNEL if current_caller().kind == "system" else "api",
        parent_id=await parent_named(tx, configuration, str(view.ticket.id)),
        automatic=True,
    )
    placing = place_ticket(configuration, new)
    require_create(placing)
    occasion = occasion_of()
    made = await make_ticket(
        tx,
        configuration=configuration,
        desk=desk,
        new=check_new(configuration, new, placing),
        occasion=occasion,
    )
    ticket = await readable_ticket(tx, configuration, str(view.ticket.id), for_update=True)
    change = Change("children", None, _named(made))
    told = await record_change(
        tx,
        configuration=configuration,
        ticket=ticket,
        occasion=occasion,
        action="child_added",
        changes=[change],
        public=False,
    )
    events.ticket_updated(tx, told, [change], occasion)


def _named(ticket: Ticket) -> dict[str, str]:
    return {"id": str(ticket.id), "key": ticket.number, "name": ticket.title}


def _check_child(configuration: Configuration, problems: Problems, path: str, action: Child) -> None:
    known = configuration.active_types()
    if action.type and action.type not in known:
        problems.add(f"{path}.ticket_type", f"must be one of: {', '.join(known)}")
    if action.queue and configuration.find_queue(action.queue) is None:
        problems.add(f"{path}.queue", "there is no such queue")


def _check_teams(configuration: Configuration, problems: Problems, path: str, teams: Sequence[str]) -> None:
    for place, team in enumerate(teams):
        if configuration.find_team(team) is None:
            problems.add(f"{path}[{place}]", "there is no such team")


async def _check_people(tx: Tx, problems: Problems, path: str, people: Sequence[str]) -> None:
    for place, person in enumerate(people):
        if await find_person(tx, person) is None:
            problems.add(f"{path}[{place}]", "there is no such person")


async def _check_approvers(
    tx: Tx, configuration: Configuration, problems: Problems, path: str, steps: Sequence[AskedStep]
) -> None:
    for number, step in enumerate(steps):
        for place, (kind, key) in enumerate(step.approvers):
            field = f"{path}.steps[{number}].approvers[{place}]"
            if kind == "person" and await find_person(tx, key) is None:
                problems.add(field, "there is no such person")
            if kind == "team" and configuration.find_team(key) is None:
                problems.add(field, "there is no such team")


def plan(view: TicketView, action: Effect, variables: dict[str, str]) -> Change:
    """What an action would do to the ticket as it is, as a change for people to read."""
    match action:
        case Notify(people, teams, parts, body):
            said: dict[str, object] = {"to": [*people, *teams, *parts], "body": fill(body, variables)}
            return Change("notification", None, said)
        case Watch(add, remove):
            now = [watcher.key for watcher in view.watchers]
            kept = [person for person in dict.fromkeys([*now, *add]) if person not in remove]
            return Change("watchers", now, kept)
        case Connect(word, other):
            return Change("links", None, {"type": word, "key": other})
        case Child(title=title):
            return Change("children", None, {"name": fill(title, variables)})
        case Ask(name, steps, _):
            return Change("approval", None, {"name": name, "steps": len(steps)})
        case CallOut(webhook, body):
            return Change("webhook", None, {"name": webhook, "body": fill(body, variables)})


def hangs_on(action: object) -> bool:
    """Whether an action changes what hangs on what: such changes of a tenant wait for each other."""
    return isinstance(action, Connect)
