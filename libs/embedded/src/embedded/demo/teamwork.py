"""Gets in what the agents of the demo tenants do together."""

from embedded.demo.client import Api
from embedded.demo.content import read_content


async def load_teamwork(api: Api, tenant: str) -> None:
    """Make a major incident with what follows it, name its leader in a note, and begin a reply."""
    content = read_content("teamwork.toml")[tenant]
    by, leader = content["by"], content["leader"]
    incident = await api.make("major", "POST", "/tickets", content["incident"], by=by)
    path = f"/tickets/{incident['id']}"
    for place, body in enumerate(content["followers"]):
        follower = await api.make(f"major/{place}", "POST", "/tickets", body, by=by)
        link = {"type": "causes", "ticket": follower["id"]}
        await api.make(f"major/{place}/link", "POST", f"{path}/links", link, by=by)
    await api.make("major/told", "POST", f"{path}/major-incident", content["told"], by=leader)
    note = {"body": content["note"], "visibility": "internal"}
    await api.make("major/note", "POST", f"{path}/comments", note, by=by)
    await api.make("major/draft", "PUT", f"{path}/drafts/public", {"body": content["draft"]}, by=by)
