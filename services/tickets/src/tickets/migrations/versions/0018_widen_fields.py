"""Fields of more kinds, with conditions, choices that depend on another field, and places where they belong."""

from alembic import op

revision = "0018"
down_revision = "0017"

_KINDS = "text number date choice choices tree checkbox person ci money url".split()  # noqa: SIM905 (reads better)

_COLUMNS = """
    description text NOT NULL DEFAULT '',
    required boolean NOT NULL DEFAULT false,
    required_when text NOT NULL DEFAULT '',
    shown_when text NOT NULL DEFAULT '',
    dependent_choices jsonb NOT NULL DEFAULT '{}',
    processes text[] NOT NULL DEFAULT '{}',
    types text[] NOT NULL DEFAULT '{}',
    active boolean NOT NULL DEFAULT true
"""


def upgrade() -> None:
    for column in _COLUMNS.strip().split(",\n"):
        op.execute(f"ALTER TABLE field_definitions ADD COLUMN {column.strip()}")
    op.execute("ALTER TABLE field_definitions DROP CONSTRAINT field_definitions_kind_check")
    kinds = ", ".join(f"'{kind}'" for kind in _KINDS)
    op.execute(
        f"ALTER TABLE field_definitions ADD CONSTRAINT field_definitions_kind_check CHECK (kind IN ({kinds}))"
    )
