"""Full-text search of tickets.

`@@` and `&&` are not leak-proof, so that row security would keep their indexes from being used: the definer's
functions ask instead and repeat the tenant's condition themselves.
"""

from alembic import op

from chassis.migrations import definer_function, enable_row_security, grant_app

revision = "0005"
down_revision = "0004"

_TABLES = {
    "ticket_search": """
        tenant_id uuid NOT NULL,
        ticket_id uuid NOT NULL,
        words tsvector NOT NULL,
        public_words tsvector,
        PRIMARY KEY (tenant_id, ticket_id),
        FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
    """,
    "search_words": """
        tenant_id uuid NOT NULL,
        word text COLLATE "C" NOT NULL,
        trigrams text[] NOT NULL,
        PRIMARY KEY (tenant_id, word)
    """,
}

_INDEXES = (
    "CREATE INDEX ticket_search_words ON ticket_search USING gin (words)",
    "CREATE INDEX search_words_trigrams ON search_words USING gin (trigrams)",
)

_FIND_TICKETS = """
CREATE FUNCTION find_tickets(question tsquery, only_public boolean) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER ROWS 200
SET search_path = public, pg_temp
AS $$
    SELECT ticket_id FROM ticket_search
    WHERE tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid
        AND words @@ question
        AND (NOT only_public OR coalesce(public_words, words) @@ question)
$$
"""

_FIND_WORDS = """
CREATE FUNCTION find_words(asked text[]) RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100
SET search_path = public, pg_temp
AS $$
    SELECT word FROM search_words
    WHERE tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid AND trigrams && asked
    ORDER BY cardinality(ARRAY(SELECT unnest(trigrams) INTERSECT SELECT unnest(asked))) DESC, word
    LIMIT 100
$$
"""


def upgrade() -> None:
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        enable_row_security(table)
        grant_app(table)
    for statement in _INDEXES:
        op.execute(statement)
    definer_function(_FIND_TICKETS, "find_tickets", "tsquery, boolean", tables={"ticket_search": "SELECT"})
    definer_function(_FIND_WORDS, "find_words", "text[]", tables={"search_words": "SELECT"})
