"""Pictures of the main screens, from a desk that runs on this machine: docs/screens/<screen>-<look>.png."""

import argparse
import os
import shutil
import sys
from pathlib import Path

from browser_desk import launch, window
from playwright.sync_api import expect, sync_playwright

FOLDER = Path(__file__).parent.parent / "docs" / "screens"
SETTLING_MS = 1500
AGENT, SUPERVISOR, REQUESTER, ADMIN = (
    f"{who}@acme.example" for who in ("agent", "supervisor", "requester", "admin")
)
SCREENS = {
    "list": ("/desk/tickets?view=open", AGENT, ""),
    "ticket": ("/desk/tickets?view=all&queue=network&q=drops", AGENT, "#main li a"),
    "board": ("/desk/board", SUPERVISOR, ""),
    "portal": ("/portal", REQUESTER, ""),
    "order": ("/portal/catalog/laptop", REQUESTER, ""),
    "approvals": ("/portal/approvals", SUPERVISOR, ""),
    "workflow": ("/admin/workflows", ADMIN, "#main tbody tr:nth-child(4) a"),
}
"""For each its path, whose it is, and the first link of which place leads on from there."""
LOOKS = {
    "desktop-light": (False, False),
    "desktop-dark": (False, True),
    "phone-light": (True, False),
    "phone-dark": (True, True),
}
"""Whether on a phone, whether dark."""


def main() -> None:
    """Take each screen in each look."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://127.0.0.1:8080", help="of the desk")
    options = parser.parse_args()
    chromium = (
        os.environ.get("DESKMESH_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    )
    if chromium is None:
        sys.exit("there is no Chromium on the path (DESKMESH_CHROMIUM names one)")
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright, chromium)
        for name, (path, who, link) in SCREENS.items():
            for look, (phone, dark) in LOOKS.items():
                with window(browser, options.url, phone=phone, dark=dark) as opened:
                    opened.page.goto(path)
                    opened.sign_in(who)
                    if link:
                        opened.page.locator(link).first.click()
                    expect(opened.page.get_by_role("status", name="Loading")).to_have_count(0)
                    expect(opened.page.locator("h1").first).to_be_visible()
                    expect(opened.page.locator(".mantine-Loader-root")).to_have_count(0)
                    opened.page.wait_for_timeout(SETTLING_MS)
                    opened.page.screenshot(path=FOLDER / f"{name}-{look}.png")
        browser.close()


if __name__ == "__main__":
    main()
