"""The gateway: the public door of the desk, and the master of tenants, people, teams and roles."""
