"""Problems that the demo's incidents point at."""

import pytest

from embedded.demo.content import TENANTS
from embedded.testing import Desk


@pytest.mark.parametrize("slug", TENANTS)
def test_a_candidate_becomes_a_problem_of_its_incidents(desk: Desk, slug: str) -> None:
    agent = desk.sign_in(f"agent@{slug}.example")
    path = "/problems/candidates"
    candidate, *_ = agent.get(path, window_days=90)["items"]
    assert len(candidate["incidents"]) >= 3
    assert candidate["reasons"]
    dismissal = f"{path}/{candidate['key']}/dismissal"
    assert agent.http.put(dismissal, json={"reason": "Not now."}).status_code == 204
    assert candidate["key"] not in [one["key"] for one in agent.get(path, window_days=90)["items"]]
    assert agent.http.delete(dismissal).status_code == 204
    problem = agent.send("POST", f"{path}/{candidate['key']}/problem", {"window_days": 90})
    assert problem["type"] == "problem"
    linked = agent.get(f"/tickets/{problem['id']}/links", page_size=200)["items"]
    assert {one["ticket"]["id"] for one in linked} == {one["id"] for one in candidate["incidents"]}
    again = agent.http.post(f"{path}/{candidate['key']}/problem", json={"window_days": 90})
    assert again.status_code == 404


@pytest.mark.parametrize("slug", TENANTS)
def test_a_known_error_becomes_one_article_of_what_is_known(desk: Desk, slug: str) -> None:
    supervisor = desk.sign_in(f"supervisor@{slug}.example")
    fields = {"root_cause": "A driver leaks memory.", "workaround": "Restart the spooler."}
    body = {"type": "problem", "title": "The spooler stops", "language": "en", "fields": fields}
    problem = supervisor.send("POST", "/tickets", body)
    path = f"/tickets/{problem['id']}/article"
    refused = supervisor.http.post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "not_a_known_error")
    assert supervisor.http.get(path).status_code == 404
    supervisor.send("PATCH", f"/tickets/{problem['id']}", {"fields": {"known_error": True}})
    article = supervisor.send("POST", path, None)
    assert (article["state"], article["visibility"]) == ("draft", "agents")
    assert article["body"] == "## Cause\n\nA driver leaks memory.\n\n## Workaround\n\nRestart the spooler.\n"
    assert supervisor.send("POST", f"/tickets/{problem['number']}/article", None) == article
    assert supervisor.get(path) == article
    requester = desk.sign_in(f"requester@{slug}.example")
    assert requester.http.post(path).status_code == 403
    assert requester.http.get(path).status_code in {403, 404}
