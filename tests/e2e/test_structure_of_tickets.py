"""How tickets hang together, by REST: links, children."""

import uuid

import pytest

from embedded.testing import Client, Desk, Json

AGENT = "agent@acme.example"
STRANGER = "admin@globex.example"


@pytest.fixture
def agent(desk: Desk) -> Client:
    return desk.sign_in(AGENT)


def new_ticket(client: Client, **fields: object) -> Json:
    return client.send("POST", "/tickets", {"title": f"Structure {uuid.uuid4().hex[:8]}", **fields})


def test_links_are_made_seen_and_taken_off(desk: Desk, agent: Client) -> None:
    incident, problem = new_ticket(agent), new_ticket(agent, type="problem")
    path = f"/tickets/{incident['number']}/links"
    made = agent.send("POST", path, {"type": "has_problem", "ticket": {"id": problem["id"]}})
    assert made["ticket"]["key"] == problem["number"]
    assert agent.get(path)["items"] == [made]
    assert [one["type"] for one in agent.get(f"/tickets/{problem['id']}/links")["items"]] == ["problem_of"]
    again = agent.http.post(path, json={"type": "has_problem", "ticket": problem["number"]})
    assert (again.status_code, again.json()["code"]) == (409, "link_exists")
    assert desk.sign_in(STRANGER).http.get(path).status_code == 404
    assert agent.http.delete(f"{path}/{made['id']}").status_code == 204
    assert agent.get(path)["items"] == []


def test_children_are_made_listed_and_go_along(desk: Desk, agent: Client) -> None:
    parent = new_ticket(agent, queue="network")
    path = f"/tickets/{parent['number']}/children"
    child = agent.send("POST", path, {"title": "Lay the cable"})
    assert (child["parent_id"], child["type"], child["queue"]["key"]) == (parent["id"], "task", "network")
    assert [one["id"] for one in agent.get(path)["items"]] == [child["id"]]
    moves = f"/tickets/{parent['id']}/transitions"
    held = agent.http.post(moves, json={"to": "resolved"})
    assert (held.status_code, held.json()["code"]) == (409, "open_children")
    assert agent.send("POST", moves, {"to": "resolved", "cascade": True})["state"] == "resolved"
    assert agent.get(f"/tickets/{child['id']}")["state"] == "resolved"
    elsewhere = agent.http.post(path, json={"title": "x", "parent_id": child["id"]})
    assert (elsewhere.status_code, elsewhere.json()["errors"][0]["field"]) == (422, "parent_id")
    assert desk.sign_in(STRANGER).http.post(path, json={"title": "x"}).status_code == 404
