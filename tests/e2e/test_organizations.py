"""What the people of an organisation see of each other's requests, by REST, with the demo's key contacts."""

import uuid

import pytest
from desk_ear import ears

from embedded.testing import Desk, eventually

# The key contact, whose first organisation is the first; a colleague in the second; one without the role; a stranger.
PEOPLE = {
    "acme": ("zofia.adamczyk", "jan.kowalski", "pawel.gorski", "globex", ("acme-krakow", "acme-warszawa")),
    "globex": ("laura.chen", "john.miller", "marcus.hill", "acme", ("globex-boston", "globex-hq")),
}


@pytest.mark.parametrize("slug", PEOPLE)
def test_a_key_contact_sees_hears_and_answers_what_colleagues_ask_for(desk: Desk, slug: str) -> None:
    contact, colleague, other, stranger, (_, second) = PEOPLE[slug]
    keeper, who = desk.sign_in(f"{contact}@{slug}.example"), desk.sign_in(f"{colleague}@{slug}.example")
    outsider = desk.sign_in(f"{other}@{slug}.example")
    title = f"Shared {uuid.uuid4().hex[:8]}"
    with ears(desk, f"{contact}@{slug}.example", f"{other}@{slug}.example") as (to_keeper, to_other):
        ticket = who.send("POST", "/tickets", {"title": title})
        assert ticket["organization"]["key"] == second
        eventually(lambda: "TicketCreated" in to_keeper.events_of(ticket))
    assert to_other.events_of(ticket) == []
    path = f"/tickets/{ticket['id']}"
    assert keeper.get(path)["title"] == title
    listed = keeper.get("/tickets", filter=f'organization = "{second}"', order_by="created_at desc")["items"]
    assert listed[0]["id"] == ticket["id"]
    assert eventually(lambda: keeper.get(f"{path}/sla")["items"])
    agent = desk.sign_in(f"agent@{slug}.example")
    agent.send("POST", f"{path}/comments", {"body": "Careful with him.", "visibility": "internal"})
    said = keeper.send("POST", f"{path}/comments", {"body": "We all have it."})
    assert [one["id"] for one in keeper.get(f"{path}/comments")["items"]] == [said["id"]]
    assert keeper.http.patch(path, json={"title": "Mine"}).status_code == 403
    for nobody in (outsider, desk.sign_in(f"admin@{stranger}.example")):
        assert nobody.http.get(path).status_code == 404
    assert ticket["id"] not in {one["id"] for one in outsider.get("/tickets", page_size=200)["items"]}


@pytest.mark.parametrize("slug", PEOPLE)
def test_a_request_is_for_one_of_the_requesters_organisations(desk: Desk, slug: str) -> None:
    contact, *_, (first, second) = PEOPLE[slug]
    keeper = desk.sign_in(f"{contact}@{slug}.example")
    assert keeper.send("POST", "/tickets", {"title": "For us"})["organization"]["key"] == first
    ticket = keeper.send("POST", "/tickets", {"title": "For them", "organization": second})
    assert ticket["organization"]["key"] == second
    wrong = keeper.http.post("/tickets", json={"title": "For nobody", "organization": "initech"})
    assert (wrong.status_code, wrong.json()["errors"]) == (
        422,
        [{"field": "organization", "reason": "must be one of the requester's"}],
    )
    agent, path = desk.sign_in(f"agent@{slug}.example"), f"/tickets/{ticket['id']}"
    assert agent.send("PATCH", path, {"organization": {"key": first}})["organization"]["key"] == first
    assert agent.send("PATCH", path, {"organization": None})["organization"] is None
    assert agent.http.patch(path, json={"organization": "initech"}).status_code == 422
