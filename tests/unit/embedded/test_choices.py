from pathlib import Path

import pytest

from embedded.accounts import home_hash, sockets_folder
from embedded.environment import Ports, base_environment
from embedded.errors import EmbeddedError
from embedded.home import hold, read_choices


def test_the_shipped_ports_are_those_of_the_documentation() -> None:
    choices = read_choices({"DESKMESH_HOME": "/srv/desk"})
    assert (choices.http_port, choices.grpc_port, choices.smtp_port) == (8080, 8081, 2525)
    assert choices.url == "http://127.0.0.1:8080"
    assert choices.smtp_out is None


def test_everything_wrong_in_the_environment_is_named_at_once() -> None:
    with pytest.raises(EmbeddedError) as error:
        read_choices(
            {"DESKMESH_HTTP_PORT": "http", "DESKMESH_GRPC_PORT": "70000", "DESKMESH_SMTP_OUT": "relay"}
        )
    for name in ("DESKMESH_HTTP_PORT", "DESKMESH_GRPC_PORT", "DESKMESH_SMTP_OUT"):
        assert name in str(error.value)


def test_one_port_for_two_doors_is_refused() -> None:
    with pytest.raises(EmbeddedError, match="must differ"):
        read_choices({"DESKMESH_HTTP_PORT": "8081"})


def test_settings_of_the_callers_shell_do_not_reach_the_services() -> None:
    passed = base_environment(
        {"PATH": "/bin", "TICKETS_DATABASE_URL": "x", "OTEL_SERVICE_NAME": "y", "PYTHONPATH": "z"}
    )
    assert passed.keys() == {"PATH", "OTEL_SERVICE_NAME", "MALLOC_ARENA_MAX"}


def test_a_service_gets_only_its_own_ports() -> None:
    ports = Ports(5432, 4222, {"tickets": 9001, "notify": 9002})
    choices = read_choices({})
    assert ports.of("gateway", choices) == {"http": 8080, "grpc": 8081}
    assert ports.of("notify", choices) == {"http": 9002, "smtp": 2525}
    assert ports.of("tickets", choices) == {"http": 9001}


def test_a_socket_path_fits_the_kernel_however_long_the_home_is(tmp_path: Path) -> None:
    home = tmp_path / ("deep" * 30) / ("deeper" * 30)
    assert len(str(sockets_folder(home) / "knowledge.sock")) < 107


def test_a_home_has_one_name_however_it_is_spelt(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    assert home_hash(tmp_path) == home_hash(tmp_path / "link" / ".")


def test_a_home_is_held_by_one_run_alone(tmp_path: Path) -> None:
    with hold(tmp_path), pytest.raises(EmbeddedError, match="already runs"), hold(tmp_path):
        pass
