"""Gets in what saves the agents of the demo tenants work."""

import tomllib
from importlib.resources import files

from embedded.demo.client import Api

KINDS = ("views", "macros", "webhooks", "rules")
"""In this order: a rule names a webhook."""


async def load_automation(api: Api, *, by: str) -> None:
    """Make what content/automation.toml says of each kind, as the administrator `by`."""
    text = files("embedded.demo").joinpath("content", "automation.toml").read_text(encoding="utf-8")
    content = tomllib.loads(text)
    for kind in KINDS:
        for body in content[kind]:
            await api.make(f"{kind}/{body['name']}", "POST", f"/{kind}", body, by=by)
