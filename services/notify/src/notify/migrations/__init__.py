"""Revisions of notify's database."""
