"""Values that make no sense are refused before anything is installed, by their name."""

import re

import pytest
from helm_charts import Charts, RefusedError

NONSENSE = [
    "service=billing",
    "service=",
    "tickets.api.replicas=3",
    "api.replicas=-1",
    "api.replicas=many",
    "api.replica=3",
    "api.resources.requests.cpu=lots",
    "api.resources.limit.memory=1Gi",
    "api.podDisruptionBudget.maxUnavailable=0",
    "worker.keda.enabled=true,worker.autoscaling.enabled=true,global.nats.mode=cluster",
    "worker.keda.enabled=true",
    "worker.keda.lagThreshold=0",
    "image.tag=a b",
    "image.digest=sha256:123",
    "image.pullPolicy=Sometimes",
    "global.instance=Desk",
    "global.logLevel=LOUD",
    "global.objectStore.url=",
    "global.objectStore.url=ftp://files",
    "global.objectStore.url=file:///objects",
    "global.objectStore.url=file:///var/lib,global.objectStore.claim=files",
    "global.postgresql.mode=mysql",
    "global.nats.streamReplicas=2",
    "global.externalSecrets.enabled=true",
    "global.otlp.endpoint=collector:4317",
    "global.networkPolicy.postgresql.port=0",
    "global.networkPolicy.prometheus.from[0].podselector.matchLabels.a=b",
    "existingSecret=Not A Name",
    "settings.SLA_DATABASE_POOL_SIZE=20",
    "settings.lower_case=1",
    "extraEnv[0].name=TICKETS_DATABASE_URL,extraEnv[0].value=postgresql://x",
    "door.ingress.enabled=true,door.ingress.host=desk.example",
    "mail.service.type=Carrier",
    "migration.onInstall=later",
    "drainSeconds=-5",
    "drainSeconds=20",
    "terminationGracePeriodSeconds=1",
    "listenAddress=everywhere",
]


@pytest.mark.parametrize("nonsense", NONSENSE)
def test_a_service_refuses_nonsense(charts: Charts, nonsense: str) -> None:
    with pytest.raises(RefusedError):
        charts.service("tickets", "--set", nonsense)


def test_a_word_says_what_is_wrong(charts: Charts) -> None:
    for chart, wrong, said in (
        ("notify", "mail.relay=", "mail.relay is missing"),
        ("tickets", "global.objectStore.url=", "global.objectStore.url is missing"),
        ("gateway", "door.ingress.enabled=true", "door.ingress.host is missing"),
        ("tickets", "settings.SLA_DATABASE_POOL_SIZE=20", "no setting of tickets"),
        ("tickets", "service=billing", "service must be one of"),
    ):
        with pytest.raises(RefusedError, match=said):
            charts.service(chart, "--set", wrong)


@pytest.mark.parametrize(
    "nonsense",
    [
        "nats.replicas=2",
        "nats.replicas=1",
        "nats.maxFileStore=18Gi",
        "postgresql.instances=0",
        "postgresql.instances=1",
        "postgresql.scheduledBackup.schedule=0 3 * * *",
        "postgres.instances=3",
        "global.postgres.mode=cnpg",
        "tickets.service=sla",
        "tickets.service=billing",
        "tickets.api.replicas=many",
        "objectStore.persistence.enabled=true",
        "objectStore.persistence.accessMode=ReadSometimes",
        "networkPolicy.natsMonitoringFrom[0].nothing=1",
        "monitoring.dashboards.enabled=perhaps",
    ],
)
def test_the_installation_refuses_nonsense(charts: Charts, nonsense: str) -> None:
    with pytest.raises(RefusedError):
        charts.desk(arguments=("--set", nonsense))


@pytest.mark.parametrize(
    ("service", "wrong", "said"),
    [
        ("tickets", "api.podDisruptionBudget.maxUnavailable=0%", "api.podDisruptionBudget.maxUnavailable"),
        (
            "tickets",
            "api.autoscaling.minReplicas=5,api.autoscaling.maxReplicas=2",
            "api.autoscaling.minReplicas: 5 is more than maxReplicas: 2",
        ),
        ("tickets", "worker.keda.minReplicas=9", "worker.keda.minReplicas: 9 is more than maxReplicas: 6"),
        (
            "tickets",
            "api.resources.requests.memory=2Gi",
            "api.resources.requests.memory: 2Gi is more than the limit, 512Mi",
        ),
        (
            "tickets",
            "worker.resources.requests.cpu=1500m,worker.resources.limits.cpu=1",
            "worker.resources.requests.cpu: 1500m is more than the limit, 1",
        ),
        ("tickets", "global.image.registry=https://registry.example", "global.image.registry"),
        ("notify", "global.publicUrl=desk.example", "global.publicUrl"),
        ("notify", "global.publicUrl=https://desk.example/", "global.publicUrl"),
        ("tickets", "image.repository=/desk/tickets", "image.repository"),
        (
            "tickets",
            "global.networkPolicy.prometheus.from[0].namespaceSelector.matchlabels.a=b",
            "namespaceSelector: Additional property matchlabels",
        ),
        (
            "tickets",
            "global.networkPolicy.postgresql.to[0].ipBlock.cidr=10.0.0.300/8",
            "postgresql.to.0.ipBlock.cidr",
        ),
        (
            "tickets",
            "global.networkPolicy.nats.to[0].ipBlock.cidr=10.0.0.0/8,global.networkPolicy.nats.to[0].podSelector.matchLabels.a=b",
            "nats.to.0",
        ),
        ("tickets", "networkPolicy.extraEgress[0].port=25", "extraEgress.0: Additional property port"),
        ("tickets", "api.tolerations[0].keey=x", "api.tolerations.0: Additional property keey"),
        ("notify", "mail.relay=mail.example:99999", "mail.relay"),
        ("gateway", "door.ingress.host=https://desk.example", "door.ingress.host"),
        ("gateway", "door.gatewayApi.hostnames[0]=https://desk.example", "door.gatewayApi.hostnames.0"),
        (
            "gateway",
            "door.ingress.enabled=true,door.ingress.host=desk.example,door.ingress.grpcHost=desk.example",
            "door.ingress.grpcHost must not be door.ingress.host",
        ),
        (
            "gateway",
            "door.gatewayApi.hostnames[0]=desk.example,door.gatewayApi.grpcHostnames[0]=desk.example",
            "grpcHostnames must not have desk.example",
        ),
        ("gateway", "door.trustedProxies[0]=everybody", "door.trustedProxies.0"),
        (
            "tickets",
            "settings.TICKETS_DATABASE_URL=postgresql://x",
            "settings.TICKETS_DATABASE_URL is a secret",
        ),
        ("tickets", "settings.TICKETS_SERVICE_KEY=key", "settings.TICKETS_SERVICE_KEY is a secret"),
        ("tickets", "settings.DESKMESH_NATS_URL=nats://x", "settings.DESKMESH_NATS_URL is a secret"),
        ("tickets", "settings.TICKETS_GRPC_LISTEN=0.0.0.0:1", "TICKETS_GRPC_LISTEN is given twice"),
        ("tickets", "settings.DESKMESH_DRAIN_SECONDS=9", "DESKMESH_DRAIN_SECONDS is given twice"),
        (
            "tickets",
            "settings.DESKMESH_GRACE_SECONDS=120",
            "terminationGracePeriodSeconds must be 250 at least",
        ),
        ("tickets", "extraEnv[0].name=MALLOC_ARENA_MAX", "MALLOC_ARENA_MAX is given twice"),
        (
            "tickets",
            "global.objectStore.env.AWS_SECRET_ACCESS_KEY=key",
            "global.objectStore.env.AWS_SECRET_ACCESS_KEY is a secret",
        ),
        (
            "sla",
            "global.objectStore.url=az://files",
            "global.objectStore.env.AZURE_STORAGE_ACCOUNT_NAME is missing",
        ),
        ("tickets", "extraVolumes[0].name=host,extraVolumes[0].hostPath.path=/", "extraVolumes.0"),
        ("tickets", "extraVolumes[0].name=tmp,extraVolumes[0].emptyDir.medium=Memory", "extraVolumes.0.name"),
        (
            "tickets",
            "extraVolumeMounts[0].name=ca,extraVolumeMounts[0].mountPath=/tmp",
            "extraVolumeMounts.0.mountPath",
        ),
        (
            "tickets",
            "global.instance=a-very-long-name-for-a-single-desk",
            "global.instance: Does not match pattern",
        ),
    ],
)
def test_what_is_wrong_is_called_by_its_name(charts: Charts, service: str, wrong: str, said: str) -> None:
    with pytest.raises(RefusedError, match=re.escape(said)):
        charts.service(service, "--set", wrong)


@pytest.mark.parametrize("release", ["a-very-long-name-for-a-single-desk", "1desk", "desk.one"])
@pytest.mark.parametrize("chart", ["desk", "tickets"])
def test_a_release_whose_name_makes_no_good_names_is_refused(
    charts: Charts, chart: str, release: str
) -> None:
    """CloudNativePG's clusters have 50 characters at most, Services begin with a letter and have no dot."""
    arguments = charts.desk_release() if chart == "desk" else charts.service_release(chart)
    with pytest.raises(RefusedError, match=f'the installation is called "{release}"'):
        charts.render(*arguments, release=release)
