"""Deskmesh on one machine: servers from wheels, the supervisor, the demo data and the `deskmesh` command."""
