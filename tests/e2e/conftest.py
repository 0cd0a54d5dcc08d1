"""One desk for the tests of this folder."""

from collections.abc import Iterator

import pytest

from embedded.testing import Desk, start_desk, stop_desk


@pytest.fixture(scope="session")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The embedded run with the demo tenants; tests make their own people and tickets in it."""
    running = start_desk(tmp_path_factory.mktemp("desk") / "home")
    yield running
    stop_desk(running)
