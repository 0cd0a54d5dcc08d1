"""Gets in a problem of each demo tenant whose cause is known, with its incidents and the article of its workaround."""

from embedded.demo.client import Api
from embedded.demo.content import read_content


async def load_problems(api: Api, tenant: str) -> None:
    """Make incidents, the known error behind them, and its article, published for agents."""
    content = read_content("problems.toml")[tenant]
    by, writer = content["by"], content["writer"]
    problem = await api.make("known-error", "POST", "/tickets", content["problem"], by=by)
    path = f"/tickets/{problem['id']}"
    for place, body in enumerate(content["incidents"]):
        incident = await api.make(f"known-error/{place}", "POST", "/tickets", body, by=by)
        link = {"type": "problem_of", "ticket": incident["id"]}
        await api.make(f"known-error/{place}/link", "POST", f"{path}/links", link, by=by)
    for state in content["states"]:
        await api.make(f"known-error/{state}", "POST", f"{path}/transitions", {"to": state}, by=by)
    article = await api.make("known-error/article", "POST", f"{path}/article", {}, by=writer)
    published = {"state": "published"}
    await api.make("known-error/published", "PATCH", f"/kb/articles/{article['id']}", published, by=writer)
