"""One service's database is lost and restored from a backup that is older than what the others know."""

import os
import subprocess
import sys
import uuid
from pathlib import Path

import asyncpg
import pytest
from desk_mail import clocks, hand_in, new_sender, with_ticket, written
from desk_walk import Walk

from chassis.backlog import backlog
from chassis.db import Database
from embedded.binaries import postgres_binaries
from embedded.credentials import load_credentials
from embedded.databases import SERVICES
from embedded.environment import settings_of_running
from embedded.home import read_choices
from embedded.postgres import SUPERUSER
from embedded.testing import Client, Desk, Json, eventually

TOOLS = Path(__file__).parents[2] / "tools"
SECONDS = 120.0


def environment(desk: Desk, service: str) -> dict[str, str]:
    """What an operator has beside the service: its settings, the programs of PostgreSQL, a superuser's address."""
    given = settings_of_running(read_choices(desk.environment()), service, os.environ)
    path = f"{postgres_binaries()}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    return given | {"PATH": path, "SUPERUSER_URL": superuser_url(desk)}


def superuser_url(desk: Desk) -> str:
    ports = {one["name"]: one["ports"] for one in desk.run_file()["processes"]}
    password = load_credentials(desk.home).postgres
    return f"postgresql://{SUPERUSER}:{password}@127.0.0.1:{ports['postgres']['sql']}"


def run(desk: Desk, tool: str, service: str, *arguments: str | Path) -> str:
    done = subprocess.run(
        [TOOLS / tool, service, *arguments],
        check=False,
        capture_output=True,
        text=True,
        env=environment(desk, service),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


async def query(desk: Desk, service: str, sql: str, *values: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(f"{superuser_url(desk)}/{service}")
    try:
        return list(await connection.fetch(sql, *values))
    finally:
        await connection.close()


async def failed_for_good(desk: Desk) -> dict[str, tuple[int, int]]:
    """Parked events and dead timers of each service."""
    found = {}
    for service in SERVICES:
        given = environment(desk, service)
        prefix = service.upper()
        database = Database(given[f"{prefix}_DATABASE_URL"], given[f"{prefix}_RELAY_DATABASE_URL"])
        waits = await backlog(database)
        await database.close()
        found[service] = (waits.parked, waits.timers_dead)
    return found


def lose(desk: Desk, service: str, backup: Path) -> None:
    """Drop the database under the running service, restore the backup, and start the service's process anew."""
    done = subprocess.run(
        [postgres_binaries() / "psql", "-X", "-q", "-d", f"{superuser_url(desk)}/postgres"],
        input=f"DROP DATABASE {service} WITH (FORCE)",
        check=True,
        capture_output=True,
        text=True,
        env={"PATH": os.environ["PATH"]},
    )
    assert "ERROR" not in done.stderr, done.stderr
    run(desk, "restore", service, backup)
    desk.kill(service)
    eventually(desk.ready, seconds=SECONDS)


def ticket_by_mail(desk: Desk, agent: Client, about: str) -> Json:
    sender = new_sender()
    inbound = hand_in(desk, written(sender, about, "It does not work."), sender=sender)
    landed = with_ticket(agent, inbound, seconds=SECONDS)
    ticket_id = landed["ticket_id"]
    eventually(lambda: set(clocks(agent, ticket_id)) == {"first_response", "resolution"}, seconds=SECONDS)
    return agent.get(f"/tickets/{ticket_id}")


@pytest.mark.slow
async def test_sla_restored_to_an_older_time_takes_the_events_since_again(desk: Desk, tmp_path: Path) -> None:
    agent = desk.sign_in("agent@acme.example")
    old = ticket_by_mail(desk, agent, f"Before {uuid.uuid4().hex}")
    backup = tmp_path / "sla.dump"
    run(desk, "backup", "sla", backup)

    new = ticket_by_mail(desk, agent, f"After {uuid.uuid4().hex}")
    agent.send("POST", f"/tickets/{old['id']}/transitions", {"to": "resolved"})
    eventually(
        lambda: {one["state"] for one in clocks(agent, old["id"]).values()} == {"stopped"}, seconds=SECONDS
    )
    before = {ticket["id"]: clocks(agent, ticket["id"]) for ticket in (old, new)}

    lose(desk, "sla", backup)

    def as_before() -> bool:
        return all(
            {name: (clock["state"], clock["due_at"]) for name, clock in clocks(agent, ticket_id).items()}
            == {name: (clock["state"], clock["due_at"]) for name, clock in known.items()}
            for ticket_id, known in before.items()
        )

    eventually(as_before, seconds=SECONDS)
    # What happens now is heard by tickets too, which has seen more of these clocks than sla remembers.
    agent.send("POST", f"/tickets/{new['id']}/transitions", {"to": "resolved"})

    def stopped() -> bool:
        ticket = agent.get(f"/tickets/{new['id']}")
        return {clock["state"] for clock in ticket["sla"]} == {"stopped"}

    eventually(stopped, seconds=SECONDS)
    assert await failed_for_good(desk) == dict.fromkeys(SERVICES, (0, 0))


@pytest.mark.slow
async def test_tickets_restored_to_an_older_time_go_on_beside_services_that_know_more(
    desk: Desk, tmp_path: Path
) -> None:
    agent = desk.sign_in("agent@acme.example")
    old = ticket_by_mail(desk, agent, f"Before {uuid.uuid4().hex}")
    backup = tmp_path / "tickets.dump"
    run(desk, "backup", "tickets", backup)

    # Two that the backup does not know: one by mail, one by REST. And changes of the one that it knows.
    mailed_about = f"By mail {uuid.uuid4().hex}"
    mailed = ticket_by_mail(desk, agent, mailed_about)
    typed = agent.send("POST", "/tickets", {"title": f"By REST {uuid.uuid4().hex}"})
    eventually(lambda: clocks(agent, typed["id"]), seconds=SECONDS)
    for state in ("open", "pending_requester", "open"):
        agent.send("POST", f"/tickets/{old['id']}/transitions", {"to": state})
    lost_version = agent.get(f"/tickets/{old['id']}")["version"]

    lose(desk, "tickets", backup)

    agent = desk.sign_in("agent@acme.example")
    kept = agent.get(f"/tickets/{old['id']}")
    assert kept["state"] == "new"
    assert kept["version"] > lost_version
    # What came by mail comes again, by notify's events, under a number that nobody has seen.
    again = eventually(lambda: agent.all("/tickets", filter=f'title = "{mailed_about}"'), seconds=SECONDS)
    assert len(again) == 1
    assert agent.http.get(f"/tickets/{typed['id']}").status_code == 404
    fresh = agent.send("POST", "/tickets", {"title": f"Fresh {uuid.uuid4().hex}"})
    known = {one["number"] for one in (old, mailed, typed)}
    assert {fresh["number"], again[0]["number"]} & known == set()
    eventually(lambda: clocks(agent, again[0]["id"]) and clocks(agent, fresh["id"]), seconds=SECONDS)

    # sla has seen later versions of the kept ticket; what happens from now on counts all the same.
    agent.send("POST", f"/tickets/{old['id']}/comments", {"body": "Is it well?", "visibility": "public"})
    agent.send("POST", f"/tickets/{old['id']}/transitions", {"to": "resolved"})
    eventually(
        lambda: {one["state"] for one in clocks(agent, old["id"]).values()} == {"stopped"}, seconds=SECONDS
    )
    # The clocks of tickets that are gone say something: it finds no ticket and makes no error.
    await query(
        desk,
        "sla",
        "UPDATE timers SET due_at = now() WHERE kind LIKE 'clock_%' AND key LIKE $1",
        f"%{typed['id']}%",
    )
    walk = Walk.of(desk)
    walk.walk()
    walk.agent.wait_for(walk.settled, "all that the walk calls forth")
    walk.check()
    assert await failed_for_good(desk) == dict.fromkeys(SERVICES, (0, 0))


async def test_what_is_restored_is_guarded_as_before(desk: Desk, tmp_path: Path) -> None:
    """Policies, owners, definer functions and grants of tickets, as the catalogue has them before and after."""
    catalogue = """
        SELECT 'table ' || c.relname || ' ' || r.rolname || ' ' || c.relrowsecurity || c.relforcerowsecurity || ' '
            || coalesce(array_to_string(ARRAY(SELECT unnest(c.relacl)::text ORDER BY 1), ','), '') AS line
        FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner WHERE c.relnamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'policy ' || tablename || ' ' || policyname || roles::text || cmd || coalesce(qual, '')
            || coalesce(with_check, '') FROM pg_policies
        UNION ALL
        SELECT 'function ' || p.oid::regprocedure::text || ' ' || r.rolname || prosecdef
            || coalesce(proconfig::text, '')
            || coalesce(array_to_string(ARRAY(SELECT unnest(p.proacl)::text ORDER BY 1), ','), '')
        FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner WHERE p.pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT 'schema ' || r.rolname || array_to_string(ARRAY(SELECT unnest(n.nspacl)::text ORDER BY 1), ',')
        FROM pg_namespace n JOIN pg_roles r ON r.oid = n.nspowner WHERE nspname = 'public'
        UNION ALL
        SELECT 'database ' || r.rolname || array_to_string(ARRAY(SELECT unnest(d.datacl)::text ORDER BY 1), ',')
        FROM pg_database d JOIN pg_roles r ON r.oid = d.datdba WHERE datname = current_database()
    """
    backup = tmp_path / "knowledge.dump"
    run(desk, "backup", "knowledge", backup)
    before = {row["line"] for row in await query(desk, "knowledge", catalogue)}
    assert len(before) > 30
    lose(desk, "knowledge", backup)
    after = {row["line"] for row in await query(desk, "knowledge", catalogue)}
    assert after == before
