"""Gets in how forms and pages of tickets are laid out in the demo tenants."""

from embedded.demo.client import Api
from embedded.demo.content import read_content


async def load_layouts(api: Api, *, by: str) -> None:
    """Load them, once the fields are there. Raises LoadError."""
    for layout in read_content("layouts.toml")["layouts"]:
        key = "/".join(layout.get(part, "") for part in ("process", "type", "audience", "purpose"))
        await api.make(f"layout/{key}", "POST", "/layouts", layout, by=by)
