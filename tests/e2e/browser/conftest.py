"""The web UI in the machine's own Chromium, in front of the desk of tests/e2e."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from browser_desk import Window, launch, window
from playwright.sync_api import Browser, sync_playwright

from embedded.testing import Desk

# `make test-browser` builds the web UI, says here which Chromium there is, and runs this folder.
CHROMIUM = os.environ.get("DESKMESH_TEST_CHROMIUM")
collect_ignore_glob = [] if CHROMIUM else ["test_*.py"]

Open = Callable[..., Window]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for the tests of a module."""
    assert CHROMIUM
    with sync_playwright() as playwright:
        started = launch(playwright, CHROMIUM)
        yield started
        started.close()


@pytest.fixture
def open_window(browser: Browser, desk: Desk) -> Iterator[Open]:
    """Open windows, each of somebody who has signed in unless `who` is empty; none may have had a fault."""
    with ExitStack() as stack:
        opened: list[Window] = []

        def open_(who: str = "", path: str = "/", **look: bool | str) -> Window:
            one = stack.enter_context(window(browser, desk.url, **look))  # type: ignore[arg-type] # its keywords
            opened.append(one)
            one.page.goto(path)
            if who:
                one.sign_in(who)
            return one

        yield open_
        assert [fault for one in opened for fault in one.faults] == []
