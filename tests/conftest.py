import os

import pytest
from hypothesis import settings

# Tests start programs beside open channels: in a fork gRPC would start its threads again, on closed files.
os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "false"

# A busy machine is no failure of what is tested.
settings.register_profile("deskmesh", deadline=None)
settings.load_profile("deskmesh")

pytest_plugins = ["chassis.testing.plugin"]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the runs that `make test` left out because this machine lacks their tool."""
    left_out = os.environ.get("DESKMESH_TEST_LEFT_OUT")
    if left_out:
        terminalreporter.section("left out on this machine")
        for one in left_out.split(";"):
            terminalreporter.write_line(f"make {one}")
