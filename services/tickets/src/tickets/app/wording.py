"""The words that tickets are found by."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select

from chassis import search
from chassis.db import Tx
from tickets.app.configuration import Configuration
from tickets.db.tickets import Comment, Ticket
from tickets.domain.changes import Change
from tickets.domain.fields import SEARCHED, Definition, searched_text

OWN = "fields."
"""What history puts before the slug of a tenant's own field."""

KEPT_WORDS = 50_000
LEARNED_AT_ONCE = 500
INDEXED_CHARACTERS = 30_000
"""Of one text; what follows is not found."""

MAX_LEXEMES = 8_000
"""Of one ticket; PostgreSQL refuses a vector above a megabyte."""

_APPEND = f"""
UPDATE ticket_search SET
    public_words = CASE
        WHEN $3 AND public_words IS NULL THEN NULL
        WHEN $3 AND length(public_words) < {MAX_LEXEMES} THEN public_words || $2::text::tsvector
        ELSE coalesce(public_words, words)
    END,
    words = CASE WHEN length(words) < {MAX_LEXEMES} THEN words || $2::text::tsvector ELSE words END
WHERE ticket_id = $1
"""  # noqa: S608 (numbers of this file)

_LEARN = """
INSERT INTO search_words (tenant_id, word, trigrams)
SELECT $1, word, string_to_array(pieces, ',') FROM unnest($2::text[], $3::text[]) AS n (word, pieces)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class Words:
    """Of a text: the literal of its vector, and the words worth learning."""

    vector: str
    vocabulary: set[str]


class Vocabulary:
    """The words that this process knows to be in the tenants' tables, so that few are written twice."""

    def __init__(self) -> None:
        self._known: OrderedDict[tuple[UUID, str], None] = OrderedDict()

    def unknown(self, tenant_id: UUID, words: Iterable[str]) -> list[tuple[str, Sequence[str]]]:
        """The words still to be stored with their trigrams, in an order that two writers cannot block each other in."""
        new = sorted(word for word in words if (tenant_id, word) not in self._known)[:LEARNED_AT_ONCE]
        return [(word, search.trigrams(tenant_id, word)) for word in new]

    def learned(self, tenant_id: UUID, words: Iterable[tuple[str, Sequence[str]]]) -> None:
        """Remembers words that were stored."""
        for word, _ in words:
            self._known[tenant_id, word] = None
        while len(self._known) > KEPT_WORDS:
            self._known.popitem(last=False)


def ticket_words(ticket: Ticket, definitions: Mapping[str, Definition], languages: Sequence[str]) -> Words:
    """The words of number, title, description and own fields."""
    heading = f"{ticket.number} {ticket.title}"
    texts = [ticket.description[:INDEXED_CHARACTERS], searched_text(definitions, ticket.fields)]
    text = "\n".join(filter(None, texts))[: 2 * INDEXED_CHARACTERS]
    return Words(
        search.vector(ticket.tenant_id, {"A": heading, "B": text}, languages),
        search.vocabulary([ticket.title, text]),
    )


async def add_comment_words(
    tx: Tx, *, ticket: Ticket, body: str, public: bool, languages: Sequence[str], vocabulary: Vocabulary
) -> None:
    """Makes the ticket found by the words of a comment; by requesters only where it is public."""
    text = body[:INDEXED_CHARACTERS]
    connection = await tx.raw()
    vector = search.vector(tx.tenant_id, {"C": text}, languages)
    await connection.execute(_APPEND, ticket.id, vector, public)
    await _learn(tx, search.vocabulary([text]), vocabulary)


async def index_changes(
    tx: Tx,
    *,
    ticket: Ticket,
    changes: Iterable[Change],
    configuration: Configuration,
    vocabulary: Vocabulary,
) -> None:
    """Makes the vectors of a ticket anew where one of the changes is of a field by whose words it is found."""
    if any(_is_searched(configuration.fields, change.field) for change in changes):
        await index_again(tx, ticket=ticket, configuration=configuration, vocabulary=vocabulary)


def _is_searched(definitions: Mapping[str, Definition], field: str) -> bool:
    if not field.startswith(OWN):
        return field in {"title", "description"}
    definition = definitions.get(field.removeprefix(OWN))
    return definition is not None and definition.kind in SEARCHED


async def index_again(
    tx: Tx, *, ticket: Ticket, configuration: Configuration, vocabulary: Vocabulary
) -> None:
    """Makes the vectors of a ticket anew after its own texts have changed."""
    languages = configuration.languages
    words = ticket_words(ticket, configuration.fields, languages)
    connection = await tx.raw()
    await connection.execute(
        "UPDATE ticket_search SET words = $2::text::tsvector, public_words = NULL WHERE ticket_id = $1",
        ticket.id,
        words.vector,
    )
    comments = await tx.execute(
        select(Comment.body, Comment.visibility).where(Comment.ticket_id == ticket.id).order_by(Comment.id)
    )
    for body, visibility in comments:
        vector = search.vector(tx.tenant_id, {"C": body[:INDEXED_CHARACTERS]}, languages)
        await connection.execute(_APPEND, ticket.id, vector, visibility == "public")
    await _learn(tx, words.vocabulary, vocabulary)


async def _learn(tx: Tx, words: Iterable[str], vocabulary: Vocabulary) -> None:
    new = vocabulary.unknown(tx.tenant_id, words)
    if not new:
        return
    connection = await tx.raw()
    pieces = [",".join(trigrams) for _, trigrams in new]
    await connection.execute(_LEARN, tx.tenant_id, [word for word, _ in new], pieces)
    tx.after_commit(lambda: vocabulary.learned(tx.tenant_id, new))
