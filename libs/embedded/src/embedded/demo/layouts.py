"""Gets in how forms and pages of tickets are laid out in the demo tenants."""

import tomllib
from importlib.resources import files

from embedded.demo.client import Api


async def load_layouts(api: Api, *, by: str) -> None:
    """Load them, once the fields are there. Raises LoadError."""
    text = files("embedded.demo").joinpath("content/layouts.toml").read_text("utf-8")
    for layout in tomllib.loads(text)["layouts"]:
        key = "/".join(layout.get(part, "") for part in ("process", "type", "audience", "purpose"))
        await api.make(f"layout/{key}", "POST", "/layouts", layout, by=by)
