"""Alembic revisions of the sla database."""
