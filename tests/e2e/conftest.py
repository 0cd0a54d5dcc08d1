"""One desk for the tests of this folder."""

from collections.abc import Iterator

import pytest

from embedded.testing import Desk, begin_desk, clear_desk, new_home


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    """The embedded run with the demo tenants; tests make their own people and tickets in it and leave it running."""
    desk = begin_desk(new_home())
    try:
        desk.wait_ready()
        yield desk
    finally:
        clear_desk(desk)
