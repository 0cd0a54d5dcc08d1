"""What the plain pages show, as HTML; each is at most 10 KB, whatever people have written."""

import html
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.context import Caller
from deskmesh.tickets.v1 import ticket_pb2
from gateway.http.password_page import PATH as RESET_PATH
from gateway.http.password_texts import TEXTS as RESET_TEXTS
from gateway.http.plain.conversation import Piece, cut, fitting, joined, pieces
from gateway.http.plain.page import spoken
from gateway.http.plain.session import PATH
from gateway.http.plain.words import CLOCKS, MOVES, PRIORITIES, STATES, TEXTS

MOST_BYTES: Final = 10 * 1024
TICKETS: Final = 15
"""On a page of the list."""

COMMENTS: Final = 50
"""Asked for at a time."""

_SHELL: Final = 1_200
"""Bytes around the body of a page, its title excepted."""

_TITLE: Final = 80
_LIST_TITLE: Final = 60
_PIECE: Final = 3_000
_MOVES: Final = 12
_CLOCKS: Final = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: their language, time zone and rights, and the word that their forms carry."""

    caller: Caller
    form: str

    def word(self, name: str) -> str:
        """A word of the pages, as HTML."""
        return html.escape(TEXTS[self.language][name])

    @property
    def language(self) -> str:
        """The language of the page."""
        return spoken(self.caller.language)

    def state(self, slug: str) -> str:
        """The name of a state."""
        return STATES[self.language].get(slug, slug.replace("_", " "))

    def move(self, name: str) -> str:
        """The name of a move."""
        return MOVES[self.language].get(name.lower().replace(" ", "_"), name)

    def moment(self, at: Timestamp) -> str:
        """A time, to the minute, in the reader's zone."""
        found = at.ToDatetime(tzinfo=UTC).astimezone(ZoneInfo(self.caller.time_zone))
        return f"{found:%Y-%m-%d %H:%M}"

    @property
    def works(self) -> bool:
        """Whether they work tickets of others."""
        return self.caller.may_somewhere("tickets.read")


def sign_in(language: str, *, said: str = "", to: str = "") -> str:
    """The form to sign in; `said` names why it did not go, `to` is where it leads."""
    words = {name: html.escape(text) for name, text in TEXTS[language].items()}
    why = f'<p role="alert">{words[said]}</p>' if said else ""
    fields = "".join(
        f'<p><label>{words[name]}<br><input name="{name}" type="{kind}" autocomplete="{fills}" required></label></p>\n'
        for name, kind, fills in (
            ("tenant", "text", "organization"),
            ("email", "email", "username"),
            ("password", "password", "current-password"),
        )
    )
    button = f'<button type="submit">{words["sign_in"]}</button>'
    forgot = f'<p><a href="{RESET_PATH}">{html.escape(RESET_TEXTS[language]["forgot"])}</a></p>'
    return f'{why}<form method="post" action="{PATH}">{fields}{_hidden("to", to)}{button}</form>{forgot}'


def second_step(language: str, mfa_token: str, *, said: str, to: str) -> str:
    """The form for the code that finishes a sign-in; `said` names why the last one did not."""
    words = {name: html.escape(text) for name, text in TEXTS[language].items()}
    why = f'<p role="alert">{words[said]}</p>' if said else ""
    field = (
        f"<p><label>{words['code']}<br>"
        '<input name="code" autocomplete="one-time-code" autofocus required></label></p>\n'
    )
    button = f'<button type="submit">{words["sign_in"]}</button>'
    hidden = _hidden("to", to) + _hidden("mfa_token", mfa_token)
    return f'{why}<form method="post" action="{PATH}">{field}{hidden}{button}</form>'


def ticket_list(
    reader: Reader, tickets: Sequence[ticket_pb2.Ticket], which: str, next_page_token: str
) -> str:
    """The list of tickets, the way to the other list, and the way out."""
    other = {"assigned": "own", "own": "assigned"}[which]
    ways = f'<p><a href="{_way(PATH, list=other)}">{reader.word(other)}</a></p>' if reader.works else ""
    rows = "".join(
        f'<li><a href="{PATH}/tickets/{html.escape(one.number)}">{html.escape(one.number)}'
        f" {html.escape(cut(one.title, _LIST_TITLE))}</a><br>{html.escape(reader.state(one.state))}</li>\n"
        for one in tickets
    )
    shown = f"<ul>{rows}</ul>" if rows else f"<p>{reader.word('none')}</p>"
    more = _way(PATH, list=which, page=next_page_token)
    onward = f'<p><a href="{more}">{reader.word("more")}</a></p>' if next_page_token else ""
    out = f'<form method="post" action="{PATH}/out">{_hidden("form", reader.form)}<button>{reader.word("sign_out")}</button></form>'
    return ways + shown + onward + out


def conversation(
    reader: Reader, ticket: ticket_pb2.Ticket, comments: Iterable[ticket_pb2.Comment], *, last: bool
) -> list[Piece]:
    """What was said, the newest first; the description comes after the `last` comments."""
    found: list[Piece] = []
    for comment in comments:
        internal = TEXTS[reader.language]["note"] if comment.visibility == "internal" else ""
        files = ", ".join(cut(one.name, _LIST_TITLE) for one in comment.attachments[:5])
        heading = joined([comment.author.name, reader.moment(comment.created_at), internal, files])
        found += pieces(heading, comment.body, _PIECE)
    if last:
        heading = joined([ticket.requester.name, reader.moment(ticket.created_at)])
        found += pieces(heading, ticket.description, _PIECE)
    return found


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a conversation a page begins: the page of comments and the piece of it."""

    page: str = ""
    piece: int = 0


def ticket(
    reader: Reader,
    shown: ticket_pb2.Ticket,
    moves: Sequence[ticket_pb2.Transition],
    said: Sequence[Piece],
    at: Place,
    *,
    next_page_token: str,
    told: str = "",
    kept: str = "",
) -> str:
    """A ticket: what it is, what was said, an answer, the moves; `told` is what became of a form, `kept` its text."""
    way = f"{PATH}/tickets/{html.escape(shown.number)}"
    head = (
        (f'<p role="status">{html.escape(told)}</p>' if told else "")
        + f'<p><a href="{PATH}">{reader.word("list")}</a> · {html.escape(shown.number)} · '
        + f"{reader.word('state')}: {html.escape(reader.state(shown.state))}"
        + _named(reader, "from", shown.requester.name)
        + _named(reader, "assignee", shown.assignee.name)
        + (_for_work(reader, shown) if reader.works else "")
        + "</p>\n"
    )
    once = _hidden("form", reader.form) + _hidden("once", str(uuid.uuid4()))
    foot = _answer(reader, shown, way, once, kept) + _moves(reader, shown, moves, way, once)
    room = (
        MOST_BYTES
        - _SHELL
        - len((head + foot).encode())
        - len(html.escape(cut(shown.title, _TITLE)).encode()) * 2
    )
    written, following = fitting(said, at.piece, room - 400)
    older = ""
    if following < len(said):
        older = _way(way, page=at.page, piece=str(following))
    elif next_page_token:
        older = _way(way, page=next_page_token)
    onward = f'<p><a href="{older}">{reader.word("older")}</a></p>\n' if older else ""
    return head + written + onward + foot


def title(shown: ticket_pb2.Ticket) -> str:
    """The heading of a ticket's page."""
    return cut(shown.title, _TITLE)


def _named(reader: Reader, word: str, name: str) -> str:
    return f" · {reader.word(word)}: {html.escape(cut(name, _LIST_TITLE))}" if name else ""


def _for_work(reader: Reader, shown: ticket_pb2.Ticket) -> str:
    """What those who work tickets go by: the priority, and by when what is due, the soonest of each clock."""
    language = reader.language
    said = _named(reader, "priority", PRIORITIES[language].get(shown.priority, shown.priority))
    going = [one for one in shown.sla if one.state == "running" and one.HasField("due_at")]
    soonest: dict[str, ticket_pb2.TicketClock] = {}
    for one in sorted(going, key=lambda one: one.due_at.ToNanoseconds()):
        soonest.setdefault(one.name, one)
    for name, one in list(soonest.items())[:_CLOCKS]:
        spoken_name = html.escape(cut(CLOCKS[language].get(name, name.replace("_", " ")), _LIST_TITLE))
        late = f" ({reader.word('late')})" if one.breached else ""
        said += f" · {spoken_name}: {reader.moment(one.due_at)}{late}"
    return said


def _answer(reader: Reader, shown: ticket_pb2.Ticket, way: str, once: str, kept: str) -> str:
    if shown.HasField("closed_at"):
        return ""
    note = ""
    if reader.caller.may_somewhere("tickets.comment_internal"):
        note = f'<button name="visibility" value="internal">{reader.word("add_note")}</button>'
    return (
        f'<form method="post" action="{way}/comments">{once}<p><label>{reader.word("reply")}<br>'
        f'<textarea name="body" rows="4" maxlength="60000" required>{html.escape(cut(kept, 1_000))}</textarea></label></p>'
        f'<button name="visibility" value="public">{reader.word("send")}</button>{note}</form>\n'
    )


def _moves(
    reader: Reader, shown: ticket_pb2.Ticket, moves: Sequence[ticket_pb2.Transition], way: str, once: str
) -> str:
    """The moves that need nothing but a comment; others need the full version, which requesters have elsewhere."""
    possible = [one for one in moves if not one.required_fields and not one.held_back][:_MOVES]
    full = "/desk/tickets/" if reader.works else "/portal/requests/"
    link = f'<p><a href="{full}{html.escape(shown.number)}">{reader.word("full")}</a></p>'
    if not possible:
        return link
    buttons = "".join(
        f'<button name="to" value="{html.escape(one.to)}">{html.escape(cut(reader.move(one.name), _LIST_TITLE))}</button>'
        for one in possible
    )
    return (
        f'<form method="post" action="{way}/transitions">{once}{_hidden("version", str(shown.version))}'
        f'<p><label>{reader.word("comment")}<br><input name="comment" maxlength="4000"></label></p>{buttons}</form>{link}'
    )


def _hidden(name: str, value: str) -> str:
    return f'<input type="hidden" name="{name}" value="{html.escape(value)}">'


def _way(path: str, **query: str) -> str:
    return html.escape(f"{path}?{urlencode({name: value for name, value in query.items() if value})}")
