"""The roles and databases that the chart declares are those that the services' migrations need."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator

import asyncpg
import pytest
from helm_charts import SERVICES, Charts, Object, name, of_kind

from chassis import migrations
from chassis.db.engine import _RELAY_CONNECTIONS
from chassis.settings import ServiceSettings
from chassis.testing.servers import Postgres

PER_PROCESS = ServiceSettings.model_fields["database_pool_size"].default + _RELAY_CONNECTIONS
RESERVED = 10
"""For superusers, and the operator that looks after the instances."""
PREFIX = "charted_"
"""So that the roles of other tests on this server are left alone."""


@pytest.fixture(scope="module")
def declared(charts: Charts, postgres: Postgres) -> Iterator[dict[str, Object]]:
    """What CloudNativePG would make of the objects, by the documentation of each field; passwords are "p"."""
    objects = charts.desk("small")
    (cluster,) = of_kind(objects, "Cluster")
    roles = cluster["spec"]["managed"]["roles"]
    databases = {one["spec"]["name"]: one["spec"] for one in of_kind(objects, "Database")}
    for role in roles:
        words = [word if role.get(key, key == "inherit") else f"NO{word}" for key, word in _WORDS.items()]
        words.append("PASSWORD 'p'" if "passwordSecret" in role else "")
        postgres.run(f"CREATE ROLE {PREFIX}{role['name']} {' '.join(words)}")
    for role in roles:
        for group in role.get("inRoles", []):
            postgres.run(f"GRANT {PREFIX}{group} TO {PREFIX}{role['name']}")
    for database in databases.values():
        postgres.run(
            f"CREATE DATABASE {PREFIX}{database['name']} OWNER {PREFIX}{database['owner']}"
            f" ENCODING '{database['encoding']}' TEMPLATE {database['template']}"
        )
    yield databases
    for database in databases:
        postgres.run(f"DROP DATABASE {PREFIX}{database} WITH (FORCE)")
    for role in roles:
        postgres.run(f"DROP ROLE {PREFIX}{role['name']}")


_WORDS = {"login": "LOGIN", "inherit": "INHERIT", "bypassrls": "BYPASSRLS", "superuser": "SUPERUSER"}


@pytest.mark.parametrize("service", SERVICES)
async def test_migrations_run_on_what_the_chart_declares(
    declared: dict[str, Object], postgres: Postgres, service: str
) -> None:
    def url(role: str) -> str:
        return postgres.database_url(PREFIX + service, f"{PREFIX}{service}_{role}", "p")

    assert declared.keys() == set(SERVICES)
    await asyncio.to_thread(migrations.run, service, url("owner"), f"{service}.migrations")
    for role in ("app", "relay"):
        connection = await asyncpg.connect(url(role))
        assert await connection.fetchval("SELECT version_num FROM alembic_version")
        await connection.close()
    stranger = "sla" if service != "sla" else "cmdb"
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(postgres.database_url(PREFIX + service, f"{PREFIX}{stranger}_app", "p"))


def test_every_service_reads_its_database_where_the_chart_puts_it(objects: dict[str, list[Object]]) -> None:
    for values in ("small", "production"):
        clusters = {name(one) for one in of_kind(objects[values], "Cluster")}
        for one in of_kind(objects[values], "Database"):
            service, cluster = one["spec"]["name"], one["spec"]["cluster"]["name"]
            assert cluster in clusters
            (api,) = [d for d in of_kind(objects[values], "Deployment") if name(d) == f"desk-{service}-api"]
            (address,) = [
                entry["value"]
                for entry in api["spec"]["template"]["spec"]["containers"][0]["env"]
                if entry["name"] == f"{service.upper()}_DATABASE_URL"
            ]
            assert f"@{cluster}-rw:5432/{service}?" in address


@pytest.mark.parametrize("values", ["default", "small", "production"])
def test_every_process_finds_its_connections_also_during_an_upgrade(
    objects: dict[str, list[Object]], values: str
) -> None:
    """As many replicas as there may be, and the one more of each Deployment that a rolling update makes."""
    most = {
        one["spec"]["scaleTargetRef"]["name"]: one["spec"].get(
            "maxReplicas", one["spec"].get("maxReplicaCount")
        )
        for one in of_kind(objects[values], "HorizontalPodAutoscaler", "ScaledObject")
    }
    wanted: Counter[str] = Counter()
    for one in of_kind(objects[values], "Deployment"):
        (address,) = [
            entry["value"]
            for entry in one["spec"]["template"]["spec"]["containers"][0]["env"]
            if entry["name"].endswith("_RELAY_DATABASE_URL")
        ]
        replicas = most.get(name(one)) or one["spec"]["replicas"]
        wanted[re.search("@(.+)-rw:", address)[1]] += (replicas + 1) * PER_PROCESS  # type: ignore[index]
    clusters = {name(one): one["spec"] for one in of_kind(objects[values], "Cluster")}
    assert wanted.keys() == clusters.keys()
    for cluster, spec in clusters.items():
        assert wanted[cluster] + RESERVED <= int(spec["postgresql"]["parameters"]["max_connections"])


def test_uninstalling_leaves_the_data(objects: dict[str, list[Object]]) -> None:
    for values in ("default", "small", "production"):
        for one in of_kind(objects[values], "Cluster", "Database", "PersistentVolumeClaim"):
            assert one["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep"


@pytest.mark.parametrize(("values", "kept"), [("small", False), ("default", True), ("production", True)])
def test_a_budget_keeps_a_node_only_where_another_instance_can_take_over(
    objects: dict[str, list[Object]], values: str, kept: bool
) -> None:
    for cluster in of_kind(objects[values], "Cluster"):
        assert cluster["spec"]["enablePDB"] is kept
        assert (cluster["spec"]["instances"] > 1) is kept


def test_instances_are_pulled_and_placed_as_the_values_say(charts: Charts) -> None:
    words = (
        "global.image.pullSecrets[0]=registry,postgresql.nodeSelector.disk=fast,"
        "postgresql.tolerations[0].key=databases,postgresql.tolerations[0].operator=Exists"
    )
    (cluster,) = of_kind(charts.desk("small", arguments=("--set", words)), "Cluster")
    assert cluster["spec"]["imagePullSecrets"] == [{"name": "registry"}]
    assert cluster["spec"]["affinity"]["nodeSelector"] == {"disk": "fast"}
    assert cluster["spec"]["affinity"]["tolerations"] == [{"key": "databases", "operator": "Exists"}]
