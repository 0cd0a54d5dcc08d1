"""The tables that the chassis works with in the database of every service."""

from alembic import op

from chassis.migrations.helpers import TENANT, enable_row_security, grant_app, grant_relay, role

_AHEAD_DAYS = 7
_OUTBOX_DAYS = 14
_INBOX_DAYS = 15
_IDEMPOTENCY_DAYS = 2

_TABLES = (
    """
    CREATE TABLE outbox (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        day date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
        subject text NOT NULL,
        aggregate_id text COLLATE "C" NOT NULL,
        version bigint NOT NULL,
        payload bytea NOT NULL,
        headers jsonb NOT NULL DEFAULT '{}',
        created_at timestamptz NOT NULL DEFAULT now(),
        published_at timestamptz,
        PRIMARY KEY (tenant_id, id, day)
    ) PARTITION BY RANGE (day)
    """,
    """
    CREATE TABLE inbox (
        tenant_id uuid NOT NULL,
        event_id uuid NOT NULL,
        consumer text NOT NULL,
        received_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, event_id, consumer)
    ) PARTITION BY RANGE (event_id)
    """,
    """
    CREATE TABLE idempotency_keys (
        tenant_id uuid NOT NULL,
        subject text NOT NULL,
        method text NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        response bytea,
        day date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
        created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, subject, method, key, day)
    ) PARTITION BY RANGE (day)
    """,
    """
    CREATE TABLE dead_events (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        consumer text NOT NULL,
        event_id uuid NOT NULL,
        subject text NOT NULL,
        aggregate_id text COLLATE "C" NOT NULL,
        version bigint NOT NULL,
        payload bytea NOT NULL,
        headers jsonb NOT NULL,
        error text NOT NULL,
        attempts integer NOT NULL,
        state text NOT NULL CHECK (state IN ('trying', 'parked', 'replayed')),
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, consumer, event_id)
    )
    """,
    """
    CREATE TABLE timers (
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        kind text NOT NULL,
        key text NOT NULL,
        due_at timestamptz NOT NULL,
        payload jsonb NOT NULL DEFAULT '{}',
        state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'running', 'dead')),
        attempts integer NOT NULL DEFAULT 0,
        locked_until timestamptz,
        last_error text,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, kind, key)
    )
    """,
    """
    CREATE TABLE job_leases (
        name text PRIMARY KEY,
        holder uuid,
        fencing bigint NOT NULL DEFAULT 0,
        expires_at timestamptz NOT NULL DEFAULT '-infinity',
        ran_at timestamptz
    )
    """,
    """
    CREATE TABLE relay_state (
        stream text PRIMARY KEY,
        created timestamptz,
        last_sequence bigint NOT NULL DEFAULT 0,
        floors jsonb NOT NULL DEFAULT '{}',
        holder uuid,
        fencing bigint NOT NULL DEFAULT 0,
        expires_at timestamptz NOT NULL DEFAULT '-infinity'
    )
    """,
)

_INDEXES = (
    "CREATE INDEX outbox_unpublished ON outbox (aggregate_id, version) WHERE published_at IS NULL",
    "CREATE INDEX outbox_published ON outbox USING brin (published_at)",
    "CREATE INDEX dead_events_parked ON dead_events (consumer, aggregate_id, id) WHERE state = 'parked'",
    "CREATE INDEX timers_pending ON timers (kind, due_at) WHERE state = 'pending'",
    "CREATE INDEX timers_running ON timers (kind, locked_until) WHERE state = 'running'",
    "CREATE INDEX timers_dead ON timers (updated_at) WHERE state = 'dead'",
)

_LOWEST_ID = """
CREATE FUNCTION chassis_lowest_id(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog
AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$$
"""

# Attaching checks the rows of the default partition: where it holds some of the day already (nobody made partitions
# for a week), they stay there, and the retention finds them.
_MAINTAIN = f"""
CREATE FUNCTION chassis_maintain_partitions(keep_outbox_from date DEFAULT NULL) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp
SET lock_timeout = '3s'
SET timezone = 'UTC'
AS $$
DECLARE
    parent record;
    part record;
    day date;
    name text;
    changed integer := 0;
BEGIN
    FOR parent IN
        SELECT * FROM (VALUES ('outbox', {_OUTBOX_DAYS}, false), ('inbox', {_INBOX_DAYS}, true),
                              ('idempotency_keys', {_IDEMPOTENCY_DAYS}, false)) AS t (relation, keep_days, by_id)
    LOOP
        name := parent.relation || '_default';
        IF to_regclass(name) IS NULL THEN
            EXECUTE format('CREATE TABLE %I PARTITION OF %I DEFAULT', name, parent.relation);
            PERFORM chassis_protect_partition(name);
            changed := changed + 1;
        END IF;
        FOR day IN SELECT generate_series(current_date - 1, current_date + {_AHEAD_DAYS}, interval '1 day')::date LOOP
            name := parent.relation || '_p' || to_char(day, 'YYYYMMDD');
            CONTINUE WHEN to_regclass(name) IS NOT NULL;
            BEGIN
                EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', name, parent.relation);
                PERFORM chassis_protect_partition(name);
                IF parent.by_id THEN
                    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                        parent.relation, name, chassis_lowest_id(day), chassis_lowest_id(day + 1));
                ELSE
                    EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)',
                        parent.relation, name, day, day + 1);
                END IF;
                changed := changed + 1;
            EXCEPTION WHEN check_violation THEN
                RAISE WARNING 'rows of % are in the default partition of %', day, parent.relation;
            END;
        END LOOP;
        FOR part IN
            SELECT c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
            WHERE i.inhparent = parent.relation::regclass AND c.relname ~ '_p[0-9]{{8}}$'
                AND to_date(right(c.relname, 8), 'YYYYMMDD') < current_date - parent.keep_days
                AND (parent.relation <> 'outbox' OR keep_outbox_from IS NULL
                    OR to_date(right(c.relname, 8), 'YYYYMMDD') < keep_outbox_from)
        LOOP
            EXECUTE format('DROP TABLE %I', part.relname);
            changed := changed + 1;
        END LOOP;
    END LOOP;
    RETURN changed;
END
$$
"""  # noqa: S608 (numbers of this file)

# Nobody but the owner has a privilege on a partition: all go through the parent. The policy is the second wall.
_PROTECT = f"""
CREATE FUNCTION chassis_protect_partition(name text) RETURNS void
LANGUAGE plpgsql
SET search_path = public, pg_temp
AS $$
BEGIN
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format('CREATE POLICY tenant ON %I USING (tenant_id = {TENANT.replace("'", "''")}) '
        'WITH CHECK (tenant_id = {TENANT.replace("'", "''")})', name);
END
$$
"""


def create_chassis_tables() -> None:
    """Creates outbox, inbox, idempotency_keys, dead_events, timers, job_leases and relay_state with their rights.

    The partitions of the coming week are there afterwards; `chassis_maintain_partitions()`, a function of the
    owner's that the relay role may call, makes the next ones and drops those whose time is over.
    """
    for statement in (*_TABLES, *_INDEXES):
        op.execute(statement)
    for table in ("outbox", "inbox", "idempotency_keys", "dead_events", "timers"):
        enable_row_security(table)
    grant_app("outbox", "INSERT")
    grant_app("inbox", "SELECT, INSERT")
    grant_app("idempotency_keys", "SELECT, INSERT, UPDATE")
    grant_app("dead_events")
    grant_app("timers")
    grant_relay("outbox", "SELECT, UPDATE, DELETE")
    grant_relay("inbox", "SELECT, DELETE")
    grant_relay("idempotency_keys", "SELECT, DELETE")
    grant_relay("dead_events", "SELECT")
    grant_relay("timers", "SELECT, UPDATE")
    for table in ("job_leases", "relay_state"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE ON {table} TO {role('relay')}")
    op.execute(f"GRANT SELECT ON alembic_version TO {role('app')}, {role('relay')}")
    for function in (_LOWEST_ID, _PROTECT, _MAINTAIN):
        op.execute(function.replace(":", r"\:"))
    for signature in (
        "chassis_lowest_id(timestamptz)",
        "chassis_protect_partition(text)",
        "chassis_maintain_partitions(date)",
    ):
        op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION chassis_lowest_id(timestamptz) TO {role('relay')}")
    op.execute(f"GRANT EXECUTE ON FUNCTION chassis_maintain_partitions(date) TO {role('relay')}")
    op.execute("SELECT chassis_maintain_partitions()")
