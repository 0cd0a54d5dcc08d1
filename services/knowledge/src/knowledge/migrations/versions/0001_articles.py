"""The tables of knowledge and the search behind row security."""

from alembic import op

from chassis.migrations import create_chassis_tables, definer_function, enable_row_security, grant_app

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
        languages text[] NOT NULL,
        backfilled_at timestamptz,
        CONSTRAINT pk_tenants PRIMARY KEY (tenant_id, id)""",
    "categories": f"""{_ROW},
        slug text NOT NULL,
        name text NOT NULL,
        parent_id uuid,
        CONSTRAINT pk_categories PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_categories_slug UNIQUE (tenant_id, slug),
        CONSTRAINT fk_categories_parent FOREIGN KEY (tenant_id, parent_id) REFERENCES categories (tenant_id, id)""",
    "articles": f"""{_ROW},
        number bigint NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        language text NOT NULL,
        category_id uuid,
        visibility text NOT NULL,
        team_ids uuid[] NOT NULL DEFAULT '{{}}',
        state text NOT NULL,
        author_kind text NOT NULL,
        author_id text NOT NULL,
        author_name text NOT NULL,
        published_at timestamptz,
        search tsvector NOT NULL DEFAULT '',
        CONSTRAINT pk_articles PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_articles_number UNIQUE (tenant_id, number),
        CONSTRAINT fk_articles_category FOREIGN KEY (tenant_id, category_id) REFERENCES categories (tenant_id, id),
        CONSTRAINT ck_articles_visibility CHECK (visibility IN ('public', 'requesters', 'agents', 'teams')),
        CONSTRAINT ck_articles_state CHECK (state IN ('draft', 'published', 'archived'))""",
    "article_versions": f"""{_ROW},
        article_id uuid NOT NULL,
        article_version bigint NOT NULL,
        title text NOT NULL,
        body text NOT NULL,
        state text NOT NULL,
        visibility text NOT NULL,
        changed_by_id text NOT NULL,
        changed_by_name text NOT NULL,
        CONSTRAINT pk_article_versions PRIMARY KEY (tenant_id, id),
        CONSTRAINT uq_article_versions_version UNIQUE (tenant_id, article_id, article_version),
        CONSTRAINT fk_article_versions_article FOREIGN KEY (tenant_id, article_id) REFERENCES articles (tenant_id, id)""",
    "terms": """
        tenant_id uuid NOT NULL,
        term text NOT NULL,
        articles bigint NOT NULL,
        trigrams text[] NOT NULL DEFAULT '{}',
        CONSTRAINT pk_terms PRIMARY KEY (tenant_id, term)""",
    "counters": """
        tenant_id uuid NOT NULL,
        kind text NOT NULL,
        last bigint NOT NULL,
        CONSTRAINT pk_counters PRIMARY KEY (tenant_id, kind)""",
}
# The tenant that is asked for must be the one the transaction is bound to: the function sees them all.
_SEARCH = """
CREATE FUNCTION search_articles(
    p_tenant uuid, p_question text, p_languages text[], p_reads_agents boolean, p_teams uuid[],
    p_limit integer, p_after_rank double precision, p_after_id uuid
) RETURNS TABLE (id uuid, rank double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
AS $$
    SELECT found.id, found.rank
    FROM (
        SELECT a.id, ts_rank('{0.1, 0.2, 0.4, 1.0}', a.search, p_question::tsquery, 1)::double precision AS rank
        FROM articles AS a
        WHERE a.tenant_id = p_tenant
          AND p_tenant = nullif(current_setting('app.tenant_id', true), '')::uuid
          AND a.search @@ p_question::tsquery
          AND a.state = 'published'
          AND (cardinality(p_languages) = 0 OR a.language = ANY (p_languages))
          AND (a.visibility IN ('public', 'requesters')
               OR (a.visibility = 'agents' AND p_reads_agents)
               OR (a.visibility = 'teams' AND a.team_ids && p_teams))
    ) AS found
    WHERE p_after_id IS NULL OR (found.rank, p_after_id) < (p_after_rank, found.id)
    ORDER BY found.rank DESC, found.id
    LIMIT p_limit
$$
"""


def upgrade() -> None:
    create_chassis_tables()
    for table, columns in _TABLES.items():
        op.execute(f"CREATE TABLE {table} ({columns})")
        enable_row_security(table)
    for table in ("tenants", "categories", "articles"):
        grant_app(table, "SELECT, INSERT, UPDATE")
    grant_app("article_versions", "SELECT, INSERT")
    grant_app("terms")
    grant_app("counters", "SELECT, INSERT, UPDATE")
    op.execute("CREATE INDEX ix_articles_updated_at ON articles (tenant_id, updated_at, id)")
    op.execute("CREATE INDEX ix_articles_search ON articles USING gin (search)")
    op.execute("CREATE INDEX ix_terms_trigrams ON terms USING gin (trigrams)")
    definer_function(
        _SEARCH,
        "search_articles",
        "uuid, text, text[], boolean, uuid[], integer, double precision, uuid",
        tables={"articles": "SELECT"},
    )
