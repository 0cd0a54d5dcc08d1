"""The tables of cmdb."""

from alembic import op

from chassis.migrations import create_chassis_tables, enable_row_security, grant_app

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_ROW = """
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    version bigint NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now()
"""
_TABLES = {
    "tenants": f"""{_ROW},
        slug text NOT NULL,
        backfilled_at timestamptz,
        CONSTRAINT pk_tenants PRIMARY KEY (tenant_id, id)""",
    "people": f"""{_ROW},
        email text NOT NULL,
        name text NOT NULL,
        active boolean NOT NULL,
        CONSTRAINT pk_people PRIMARY KEY (tenant_id, id)""",
    "classes": f"""{_ROW},
        slug text NOT NULL,
        name text NOT NULL,
        parent text,
        attributes jsonb NOT NULL,
        CONSTRAINT pk_classes PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_classes_slug UNIQUE (tenant_id, slug)""",
    "relation_types": f"""{_ROW},
        slug text NOT NULL,
        name text NOT NULL,
        CONSTRAINT pk_relation_types PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_relation_types_slug UNIQUE (tenant_id, slug)""",
    "items": f"""{_ROW},
        number bigint NOT NULL,
        class_slug text NOT NULL,
        name text NOT NULL,
        attributes jsonb NOT NULL,
        state text NOT NULL,
        holder_id uuid,
        CONSTRAINT pk_items PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_items_number UNIQUE (tenant_id, number),
        CONSTRAINT fk_items_class FOREIGN KEY (tenant_id, class_slug) REFERENCES classes (tenant_id, slug),
        CONSTRAINT fk_items_holder FOREIGN KEY (tenant_id, holder_id) REFERENCES people (tenant_id, id),
        CONSTRAINT ck_items_state CHECK (state IN ('ordered', 'in_stock', 'in_use', 'repair', 'retired'))""",
    "relations": f"""{_ROW},
        type text NOT NULL,
        source_id uuid NOT NULL,
        target_id uuid NOT NULL,
        CONSTRAINT pk_relations PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_relations_ends UNIQUE (tenant_id, source_id, type, target_id),
        CONSTRAINT fk_relations_type FOREIGN KEY (tenant_id, type) REFERENCES relation_types (tenant_id, slug),
        CONSTRAINT fk_relations_source FOREIGN KEY (tenant_id, source_id) REFERENCES items (tenant_id, id),
        CONSTRAINT fk_relations_target FOREIGN KEY (tenant_id, target_id) REFERENCES items (tenant_id, id),
        CONSTRAINT ck_relations_ends CHECK (source_id <> target_id)""",
    "counters": """
        tenant_id uuid NOT NULL,
        kind text NOT NULL,
        last bigint NOT NULL,
        CONSTRAINT pk_counters PRIMARY KEY (tenant_id, kind)""",
}
_INDEXES = {
    "ix_people_email": "people (tenant_id, email)",
    "ix_items_name": "items (tenant_id, name, id)",
    "ix_items_holder": "items (tenant_id, holder_id) WHERE holder_id IS NOT NULL",
    "ix_items_class": "items (tenant_id, class_slug, name)",
    "ix_relations_target": "relations (tenant_id, target_id, type)",
}


def upgrade() -> None:
    create_chassis_tables()
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        enable_row_security(table)
        grant_app(table, "SELECT, INSERT, UPDATE")
    grant_app("relations", "DELETE")
    for index, place in _INDEXES.items():
        op.execute(f"CREATE INDEX {index} ON {place}")
