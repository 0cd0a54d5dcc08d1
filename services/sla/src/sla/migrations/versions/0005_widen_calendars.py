"""Special days, parts of countries, feeds and dates of effect of calendars."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE calendars ADD COLUMN days jsonb NOT NULL DEFAULT '[]',"
        " ADD COLUMN holiday_subdivision text NOT NULL DEFAULT '',"
        " ADD COLUMN feeds jsonb NOT NULL DEFAULT '[]',"
        " ADD COLUMN effective_from text NOT NULL DEFAULT ''"
    )
