"""Use cases: one function per thing that somebody wants."""
