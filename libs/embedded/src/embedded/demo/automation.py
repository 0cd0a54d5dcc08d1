"""Gets in what saves the agents of the demo tenants work."""

from embedded.demo.client import Api
from embedded.demo.content import read_content

KINDS = ("views", "macros", "webhooks", "rules")
"""In this order: a rule names a webhook."""


async def load_automation(api: Api, *, by: str) -> None:
    """Make what content/automation.toml says of each kind, as the administrator `by`."""
    content = read_content("automation.toml")
    for kind in KINDS:
        for body in content[kind]:
            await api.make(f"{kind}/{body['name']}", "POST", f"/{kind}", body, by=by)
