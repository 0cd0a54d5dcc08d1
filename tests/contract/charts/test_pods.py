"""Every pod is restricted, knows its settings and no others, and is asked for its health."""

import re

import pytest
import yaml
from helm_charts import ROOT, SERVICES, Charts, Object, containers, environment, name, of_kind, pods
from joserfc.jwk import ECKey, RSAKey

from chassis.settings import ServiceSettings, _is_secret, _variable, load
from cmdb.main import SERVICE as CMDB
from gateway.http.files import MOST_FILE_BYTES
from gateway.main import SERVICE as GATEWAY
from knowledge.main import SERVICE as KNOWLEDGE
from notify.main import SERVICE as NOTIFY
from sla.main import SERVICE as SLA
from tickets.main import SERVICE as TICKETS

SETTINGS: dict[str, type[ServiceSettings]] = {
    one.name: one.settings for one in (GATEWAY, TICKETS, SLA, KNOWLEDGE, CMDB, NOTIFY)
}
VALUE_SETS = ("default", "small", "production", "external", *SERVICES)


@pytest.mark.parametrize("values", VALUE_SETS)
def test_every_pod_is_restricted(objects: dict[str, list[Object]], values: str) -> None:
    """What the Pod Security Standard "restricted" demands, and a root that cannot be written."""
    found = pods(objects[values])
    assert found
    for pod in found:
        spec = pod["spec"]
        assert not {"hostNetwork", "hostPID", "hostIPC", "hostUsers"} & spec.keys()
        assert spec["securityContext"]["runAsNonRoot"] is True
        assert spec["securityContext"]["runAsUser"] > 0
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        for container in containers(pod):
            context = container["securityContext"]
            assert context["allowPrivilegeEscalation"] is False
            assert context["readOnlyRootFilesystem"] is True
            assert context["capabilities"] == {"drop": ["ALL"]}
            assert not {"privileged", "procMount", "runAsUser"} & context.keys()
            assert all("hostPort" not in port for port in container.get("ports", []))
        kinds = {next(key for key in volume if key != "name") for volume in spec["volumes"]}
        assert kinds <= {"configMap", "emptyDir", "persistentVolumeClaim", "secret", "projected"}


@pytest.mark.parametrize("values", VALUE_SETS)
def test_no_pod_gets_variables_of_services_or_a_token_of_kubernetes(
    objects: dict[str, list[Object]], values: str
) -> None:
    for pod in pods(objects[values]):
        assert pod["spec"]["enableServiceLinks"] is False
        assert pod["spec"]["automountServiceAccountToken"] is False
        assert pod["spec"]["serviceAccountName"] in {
            name(one) for one in of_kind(objects[values], "ServiceAccount")
        }


@pytest.mark.parametrize("values", VALUE_SETS)
def test_every_container_states_what_it_needs(objects: dict[str, list[Object]], values: str) -> None:
    for pod in pods(objects[values]):
        for container in containers(pod):
            assert container["resources"]["requests"].keys() == {"cpu", "memory"}
            assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("values", VALUE_SETS)
def test_api_and_workers_are_asked_for_their_health_by_http(
    objects: dict[str, list[Object]], values: str
) -> None:
    deployments = of_kind(objects[values], "Deployment")
    assert len(deployments) == 2 * (1 if values in SERVICES else 6)
    for deployment in deployments:
        (container,) = containers(deployment["spec"]["template"])
        component = deployment["metadata"]["labels"]["app.kubernetes.io/component"]
        assert container["args"] == ["serve", "--only", component]
        assert container["readinessProbe"]["httpGet"]["port"] == "http"
        assert container["livenessProbe"]["httpGet"] == {"path": "/healthz", "port": "http"}
        ports = {port["name"] for port in container["ports"]}
        assert ("grpc" in ports) == (component == "api")


@pytest.mark.parametrize("values", VALUE_SETS)
def test_a_service_that_is_away_does_not_take_the_gateway_with_it(
    objects: dict[str, list[Object]], values: str
) -> None:
    """The gateway's pods are asked about themselves alone; all others know no checks of other services."""
    for deployment in of_kind(objects[values], "Deployment"):
        path = containers(deployment["spec"]["template"])[0]["readinessProbe"]["httpGet"]["path"]
        if deployment["metadata"]["labels"]["app.kubernetes.io/name"] == "gateway":
            behind = set(SERVICES) - {"gateway"}
            assert path.startswith("/readyz?")
            assert sorted(path.removeprefix("/readyz?").split("&")) == sorted(
                f"exclude={one}" for one in behind
            )
        else:
            assert path == "/readyz"


@pytest.mark.parametrize("values", VALUE_SETS)
def test_selectors_carry_nothing_that_changes_with_a_version(
    objects: dict[str, list[Object]], values: str
) -> None:
    constant = {"app.kubernetes.io/name", "app.kubernetes.io/instance", "app.kubernetes.io/component"}
    for one in of_kind(objects[values], "Deployment", "StatefulSet", "PodDisruptionBudget", "ServiceMonitor"):
        assert one["spec"]["selector"].keys() == {"matchLabels"}
        assert one["spec"]["selector"]["matchLabels"].keys() <= constant
    for one in of_kind(objects[values], "Service"):
        assert one["spec"]["selector"].keys() <= constant
    for pod in pods(objects[values]):
        for spread in pod["spec"].get("topologySpreadConstraints", []):
            assert spread["labelSelector"]["matchLabels"].keys() <= constant


@pytest.mark.parametrize("values", VALUE_SETS)
def test_selectors_select_the_pods_of_their_own_service_alone(
    objects: dict[str, list[Object]], values: str
) -> None:
    made = pods(objects[values])
    for one in of_kind(objects[values], "Deployment", "StatefulSet", "Service", "PodDisruptionBudget"):
        selector = one["spec"]["selector"]
        wanted = selector.get("matchLabels", selector)
        selected = {pod["owner"] for pod in made if wanted.items() <= pod["metadata"]["labels"].items()}
        assert selected
        if one["kind"] in {"Deployment", "StatefulSet"}:
            assert selected == {name(one)}
        else:
            assert {pod.rsplit("-", 1)[0] for pod in selected} or selected
            assert len({re.sub(r"-(api|worker|migrate.*)$", "", pod) for pod in selected}) == 1


@pytest.mark.parametrize("values", VALUE_SETS)
def test_what_the_chart_sets_are_settings_and_none_that_is_needed_is_missing(
    objects: dict[str, list[Object]], values: str
) -> None:
    """Loaded by the service's own reader, which refuses unknown names and lists missing ones."""
    for pod in pods(objects[values]):
        service = pod["metadata"]["labels"]["app.kubernetes.io/name"]
        if service not in SETTINGS:
            continue
        (container,) = containers(pod)
        loaded = load(SETTINGS[service], f"{service.upper()}_", _as_a_process_sees_it(environment(container)))
        is_migration = pod["metadata"]["labels"]["app.kubernetes.io/component"] == "migrate"
        assert (loaded.owner_database_url is not None) == is_migration
        if service != "gateway":
            assert loaded.service_key is not None


@pytest.mark.parametrize("values", VALUE_SETS)
def test_a_secret_setting_comes_from_a_secret_and_nothing_else_does(
    objects: dict[str, list[Object]], values: str
) -> None:
    for pod in pods(objects[values]):
        service = pod["metadata"]["labels"]["app.kubernetes.io/name"]
        if service not in SETTINGS:
            continue
        variables = environment(containers(pod)[0])
        for field_name, field in SETTINGS[service].model_fields.items():
            variable = variables.get(_variable(f"{service.upper()}_", field_name, field))
            if variable is not None and (_is_secret(field) or field_name == "nats_url"):
                parts = re.findall(r"\$\((\w+)\)", variable.get("value", ""))
                assert all("valueFrom" in variables[part] for part in parts)
                assert parts or "secretKeyRef" in variable["valueFrom"]


def test_the_owner_of_a_database_is_known_to_migrations_alone(objects: dict[str, list[Object]]) -> None:
    for values in VALUE_SETS:
        for pod in pods(objects[values]):
            if not pod["owner"].endswith("-nats"):
                knows = "owner" in str(environment(containers(pod)[0])).lower()
                assert knows == ("migrate" in pod["owner"]), pod["owner"]


def test_a_variable_put_together_comes_after_its_parts(objects: dict[str, list[Object]]) -> None:
    """Kubernetes leaves $(NAME) as it stands where NAME is defined later."""
    for pod in (pod for values in VALUE_SETS for pod in pods(objects[values])):
        for container in containers(pod):
            seen: set[str] = set()
            for entry in container.get("env", []):
                assert set(re.findall(r"\$\((\w+)\)", entry.get("value", ""))) <= seen
                assert entry["name"] not in seen, "given twice"
                seen.add(entry["name"])


def test_no_object_but_a_secret_holds_a_secret(objects: dict[str, list[Object]]) -> None:
    """The charts make no Secret and write no password anywhere; ConfigMaps name variables in its place."""
    for values in VALUE_SETS:
        assert not of_kind(objects[values], "Secret")
        for one in of_kind(objects[values], "ConfigMap"):
            if name(one).endswith("-nats"):
                passwords = re.findall(r"password:\s*(\S+)", one["data"]["nats.conf"])
                assert passwords
                assert all(re.fullmatch(r"\$NATS_PASSWORD_[A-Z]+", word) for word in passwords)
            else:
                assert not re.search(r"password|private key|secret", yaml.dump(one["data"]), re.IGNORECASE)


def test_the_copies_of_lists_in_the_charts_are_those_of_the_project() -> None:
    helm = ROOT / "deploy" / "helm"
    assert (helm / "service/files/call-graph.yaml").read_text() == (ROOT / "docs/call-graph.yaml").read_text()
    assert (helm / "service/files/services.yaml").read_text() == (
        helm / "deskmesh/files/services.yaml"
    ).read_text()
    assert yaml.safe_load((helm / "service/files/services.yaml").read_text()).keys() == set(SERVICES)


def test_a_pod_serves_on_after_its_end_was_decided_and_is_not_killed_meanwhile(charts: Charts) -> None:
    for deployment in of_kind(charts.service("tickets", "--set", "drainSeconds=12"), "Deployment"):
        pod = deployment["spec"]["template"]
        (container,) = containers(pod)
        settings = load(SETTINGS["tickets"], "TICKETS_", _as_a_process_sees_it(environment(container)))
        assert settings.drain_seconds == 12
        ends = settings.drain_seconds + 2 * settings.grace_seconds
        assert ends < pod["spec"]["terminationGracePeriodSeconds"]


def test_a_try_of_a_migration_that_failed_stays_to_be_read(objects: dict[str, list[Object]]) -> None:
    """With OnFailure the Job takes its pod away, and the log with it, once it gives up."""
    for values in VALUE_SETS:
        for pod in pods(objects[values]):
            if "-migrate" in pod["owner"]:
                assert pod["spec"]["restartPolicy"] == "Never"


@pytest.mark.parametrize("values", ["default", "small", "production", "external"])
def test_notify_has_the_memory_that_mail_takes(objects: dict[str, list[Object]], values: str) -> None:
    """256 MiB of mail in flight (NOTIFY_SMTP_HOLD_MEBIBYTES) beside the process; docs/operations/sizing.md."""
    for deployment in of_kind(objects[values], "Deployment"):
        (container,) = containers(deployment["spec"]["template"])
        if container["name"] == "notify":
            assert container["resources"]["limits"]["memory"] == "1Gi"


def test_pods_that_share_a_claim_for_one_node_go_to_one_node(objects: dict[str, list[Object]]) -> None:
    (claim,) = of_kind(objects["small"], "PersistentVolumeClaim")
    assert claim["spec"]["accessModes"] == ["ReadWriteOnce"]
    sharing = [pod for pod in pods(objects["small"]) if name(claim) in str(pod["spec"]["volumes"])]
    assert len(sharing) == 12
    for pod in sharing:
        (term,) = pod["spec"]["affinity"]["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"]
        assert term["topologyKey"] == "kubernetes.io/hostname"
        (either,) = term["labelSelector"]["matchExpressions"]
        for other in sharing:
            labels = other["metadata"]["labels"]
            assert term["labelSelector"]["matchLabels"].items() <= labels.items()
            assert labels[either["key"]] in either["values"]


def test_certificates_of_ones_own_reach_every_process(charts: Charts) -> None:
    words = (
        "extraVolumes[0].name=ca,extraVolumes[0].configMap.name=company-ca,"
        "extraVolumeMounts[0].name=ca,extraVolumeMounts[0].mountPath=/ca,"
        "extraEnv[0].name=SSL_CERT_FILE,extraEnv[0].value=/ca/ca.crt"
    )
    made = pods(charts.service("tickets", "--set", words))
    assert len(made) == 3
    for pod in made:
        (container,) = containers(pod)
        assert {"name": "ca", "configMap": {"name": "company-ca"}} in pod["spec"]["volumes"]
        assert {"name": "ca", "mountPath": "/ca"} in container["volumeMounts"]
        assert environment(container)["SSL_CERT_FILE"]["value"] == "/ca/ca.crt"


def test_mails_lead_to_where_people_reach_the_gateway(charts: Charts) -> None:
    for service, known in (("notify", True), ("gateway", False)):
        words = ("--set", "global.publicUrl=https://desk.example")
        (api, worker) = of_kind(charts.service(service, *words), "Deployment")
        for half in (api, worker):
            given = environment(containers(half["spec"]["template"])[0]).get("NOTIFY_PUBLIC_URL", {})
            assert given.get("value") == ("https://desk.example" if known else None)


def test_the_largest_file_gets_through_the_ingress(objects: dict[str, list[Object]]) -> None:
    for ingress in of_kind(objects["external"], "Ingress"):
        size = ingress["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
        assert int(size.removesuffix("m")) * 1024 * 1024 > MOST_FILE_BYTES


def test_the_gateway_believes_those_before_it_that_the_values_name_and_nobody_else(charts: Charts) -> None:
    words = ("--set", "door.trustedProxies={10.244.0.0/16,fd00::/8}")
    for service, arguments, believed in (
        ("gateway", words, "10.244.0.0/16,fd00::/8"),
        ("gateway", (), None),
        ("tickets", words, None),
    ):
        (api, _) = of_kind(charts.service(service, *arguments), "Deployment")
        variables = environment(containers(api["spec"]["template"])[0])
        assert variables.get("FORWARDED_ALLOW_IPS", {}).get("value") == believed


def _as_a_process_sees_it(variables: dict[str, Object]) -> dict[str, str]:
    """The environment with references followed; what stands in a Secret is made up, in the form that it has."""
    made_up = {
        "service-key": "k" * 40,
        "service-keys": '{"tickets": "%s"}' % ("k" * 40),
        "signing-key": SIGNING_KEY,
        "encryption-key": "e" * 40,
        "push-key": PUSH_KEY,
    }
    seen: dict[str, str] = {}
    for variable, entry in variables.items():
        if "value" in entry:
            seen[variable] = re.sub(r"\$\((\w+)\)", lambda part: seen[part[1]], entry["value"])
        else:
            seen[variable] = made_up.get(entry["valueFrom"]["secretKeyRef"]["key"], "postgresql://a:b@c/d")
    return seen


SIGNING_KEY = RSAKey.generate_key(2048).as_pem(private=True).decode()
PUSH_KEY = ECKey.generate_key("P-256").as_pem(private=True).decode()
