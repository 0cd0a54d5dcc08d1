"""Alembic's folder: the revisions of the gateway's database."""
