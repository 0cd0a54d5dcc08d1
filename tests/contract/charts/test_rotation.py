"""While a password is changed, processes know the old one and the new one."""

import re

import pytest
from helm_charts import SERVICES, Charts, Object, containers, environment, name, of_kind, pods

BOTH = ("--set", "global.nextPasswords.postgresql=true,global.nextPasswords.nats=true")


@pytest.fixture(scope="module")
def changing(charts: Charts) -> list[Object]:
    return charts.desk("small", arguments=BOTH)


@pytest.mark.parametrize("service", SERVICES)
def test_every_process_tries_the_password_and_then_the_next(changing: list[Object], service: str) -> None:
    for half in ("api", "worker"):
        (pod,) = [pod for pod in pods(changing) if pod["owner"] == f"desk-{service}-{half}"]
        variables = environment(containers(pod)[0])
        assert _keys(variables, "DESKMESH_NATS_URL") == [
            ("desk-nats-users", service),
            ("desk-nats-users", f"next-{service}"),
        ]
        for role, variable in (("app", "DATABASE_URL"), ("relay", "RELAY_DATABASE_URL")):
            assert _keys(variables, f"{service.upper()}_{variable}") == [
                (f"desk-{service}-db-{role}", "password"),
                (f"desk-{service}-db-{role}", "next-password"),
            ]


def _keys(variables: dict[str, Object], variable: str) -> list[tuple[str, str]]:
    """The Secret and key of the password in each address of a variable; the rest of the addresses is the same."""
    addresses = variables[variable]["value"].split(" ")
    assert len({re.sub(r"\$\(\w+\)", "", address) for address in addresses}) == 1
    references = [
        variables[part]["valueFrom"]["secretKeyRef"]
        for address in addresses
        for part in re.findall(r"\$\((\w+)\)", address)
    ]
    return [(one["name"], one["key"]) for one in references]


def test_the_password_of_the_owner_has_no_next(changing: list[Object]) -> None:
    """Only migrations use it, which read it when they start."""
    migrations = [pod for pod in pods(changing) if "-migrate" in pod["owner"]]
    assert len(migrations) == len(SERVICES)
    for pod in migrations:
        (variable,) = [of for of in environment(containers(pod)[0]) if of.endswith("_OWNER_DATABASE_URL")]
        assert [key for _, key in _keys(environment(containers(pod)[0]), variable)] == ["password"]


def test_external_secrets_bring_the_next_passwords(charts: Charts) -> None:
    changing = charts.desk(
        "small",
        arguments=(
            *BOTH,
            "--set",
            "global.externalSecrets.enabled=true,global.externalSecrets.storeName=vault",
        ),
    )
    made = {
        (name(one), entry["secretKey"])
        for one in of_kind(changing, "ExternalSecret")
        for entry in one["spec"]["data"]
    }
    asked = {
        (entry["valueFrom"]["secretKeyRef"]["name"], entry["valueFrom"]["secretKeyRef"]["key"])
        for pod in pods(changing)
        for entry in environment(containers(pod)[0]).values()
        if "secretKeyRef" in entry.get("valueFrom", {})
    }
    assert asked <= made
    for one in of_kind(changing, "ExternalSecret"):
        template = one["spec"]["target"].get("template")
        if template:
            told = {entry["secretKey"] for entry in one["spec"]["data"]}
            assert template["data"].keys() == told | {"username"}
