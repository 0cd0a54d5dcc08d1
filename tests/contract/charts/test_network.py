"""The network policies are the call graph, and the little that runs under every service."""

from typing import Any

import pytest
import yaml
from helm_charts import ROOT, SERVICES, Charts, Object, containers, environment, name, of_kind, pods

GRAPH = yaml.safe_load((ROOT / "docs" / "call-graph.yaml").read_text())
GRPC, HTTP = 9090, 8080
EDGES = {(call["from"], call["to"], GRPC) for call in GRAPH["calls"]} | {
    (service, GRAPH["keys"]["to"], HTTP) for service in GRAPH["keys"]["from"]
}
# They call addresses that tenants wrote.
OUTSIDE = {"gateway", "notify", "sla"}
VALUE_SETS = ("default", "small", "production", "external")
WITH_FILES = {
    service
    for service in SERVICES
    if any(
        "chassis.objects" in file.read_text() for file in (ROOT / "services" / service / "src").rglob("*.py")
    )
}
"""Whose code opens the object storage."""


@pytest.mark.parametrize("values", VALUE_SETS)
def test_services_reach_each_other_exactly_along_the_call_graph(
    objects: dict[str, list[Object]], values: str
) -> None:
    """An edge holds only where both ends allow it; both lists are exactly the graph, so neither hides the other."""
    outgoing, incoming = set(), set()
    for policy in of_kind(objects[values], "NetworkPolicy"):
        here = _service(policy["spec"]["podSelector"])
        if here not in SERVICES:
            continue
        for rule in policy["spec"].get("egress", []):
            outgoing |= {
                (here, peer, port) for peer in _services(rule, "to") & set(SERVICES) for port in _ports(rule)
            }
        for rule in policy["spec"].get("ingress", []):
            incoming |= {(peer, here, port) for peer in _services(rule, "from") for port in _ports(rule)}
    assert outgoing == EDGES
    assert incoming == EDGES


@pytest.mark.parametrize("values", [*VALUE_SETS, *SERVICES])
def test_every_pod_stands_under_a_policy_for_both_directions(
    objects: dict[str, list[Object]], values: str
) -> None:
    policies = of_kind(objects[values], "NetworkPolicy")
    for policy in policies:
        assert set(policy["spec"]["policyTypes"]) == {"Ingress", "Egress"}
    for pod in pods(objects[values]):
        own = [
            policy
            for policy in policies
            if (wanted := policy["spec"]["podSelector"].get("matchLabels"))
            and wanted.items() <= pod["metadata"]["labels"].items()
        ]
        assert len(own) == 1, pod["owner"]


@pytest.mark.parametrize("values", VALUE_SETS)
def test_what_no_policy_names_is_denied(objects: dict[str, list[Object]], values: str) -> None:
    (deny,) = [one for one in of_kind(objects[values], "NetworkPolicy") if name(one).endswith("default-deny")]
    assert deny["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


def test_migrations_reach_names_and_the_database_alone(objects: dict[str, list[Object]]) -> None:
    for values in VALUE_SETS:
        for policy in of_kind(objects[values], "NetworkPolicy"):
            if name(policy).endswith("-migrate"):
                assert "ingress" not in policy["spec"]
                assert [_ports(rule) for rule in policy["spec"]["egress"]] == [{53}, {5432}]


def test_outside_the_graph_a_service_reaches_what_runs_under_it_and_nothing_else(
    objects: dict[str, list[Object]],
) -> None:
    under = {53, 5432, 4222, 4317}
    own = {service: {443} for service in WITH_FILES}
    own["notify"] |= {587}
    for service in OUTSIDE:
        own[service] = own.get(service, set()) | {80, 443}
    for policy in of_kind(objects["external"], "NetworkPolicy"):
        service = _service(policy["spec"]["podSelector"])
        if service not in SERVICES or name(policy).endswith("-migrate"):
            continue
        others = [rule for rule in policy["spec"]["egress"] if not _services(rule, "to")]
        assert set().union(*(_ports(rule) for rule in others)) == under | own.get(service, set())
        assert all(rule.get("to") for rule in others), "every place outside is named in this set of values"


def test_the_internet_is_open_to_those_who_call_addresses_of_tenants_and_private_networks_only_by_value(
    charts: Charts,
) -> None:
    made = charts.desk("small", arguments=("--set", "global.outboundNetworks={10.20.0.0/16}"))
    reached: dict[str, list[list[Object]]] = {}
    for policy in of_kind(made, "NetworkPolicy"):
        for rule in policy["spec"].get("egress", []):
            if blocks := [peer["ipBlock"] for peer in rule.get("to", []) if "ipBlock" in peer]:
                reached.setdefault(_service(policy["spec"]["podSelector"]), []).append(blocks)
    assert reached.keys() == OUTSIDE
    for public, *allowed in reached.values():
        assert {"10.0.0.0/8", "169.254.0.0/16", "fc00::/7"} <= {
            net for one in public for net in one["except"]
        }
        assert allowed[0] == [{"cidr": "10.20.0.0/16"}]
    told = {
        pod["metadata"]["labels"]["app.kubernetes.io/name"]: variable["value"]
        for pod in pods(made)
        if (variable := environment(containers(pod)[0]).get("DESKMESH_OUTBOUND_NETWORKS"))
    }
    assert told == dict.fromkeys(OUTSIDE, '["10.20.0.0/16"]')


def test_the_key_of_the_object_storage_is_given_to_services_with_files_alone(
    objects: dict[str, list[Object]],
) -> None:
    given = {
        pod["metadata"]["labels"]["app.kubernetes.io/name"]
        for pod in pods(objects["external"])
        if "AWS_SECRET_ACCESS_KEY" in environment(containers(pod)[0])
    }
    assert given == WITH_FILES


@pytest.mark.parametrize("values", ["small", "production"])
def test_names_are_asked_for_at_the_port_that_the_values_give(charts: Charts, values: str) -> None:
    made = charts.desk(values, arguments=("--set", "global.networkPolicy.dns.port=5353"))
    egress = [rule for one in of_kind(made, "NetworkPolicy") for rule in one["spec"].get("egress", [])]
    assert {port for rule in egress for port in _ports(rule) if port in {53, 5353}} == {5353}


def test_from_outside_come_people_mail_and_prometheus(objects: dict[str, list[Object]]) -> None:
    entered: dict[str, set[int]] = {}
    for policy in of_kind(objects["external"], "NetworkPolicy"):
        service = _service(policy["spec"]["podSelector"])
        for rule in policy["spec"].get("ingress", []):
            if service in SERVICES and not _services(rule, "from"):
                entered.setdefault(name(policy), set()).update(_ports(rule))
    expected = {f"desk-{service}-{half}": {HTTP} for service in SERVICES for half in ("api", "worker")}
    expected["desk-gateway-api"] |= {8081}
    expected["desk-notify-api"] |= {2525}
    assert entered == expected


def test_only_services_reach_nats_and_postgresql_of_the_release(objects: dict[str, list[Object]]) -> None:
    policies = {name(one): one["spec"] for one in of_kind(objects["production"], "NetworkPolicy")}
    clients, routes, monitoring = policies["desk-nats"]["ingress"]
    assert [_ports(rule) for rule in (clients, routes, monitoring)] == [{4222}, {6222}, {8222}]
    (client,) = clients["from"]
    assert client["podSelector"]["matchLabels"]["app.kubernetes.io/instance"] == "desk"
    assert _services(routes, "from") == {"nats"}
    database = policies["desk-postgresql"]
    assert {value for one in database["podSelector"]["matchExpressions"] for value in one["values"]} == {
        f"desk-postgres-{service}" for service in SERVICES
    }
    for rule in database["ingress"]:
        assert rule["from"]


def test_figures_are_not_told_to_people_outside(objects: dict[str, list[Object]]) -> None:
    """The front door and Prometheus share a port; the route leads /metrics nowhere."""
    (route,) = of_kind(objects["external"], "HTTPRoute")
    led = {
        match["path"]["value"]: bool(rule.get("backendRefs"))
        for rule in route["spec"]["rules"]
        for match in rule["matches"]
    }
    assert led == {"/": True, "/metrics": False}


def test_peers_are_of_the_same_installation(charts: Charts) -> None:
    for one in charts.service("tickets", "--set", "global.instance=desk-two"):
        for rule in one["spec"].get("egress", []) if one["kind"] == "NetworkPolicy" else []:
            for peer in rule.get("to", []):
                labels = peer.get("podSelector", {}).get("matchLabels", {})
                assert labels.get("app.kubernetes.io/instance", "desk-two") == "desk-two"


def test_the_network_can_be_left_open_by_a_word_and_says_so(charts: Charts) -> None:
    assert not of_kind(
        charts.desk(arguments=("--set", "global.networkPolicy.enabled=false")), "NetworkPolicy"
    )


def _service(selector: Object) -> str:
    return str(selector.get("matchLabels", {}).get("app.kubernetes.io/name", ""))


def _services(rule: Object, direction: str) -> set[str]:
    return {found for peer in rule.get(direction, []) if (found := _service(peer.get("podSelector", {})))}


def _ports(rule: dict[str, Any]) -> set[int]:
    return {port["port"] for port in rule["ports"]}
