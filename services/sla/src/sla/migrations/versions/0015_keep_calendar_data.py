"""What versions of calendars keep of time zones and public holidays."""

from alembic import op

from chassis.migrations import enable_row_security, grant_app

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute("""
    CREATE TABLE calendar_data (
        calendar_id uuid NOT NULL,
        calendar_version bigint NOT NULL,
        zone_release text NOT NULL,
        holiday_release text NOT NULL,
        first_year integer NOT NULL,
        last_year integer NOT NULL,
        offsets jsonb NOT NULL,
        holidays jsonb NOT NULL,
        tenant_id uuid NOT NULL,
        id uuid NOT NULL,
        version bigint NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant_id, id),
        UNIQUE (tenant_id, calendar_id, calendar_version)
    )
    """)
    enable_row_security("calendar_data")
    grant_app("calendar_data", "SELECT, INSERT")
