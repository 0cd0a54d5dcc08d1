"""A real browser in front of a desk: people who sign in by its page, and what a page must never do."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, Page, Playwright, ViewportSize

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = ViewportSize(width=1360, height=860)
PHONE = ViewportSize(width=390, height=844)
PASSWORD = "deskmesh"
AXE = Path("services/gateway/web/node_modules/axe-core/axe.min.js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def inaccessible(page: Page) -> list[str]:
    """What of a page breaks WCAG 2.2 AA, as far as a machine can tell."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("rules => axe.run({runOnly: rules}).then(run => run.violations)", RULES)
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]
    ]


def choose(page: Page, field: str, choice: str) -> None:
    """Choose in a field that offers things."""
    page.get_by_label(field).first.click()
    page.get_by_role("option", name=choice).click()


def launch(playwright: Playwright, chromium: str) -> Browser:
    """Start the machine's own Chromium."""
    return playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))


@dataclass
class Window:
    """One person's browser: its page, and what went wrong in it."""

    page: Page
    context: BrowserContext
    faults: list[str] = field(default_factory=list)

    def sign_in(self, who: str) -> None:
        """Sign in by the page that asks for it."""
        tenant = who.partition("@")[2].partition(".")[0]
        fields = self.page.locator("form input")
        for place, value in enumerate((tenant, who, PASSWORD)):
            fields.nth(place).fill(value)
        self.page.locator("form button[type=submit]").click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)


@contextmanager
def window(
    browser: Browser,
    url: str,
    *,
    phone: bool = False,
    dark: bool = False,
    language: str = "en",
    workers: Literal["allow", "block"] = "allow",
) -> Iterator[Window]:
    """Open a browser with cookies of its own; what it logs as an error, or refuses to run, is a fault."""
    context = browser.new_context(
        base_url=url,
        viewport=PHONE if phone else DESKTOP,
        color_scheme="dark" if dark else "light",
        locale=language,
        service_workers=workers,
        is_mobile=phone,
        has_touch=phone,
        reduced_motion="reduce",
    )
    # The person's own language is another setting: the one chosen in this browser goes before it.
    # Frames of messages have no origin, and so no storage.
    context.add_init_script(f"if (origin !== 'null') localStorage.setItem('deskmesh-language', '{language}')")
    page = context.new_page()
    opened = Window(page, context)
    page.on("pageerror", lambda error: opened.faults.append(str(error)))
    page.on(
        "console", lambda said: opened.faults.append(said.text) if _is_fault(said.type, said.text) else None
    )
    try:
        yield opened
    finally:
        context.close()


def _is_fault(kind: str, text: str) -> bool:
    # The browser itself logs answers that the page asked for and deals with: 401 before signing in, 412, 404.
    return kind == "error" and "Failed to load resource" not in text
