"""The one statement of the hot create: the answer under its idempotency key, the ticket, its history, words and event.

It runs as the app role, bound by row security, and sets the tenant itself: one round trip without a transaction
around it.
"""

from alembic import op
from sqlalchemy import text

from chassis.migrations import role

revision = "0006"
down_revision = "0005"

_ARGUMENTS = (
    "uuid, text, text, text, bigint, bytea, bytea, jsonb, jsonb, tsvector, text[], text[], text,"
    " uuid, text, bytea, jsonb"
)

# The lock, then the look: what its first holder committed is seen only by a statement that starts later.
_CREATE_TICKET = """
CREATE FUNCTION create_ticket(
    p_tenant uuid,
    p_subject text, p_method text, p_key text, p_lock bigint, p_request_hash bytea, p_response bytea,
    p_ticket jsonb, p_history jsonb,
    p_words tsvector, p_new_words text[], p_trigrams text[],
    p_message_id text,
    p_event_id uuid, p_event_subject text, p_event bytea, p_event_headers jsonb
) RETURNS TABLE (outcome text, request_hash bytea, response bytea)
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
#variable_conflict use_column
DECLARE
    ticket tickets;
BEGIN
    PERFORM set_config('app.tenant_id', p_tenant::text, true);
    IF p_key IS NOT NULL THEN
        IF NOT pg_try_advisory_xact_lock(p_lock) THEN
            RETURN QUERY SELECT 'in_progress', NULL::bytea, NULL::bytea;
            RETURN;
        END IF;
        RETURN QUERY
            SELECT 'replayed', k.request_hash, k.response FROM idempotency_keys k
            WHERE k.tenant_id = p_tenant AND k.subject = p_subject AND k.method = p_method AND k.key = p_key
                AND k.created_at > now() - interval '24 hours'
                AND k.day BETWEEN (now() AT TIME ZONE 'UTC')::date - 1 AND (now() AT TIME ZONE 'UTC')::date + 1
            ORDER BY k.created_at DESC LIMIT 1;
        IF FOUND THEN
            RETURN;
        END IF;
        INSERT INTO idempotency_keys (tenant_id, subject, method, key, request_hash, response)
        VALUES (p_tenant, p_subject, p_method, p_key, p_request_hash, p_response);
    END IF;
    ticket := jsonb_populate_record(NULL::tickets, p_ticket);
    INSERT INTO tickets VALUES (ticket.*);
    INSERT INTO ticket_history SELECT * FROM jsonb_populate_record(NULL::ticket_history, p_history);
    INSERT INTO ticket_search (tenant_id, ticket_id, words) VALUES (p_tenant, ticket.id, p_words);
    IF cardinality(p_new_words) > 0 THEN
        INSERT INTO search_words (tenant_id, word, trigrams)
        SELECT p_tenant, n.word, string_to_array(n.pieces, ',')
        FROM unnest(p_new_words, p_trigrams) AS n (word, pieces)
        ON CONFLICT DO NOTHING;
    END IF;
    IF p_message_id IS NOT NULL THEN
        INSERT INTO ticket_messages (tenant_id, message_id, ticket_id) VALUES (p_tenant, p_message_id, ticket.id);
    END IF;
    INSERT INTO outbox (tenant_id, id, subject, aggregate_id, version, payload, headers)
    VALUES (p_tenant, p_event_id, p_event_subject, ticket.id::text, ticket.version, p_event, p_event_headers);
    RETURN QUERY SELECT 'created', NULL::bytea, NULL::bytea;
END
$$
"""


def upgrade() -> None:
    op.execute(text(_CREATE_TICKET.replace(":", r"\:")))
    op.execute(f"REVOKE ALL ON FUNCTION create_ticket({_ARGUMENTS}) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION create_ticket({_ARGUMENTS}) TO {role('app')}")
