"""Every Secret that the charts read is made by the script, or by External Secrets, under the keys that they read."""

import subprocess
from typing import Any

import yaml
from helm_charts import ROOT, Object, containers, environment, name, of_kind, pods

from chassis.settings import load
from gateway.settings import GatewaySettings
from notify.clients.push import PushKey
from notify.domain.push_encryption import read_public_key


def _read(objects: list[Object]) -> set[tuple[str, str]]:
    """Secret and key of every reference: of environments, and of the roles of the databases."""
    found = set()
    for pod in pods(objects):
        for container in containers(pod):
            for entry in environment(container).values():
                reference = entry.get("valueFrom", {}).get("secretKeyRef")
                if reference:
                    found.add((reference["name"], reference["key"]))
    for cluster in of_kind(objects, "Cluster"):
        for role in cluster["spec"]["managed"]["roles"]:
            if "passwordSecret" in role:
                found |= {(role["passwordSecret"]["name"], key) for key in ("username", "password")}
    return found


def _made() -> dict[str, dict[str, Any]]:
    done = subprocess.run(
        [ROOT / "deploy/helm/make-secrets", "desk"], capture_output=True, text=True, check=True
    )
    return {name(one): one for one in yaml.safe_load_all(done.stdout) if one}


def test_the_script_makes_what_an_installation_reads(objects: dict[str, list[Object]]) -> None:
    made = {(secret, key) for secret, one in _made().items() for key in one["stringData"]}
    for values in ("default", "small", "production"):
        assert _read(objects[values]) <= made
    assert made == _read(objects["default"]), "and nothing that nobody reads"


def test_external_secrets_make_what_an_installation_reads(objects: dict[str, list[Object]]) -> None:
    made = {
        (one["spec"]["target"]["name"], entry["secretKey"])
        for one in of_kind(objects["external"], "ExternalSecret")
        for entry in one["spec"]["data"]
    }
    by_others = {("object-store", "AWS_ACCESS_KEY_ID"), ("object-store", "AWS_SECRET_ACCESS_KEY")}
    assert _read(objects["external"]) - by_others == made


def test_the_roles_of_the_databases_sign_in_by_the_names_that_the_addresses_have(
    objects: dict[str, list[Object]],
) -> None:
    made = _made()
    for cluster in of_kind(objects["production"], "Cluster"):
        for role in cluster["spec"]["managed"]["roles"]:
            if "passwordSecret" in role:
                assert made[role["passwordSecret"]["name"]]["stringData"]["username"] == role["name"]


def test_what_the_script_makes_is_a_key_under_pushes() -> None:
    made = PushKey.from_pem(_made()["desk-notify"]["stringData"]["push-key"])
    assert len(read_public_key(made.public)) == 65


def test_what_the_script_makes_fits_the_settings_of_the_gateway() -> None:
    made = _made()["desk-gateway"]["stringData"]
    url = "postgresql://a:b@c/d"
    loaded = load(
        GatewaySettings,
        "GATEWAY_",
        {
            "GATEWAY_SIGNING_KEY": made["signing-key"],
            "GATEWAY_ENCRYPTION_KEY": made["encryption-key"],
            "GATEWAY_SERVICE_KEYS": made["service-keys"],
            "GATEWAY_DATABASE_URL": url,
            "GATEWAY_RELAY_DATABASE_URL": url,
            "DESKMESH_NATS_URL": "nats://n",
            "DESKMESH_JWKS_URL": "http://g",
            "DESKMESH_OBJECT_STORE_URL": "s3://b/d",
            "GATEWAY_GRPC_LISTEN": "[::]:1",
            "GATEWAY_HTTP_LISTEN": "[::]:1",
            "GATEWAY_PUBLIC_GRPC_LISTEN": "[::]:1",
            **{f"GATEWAY_{one}_TARGET": "x:1" for one in ("TICKETS", "SLA", "KNOWLEDGE", "CMDB", "NOTIFY")},
        },
    )
    for service, key in loaded.service_keys.items():
        assert _made().keys() >= {f"desk-{service}"}
        assert len(key.get_secret_value()) >= 32
