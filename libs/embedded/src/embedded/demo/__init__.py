"""The demo tenants: what they are (content/), what happened in them (plan), and how it gets in (load)."""
