"""How tickets hang together, by REST: links, children, merges, splits, work on many."""

import uuid

import pytest

from embedded.testing import Client, Desk, Json, eventually

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


def test_a_merge_stops_the_clocks_and_an_undo_lets_them_run(desk: Desk, agent: Client) -> None:
    kept, merged = new_ticket(agent), new_ticket(agent)

    def resolution_is(state: str) -> bool:
        clocks = agent.get(f"/tickets/{merged['id']}/sla")["items"]
        return [clock["state"] for clock in clocks if clock["name"] == "resolution"] == [state]

    eventually(lambda: resolution_is("running"))
    said = agent.send("POST", f"/tickets/{merged['id']}/comments", {"body": "note", "visibility": "internal"})
    remaining = agent.send("POST", f"/tickets/{kept['number']}/merge", {"ticket_ids": [merged["number"]]})
    assert remaining["id"] == kept["id"]
    (shown,) = agent.get(f"/tickets/{kept['id']}/comments")["items"]
    assert (shown["id"], shown["origin"]["key"]) == (said["id"], merged["number"])
    assert agent.get(f"/tickets/{merged['id']}")["merged_into"]["key"] == kept["number"]
    late = agent.http.post(f"/tickets/{merged['id']}/comments", json={"body": "x"})
    assert (late.status_code, late.json()["code"]) == (409, "ticket_merged")
    eventually(lambda: resolution_is("stopped"))
    path = f"/tickets/{kept['id']}/merge/{merged['number']}"
    assert desk.sign_in(STRANGER).http.delete(path).status_code == 404
    assert [agent.http.delete(path).status_code for _ in range(2)] == [204, 404]
    assert agent.get(f"/tickets/{kept['id']}/comments")["items"] == []
    eventually(lambda: resolution_is("running"))


def test_a_comment_is_split_off_into_a_ticket_of_its_own(agent: Client) -> None:
    old = new_ticket(agent)
    said = agent.send("POST", f"/tickets/{old['id']}/comments", {"body": "And the scanner is dirty."})
    body = {"comment_ids": [said["id"]], "title": "Scanner", "type": "task"}
    new = agent.send("POST", f"/tickets/{old['number']}/split", body)
    assert (new["type"], new["requester"], new["queue"]) == ("task", old["requester"], old["queue"])
    (moved,) = agent.get(f"/tickets/{new['id']}/comments")["items"]
    assert (moved["id"], moved["origin"]["key"]) == (said["id"], old["number"])
    assert [one["ticket"]["key"] for one in agent.get(f"/tickets/{old['id']}/links")["items"]] == [
        new["number"]
    ]
    again = agent.http.post(f"/tickets/{old['id']}/split", json=body)
    assert (again.status_code, again.json()["errors"][0]["field"]) == (422, "comment_ids")


def test_work_on_many_tickets_goes_on_after_a_kill_and_touches_each_once(desk: Desk, agent: Client) -> None:
    category = uuid.uuid4().hex
    made = [new_ticket(agent, category=category) for _ in range(60)]
    refused = new_ticket(agent, category=category)
    agent.send("POST", f"/tickets/{refused['id']}/transitions", {"to": "cancelled"})
    body = {"filter": f'category = "{category}"', "transition": "resolved", "comment": "Mended for all."}
    job = agent.send("POST", "/tickets/bulk", body)
    desk.kill("tickets")

    def ended() -> Json | None:
        answer = agent.http.get(f"/tickets/bulk/{job['id']}", params={"page_size": 200})
        found: Json = answer.json()
        return found if answer.is_success and found["state"] == "done" else None

    done = eventually(ended, seconds=60)
    assert done is not None
    assert (done["total"], done["succeeded"], done["failed"]) == (61, 60, 1)
    (failed,) = [item for item in done["items"] if item["state"] == "failed"]
    assert (failed["ticket"]["key"], failed["problem"]["status"]) == (refused["number"], 409)
    assert failed["problem"]["code"] == "illegal_transition"
    for ticket in made:
        said = agent.get(f"/tickets/{ticket['id']}/comments")["items"]
        assert [comment["body"] for comment in said] == ["Mended for all."]
    assert desk.sign_in(STRANGER).http.get(f"/tickets/bulk/{job['id']}").status_code == 404
