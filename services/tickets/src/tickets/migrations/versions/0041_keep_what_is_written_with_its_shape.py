"""What comments, drafts and descriptions were written in, and their HTML. Null or 'text': plain text, as all was until now."""

from alembic import op

revision = "0041"
down_revision = "0040"


def upgrade() -> None:
    op.execute(
        "ALTER TABLE comments ADD COLUMN format text NOT NULL DEFAULT 'text', ADD COLUMN body_html text"
    )
    op.execute("ALTER TABLE ticket_drafts ADD COLUMN format text NOT NULL DEFAULT 'text'")
    # Nullable: processes of the release before insert whole rows, and know nothing of these.
    op.execute("ALTER TABLE tickets ADD COLUMN description_format text, ADD COLUMN description_html text")
