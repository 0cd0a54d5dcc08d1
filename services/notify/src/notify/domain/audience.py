"""Who is told what. Pure rules over what an event says and what is known of people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

AGENT_PERMISSION = "tickets.comment_internal"
SUPERVISOR = "supervisor"
SHIPPED_AGENT_ROLES = frozenset({"agent", "supervisor", "admin"})
IMPORT_AGE = timedelta(hours=1)
# Within the window, to one address. A machine that answers ours without saying so repeats its subject; a person may
# well report several things in an hour, and each is acknowledged.
AUTOMATIC_LIMIT_OF_A_SUBJECT = 3
AUTOMATIC_LIMIT = 60
AUTOMATIC_WINDOW = timedelta(hours=1)


class Purpose(StrEnum):
    """What a mail is for; also the name of its template."""

    ACKNOWLEDGEMENT = "acknowledgement"
    REPLY = "reply"
    FORWARD = "forward"
    AUTOMATIC_REPLY = "automatic_reply"
    RESOLVED = "resolved"
    AGENT_NEW_TICKET = "agent_new_ticket"
    AGENT_COMMENT = "agent_comment"
    CLOCK_WARNING = "clock_warning"
    CLOCK_BREACH = "clock_breach"
    CLOCK_ESCALATION = "clock_escalation"
    APPROVAL_REQUEST = "approval_request"
    APPROVAL_REMINDER = "approval_reminder"
    APPROVAL_COMPLETED = "approval_completed"
    RATING_REQUEST = "rating_request"
    LOW_RATING = "low_rating"
    REMINDER = "reminder"
    NOTICE = "notice"
    NOTICE_OUTSIDE = "notice_outside"
    WEBHOOK_DISABLED = "webhook_disabled"
    BREAK_GLASS_USED = "break_glass_used"
    PASSWORD_RESET = "password_reset"  # noqa: S105 (a purpose)


# Written by a person; everything else is the desk's own and says so (RFC 3834).
WRITTEN_BY_PEOPLE = frozenset({Purpose.REPLY, Purpose.FORWARD})
# The files of what it tells go along; agents find them on the ticket.
WITH_FILES = frozenset({Purpose.REPLY, Purpose.AUTOMATIC_REPLY, Purpose.FORWARD})
# Sent without anybody's doing to people outside the desk: what a loop between two machines would be made of.
LIMITED = frozenset(
    {
        Purpose.ACKNOWLEDGEMENT,
        Purpose.RESOLVED,
        Purpose.AUTOMATIC_REPLY,
        Purpose.NOTICE_OUTSIDE,
        Purpose.RATING_REQUEST,
    }
)


@dataclass(frozen=True, slots=True)
class Party:
    """A person as an event names one; all may be empty."""

    id: str
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """A person as the copy of the directory has one."""

    id: str
    email: str
    name: str
    language: str
    time_zone: str
    active: bool
    agent: bool
    team_ids: frozenset[str]
    manager_id: str = ""
    supervisor: bool = False


@dataclass(frozen=True, slots=True)
class TicketPeople:
    """The people of a ticket."""

    requester: Party | None = None
    assignee: Party | None = None
    watchers: Sequence[Party] = ()
    team_id: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One person is told something once."""

    purpose: Purpose
    email: str
    name: str
    language: str
    time_zone: str
    person_id: str
    """Empty for somebody whom the copy of the directory does not have."""


@dataclass(slots=True)
class _Round:
    """Collects letters of one event: to each address one, never to the person who did it, never to the inactive."""

    people: Mapping[str, Known]
    author: str
    letters: dict[str, Letter] = field(default_factory=dict)

    def tell(self, purpose: Purpose, party: Party | None, *, agents_only: bool) -> None:
        """Write to a person, unless a rule forbids it."""
        if party is None:
            return
        known = self.people.get(party.id)
        if agents_only and not (known is not None and known.agent):
            return
        if known is not None and not known.active:
            return
        email = (known.email if known else party.email).strip().lower()
        if not email or (party.id and party.id == self.author) or email in self.letters:
            return
        self.letters[email] = Letter(
            purpose=purpose,
            email=email,
            name=known.name if known else party.name,
            language=known.language if known else "",
            time_zone=known.time_zone if known else "",
            person_id=known.id if known else "",
        )


def is_import(*, occurred_at: datetime, recorded_at: datetime) -> bool:
    """Tell whether an event was entered long after it happened: nobody is told of such news."""
    return recorded_at - occurred_at > IMPORT_AGE


def is_agent(roles: Iterable[str], agent_roles: Iterable[str]) -> bool:
    """Tell whether somebody with these roles works tickets; `agent_roles` are the tenant's roles that do."""
    return bool(set(roles) & (SHIPPED_AGENT_ROLES | set(agent_roles)))


def of_new_ticket(
    ticket: TicketPeople, people: Mapping[str, Known], *, author: str, automatic: bool
) -> list[Letter]:
    """The requester gets an acknowledgement (never a machine), the agents the news."""
    agents = _agents(ticket, people, author, Purpose.AGENT_NEW_TICKET)
    if automatic:
        return agents
    requester = _Round(people, author="")
    requester.tell(Purpose.ACKNOWLEDGEMENT, ticket.requester, agents_only=False)
    return _merged(list(requester.letters.values()), agents)


def of_comment(
    ticket: TicketPeople,
    people: Mapping[str, Known],
    *,
    author: str,
    mentioned: Sequence[Party],
    public: bool,
    from_requester: bool,
    automatic: bool,
    by_the_desk: bool = False,
    forwarded_to: Sequence[Party] = (),
    from_outside: bool = False,
) -> list[Letter]:
    """Who hears of a comment.

    What an agent says in public goes to the requester and the watchers; what the requester says, to the agents; what
    is internal, to the assignee, and to agents alone; agents who are named in it hear of it too. What is forwarded goes
    to those it is forwarded to, and what they answer (internal, and from outside) to the agents. What a machine said goes
    to nobody: it is on the ticket, and a mail about it could be the next turn of a loop. What the desk says by a rule
    goes where an agent's words would.
    """
    if automatic and not by_the_desk:
        return []
    if forwarded_to:
        forward = _Round(people, author="")
        for one in forwarded_to:
            forward.tell(Purpose.FORWARD, one, agents_only=False)
        return list(forward.letters.values())
    if not public and from_outside:
        return _agents(ticket, people, author, Purpose.AGENT_COMMENT)
    if not public:
        internal = _Round(people, author)
        internal.tell(Purpose.AGENT_COMMENT, ticket.assignee, agents_only=True)
        for one in mentioned:
            internal.tell(Purpose.AGENT_COMMENT, one, agents_only=True)
        return list(internal.letters.values())
    named = _Round(people, author)
    for one in mentioned:
        named.tell(Purpose.AGENT_COMMENT, one, agents_only=True)
    if from_requester:
        return _merged(_agents(ticket, people, author, Purpose.AGENT_COMMENT), list(named.letters.values()))
    outside = _Round(people, author)
    purpose = Purpose.AUTOMATIC_REPLY if by_the_desk else Purpose.REPLY
    for party in (ticket.requester, *ticket.watchers):
        outside.tell(purpose, party, agents_only=False)
    return _merged(list(outside.letters.values()), list(named.letters.values()))


def of_clock(ticket: TicketPeople, people: Mapping[str, Known], *, breached: bool) -> list[Letter]:
    """The assignee, else the team, hears of a clock."""
    purpose = Purpose.CLOCK_BREACH if breached else Purpose.CLOCK_WARNING
    return _agents(ticket, people, "", purpose)


def of_escalation(ticket: TicketPeople, people: Mapping[str, Known], *, to: Sequence[str]) -> list[Letter]:
    """Those of a step of an escalation chain: roles on the ticket, and people by address or id.

    A team without a supervisor is looked after by all supervisors. People outside the desk are told where they are named
    or somebody's manager, and only if the desk knows them.
    """
    round_ = _Round(people, author="")
    for one in to:
        for known in _escalated_to(one, ticket, people):
            round_.tell(
                Purpose.CLOCK_ESCALATION,
                Party(known.id, known.email, known.name),
                agents_only=one in {"assignee", "team", SUPERVISOR},
            )
    return list(round_.letters.values())


def _escalated_to(recipient: str, ticket: TicketPeople, people: Mapping[str, Known]) -> Iterable[Known]:
    assignee = people.get(ticket.assignee.id) if ticket.assignee is not None else None
    team = [one for one in people.values() if ticket.team_id and ticket.team_id in one.team_ids]
    match recipient:
        case "assignee":
            return [assignee] if assignee is not None else []
        case "team":
            return team
        case "supervisor":
            own = [one for one in team if one.supervisor]
            return own or [one for one in people.values() if one.supervisor]
        case "manager":
            manager = people.get(assignee.manager_id) if assignee is not None else None
            return [manager] if manager is not None else []
        case _:
            wanted = recipient.lower()
            return [one for one in people.values() if wanted in {one.id, one.email.lower()}]


def of_approval(parties: Iterable[Party], people: Mapping[str, Known], purpose: Purpose) -> list[Letter]:
    """Those who are asked to decide, or who asked for it: each is told, whoever did it."""
    told = _Round(people, author="")
    for party in parties:
        told.tell(purpose, party, agents_only=False)
    return list(told.letters.values())


def of_notice(parties: Iterable[Party], people: Mapping[str, Known], *, author: str) -> list[Letter]:
    """Those whom a rule or macro tells something; who does not work tickets gets no word of who does."""
    told = _Round(people, author)
    for party in parties:
        known = people.get(party.id)
        purpose = Purpose.NOTICE if known is not None and known.agent else Purpose.NOTICE_OUTSIDE
        told.tell(purpose, party, agents_only=False)
    return list(told.letters.values())


def of_resolution(ticket: TicketPeople, people: Mapping[str, Known], *, author: str) -> list[Letter]:
    """The requester hears that the ticket is resolved, unless by their own doing."""
    outside = _Round(people, author)
    outside.tell(Purpose.RESOLVED, ticket.requester, agents_only=False)
    return list(outside.letters.values())


def of_rating_request(ticket: TicketPeople, people: Mapping[str, Known]) -> list[Letter]:
    """The requester is asked, whoever ended the ticket."""
    outside = _Round(people, author="")
    outside.tell(Purpose.RATING_REQUEST, ticket.requester, agents_only=False)
    return list(outside.letters.values())


def of_reminder(ticket: TicketPeople, people: Mapping[str, Known]) -> list[Letter]:
    """The assignee, else the team, is reminded."""
    return _agents(ticket, people, "", Purpose.REMINDER)


def of_low_rating(ticket: TicketPeople, people: Mapping[str, Known]) -> list[Letter]:
    """The assignee, else the team, hears of a low rating."""
    return _agents(ticket, people, "", Purpose.LOW_RATING)


def within_limit(sent: Mapping[str, int], purpose: Purpose, *, title: str) -> bool:
    """Tell whether one more mail of this purpose may go to an address; `sent` counts the last hour's by ticket title."""
    if purpose not in LIMITED:
        return True
    return sent.get(title, 0) < AUTOMATIC_LIMIT_OF_A_SUBJECT and sum(sent.values()) < AUTOMATIC_LIMIT


def _agents(ticket: TicketPeople, people: Mapping[str, Known], author: str, purpose: Purpose) -> list[Letter]:
    round_ = _Round(people, author)
    if ticket.assignee is not None:
        round_.tell(purpose, ticket.assignee, agents_only=True)
    elif ticket.team_id:
        for person in people.values():
            if ticket.team_id in person.team_ids:
                round_.tell(purpose, Party(person.id, person.email, person.name), agents_only=True)
    return list(round_.letters.values())


def _merged(first: list[Letter], second: list[Letter]) -> list[Letter]:
    seen = {letter.email for letter in first}
    return first + [letter for letter in second if letter.email not in seen]


def ids_of(ticket: TicketPeople) -> set[str]:
    """The ids of all people that the ticket names, to look them up."""
    parties = (ticket.requester, ticket.assignee, *ticket.watchers)
    return {party.id for party in parties if party is not None and party.id}
