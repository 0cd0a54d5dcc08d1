"""Watchers of a new ticket, stored by the statement that stores it."""

from alembic import op
from sqlalchemy import text

revision = "0043"
down_revision = "0042"

_ARGUMENTS = (
    "uuid, text, text, text, bigint, bytea, bytea, jsonb, jsonb, tsvector, text[], text[], text,"
    " uuid, text, bytea, jsonb"
)
_AFTER = (
    "    INSERT INTO ticket_search (tenant_id, ticket_id, words) VALUES (p_tenant, ticket.id, p_words);\n"
)
_WATCHERS = """\
    IF p_ticket ? 'watcher_ids' THEN
        INSERT INTO ticket_watchers (tenant_id, ticket_id, person_id)
        SELECT p_tenant, ticket.id, w.id::uuid FROM jsonb_array_elements_text(p_ticket->'watcher_ids') AS w (id);
    END IF;
"""


def upgrade() -> None:
    # The function as it is, with one part more: its arguments stay, so that both releases can call it.
    now = op.get_bind().execute(
        text("SELECT pg_get_functiondef(CAST(:function AS regprocedure))"),
        {"function": f"create_ticket({_ARGUMENTS})"},
    )
    definition = now.scalar_one()
    if definition.count(_AFTER) != 1:
        raise RuntimeError("create_ticket is not what the migrations before made")
    op.get_bind().exec_driver_sql(definition.replace(_AFTER, _AFTER + _WATCHERS))
