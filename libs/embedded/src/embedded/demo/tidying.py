"""Gets in tickets of each demo tenant that were put in order: merged, split, handed on, answered together."""

from typing import Any

from embedded.demo.client import Api
from embedded.demo.content import read_content


async def load_tidied(api: Api, tenant: str) -> None:
    """Make the tickets and put them in order, as an agent does."""
    content = read_content("tidying.toml")[tenant]
    by = content["by"]
    await _merge(api, content["merged"], by)
    await _split(api, content["split"], by)
    await _hand_on(api, content["forwarded"], by)
    await _answer_together(api, content["together"], by)


async def _make(api: Api, name: str, asked: dict[str, Any]) -> str:
    body = {key: value for key, value in asked.items() if key != "asker"}
    made: str = (await api.make(name, "POST", "/tickets", body, by=asked["asker"]))["id"]
    return made


async def _merge(api: Api, content: dict[str, Any], by: str) -> None:
    stays, goes = [await _make(api, f"tidied/merged/{n}", one) for n, one in enumerate(content["tickets"])]
    await api.make("tidied/merged", "POST", f"/tickets/{stays}/merge", {"ticket_ids": [goes]}, by=by)


async def _split(api: Api, content: dict[str, Any], by: str) -> None:
    ticket = await _make(api, "tidied/split/ticket", content["ticket"])
    path = f"/tickets/{ticket}"
    other = {"body": content["other"]}
    said = await api.make(
        "tidied/split/other", "POST", f"{path}/comments", other, by=content["ticket"]["asker"]
    )
    new = {"title": content["title"], "comment_ids": [said["id"]]}
    await api.make("tidied/split", "POST", f"{path}/split", new, by=by)


async def _hand_on(api: Api, content: dict[str, Any], by: str) -> None:
    path = f"/tickets/{await _make(api, 'tidied/forwarded/ticket', content['ticket'])}"
    forward = {"to": content["to"], "body": content["body"], "description": True}
    await api.make("tidied/forwarded", "POST", f"{path}/forward", forward, by=by)
    reply = {"body": content["reply"], "format": "markdown"}
    await api.make("tidied/forwarded/reply", "POST", f"{path}/comments", reply, by=by)


async def _answer_together(api: Api, content: dict[str, Any], by: str) -> None:
    tickets = [await _make(api, f"tidied/together/{n}", one) for n, one in enumerate(content["tickets"])]
    job = {"ticket_ids": tickets, "changes": {"tags": content["tags"]}, "comment": {"body": content["body"]}}
    await api.make("tidied/together", "POST", "/tickets/bulk", job, by=by)
