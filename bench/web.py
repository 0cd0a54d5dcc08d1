"""The web UI on a slow phone: how much its first page loads, when it answers to touch, and how long a change of page takes."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence

from browser_desk import launch, window
from desk import measured_desk, median, report
from playwright.sync_api import Browser, CDPSession, Page, expect, sync_playwright

REQUESTER, AGENT = "requester@acme.example", "agent@acme.example"
SLOWER = 4
"""How many times slower the browser's processor is made."""
PATIENCE_MILLISECONDS = 60_000
"""For what is waited for before anything is measured, or measured by the page itself."""
QUIET_MILLISECONDS = 5_000
"""Without a long task: only then is a page taken to be ready, as Lighthouse does."""

_WATCH = """
window.seen = {tasks: [], largest: 0};
const watch = (type, note) => new PerformanceObserver(list => list.getEntries().forEach(note)).observe({type, buffered: true});
watch('longtask', one => seen.tasks.push([one.startTime, one.duration]));
watch('largest-contentful-paint', one => { seen.largest = one.startTime; });
"""
_TIMES = """() => ({
    ...seen,
    first: performance.getEntriesByName('first-contentful-paint')[0].startTime,
    bytes: performance.getEntriesByType('resource').concat(performance.getEntriesByType('navigation'))
        .filter(one => !one.name.includes('/api/')).reduce((sum, one) => sum + one.encodedBodySize, 0),
})"""


def first_load(browser: Browser, url: str) -> dict[str, float]:
    """What the portal takes in a browser that has nothing of it: kilobytes, milliseconds from the beginning."""
    with window(browser, url, phone=True, workers="block") as opened:
        opened.page.goto("/")
        opened.sign_in(REQUESTER)
        opened.context.add_init_script(_WATCH)
        page = opened.context.new_page()
        opened.page.close()
        slow(page).send("Network.clearBrowserCache")
        page.goto("/portal")
        expect(page.get_by_role("heading", name="My requests")).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        page.wait_for_timeout(QUIET_MILLISECONDS)
        seen = page.evaluate(_TIMES)
    ends = [begun + lasted for begun, lasted in seen["tasks"]]
    return {
        "kilobytes": seen["bytes"] / 1024,
        "first": seen["first"],
        "largest": seen["largest"],
        "interactive": max([seen["first"], seen["largest"], *ends]),
        "blocked": sum(max(0.0, lasted - 50) for _, lasted in seen["tasks"]),
    }


def route_changes(page: Page) -> list[float]:
    """Milliseconds from the click on a ticket in the list until its page and conversation stand there, and back."""
    slow(page)
    page.goto("/desk/tickets?view=open")
    taken = []
    for place in range(4):
        link = page.get_by_role("list", name="Tickets").get_by_role("link").nth(place)
        expect(link).to_be_visible(timeout=PATIENCE_MILLISECONDS)
        taken.append(shown_after(page, link.click, "[role=log]"))
        taken.append(shown_after(page, page.go_back, "[aria-label^='Choose ']"))
    # The first of each loads what the others have.
    return taken[2:]


def shown_after(page: Page, act: Callable[[], object], selector: str) -> float:
    """Milliseconds of the page's own clock from an act, as the page hears of it, until something is there."""
    page.evaluate(
        """selector => { window.shown = new Promise(done => {
            const heard = () => {
                const begun = performance.now();
                const look = () => document.querySelector(selector) ? done(performance.now() - begun) : requestAnimationFrame(look);
                setTimeout(look);
            };
            for (const name of ["click", "popstate"]) window.addEventListener(name, heard, {capture: true, once: true});
        }); }""",
        selector,
    )
    act()
    return float(page.evaluate("shown"))


def slow(page: Page) -> CDPSession:
    """Make the page's processor slower."""
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return session


def main() -> None:
    """Open the portal again and again, and tickets from a list; print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    chromium = (
        os.environ.get("DESKMESH_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if chromium is None:
        sys.exit("this needs Chromium; DESKMESH_CHROMIUM may say where one is")
    with measured_desk() as measured, sync_playwright() as playwright:
        browser, url = launch(playwright, chromium), measured.desk.url
        loads = [first_load(browser, url) for _ in range(options.rounds)]
        with window(browser, url) as opened:
            opened.page.goto("/")
            opened.sign_in(AGENT)
            changes = route_changes(opened.page)
        browser.close()
    report("web", [*load_rows(loads), ("change between list and ticket", median(changes), "ms", "")])


def load_rows(loads: Sequence[dict[str, float]]) -> list[tuple[str, float, str, str]]:
    """The medians of the loads."""
    middle = {name: median([one[name] for one in loads]) for name in loads[0]}
    return [
        ("portal, first load, compressed", middle["kilobytes"], "KB", "must 250, aim 150"),
        ("portal, first paint", middle["first"], "ms", ""),
        ("portal, largest paint", middle["largest"], "ms", ""),
        ("portal, interactive", middle["interactive"], "ms", "must 2500, aim 1500"),
        ("portal, blocked", middle["blocked"], "ms", ""),
    ]


if __name__ == "__main__":
    main()
