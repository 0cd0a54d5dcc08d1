"""Use cases: one async function per thing a caller wants."""
