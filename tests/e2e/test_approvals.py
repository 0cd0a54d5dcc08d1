"""An approver decides out of a mail, without signing in."""

import re
from email.message import EmailMessage

import httpx
from desk_people import a_person

from embedded.testing import Desk, Json, eventually


def link_in(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    found = re.search(r"http://\S+/approvals/\S+", str(part.get_content()))
    assert found is not None
    return found[0]


def test_a_manager_approves_by_the_link_in_a_mail_once(desk: Desk) -> None:
    boss = a_person(desk, "boss")
    worker = a_person(desk, "worker", manager=boss)
    ticket = desk.sign_in(worker).send("POST", "/tickets", {"title": "A <b>second</b> screen"})
    agent = desk.sign_in("agent@acme.example")
    path = f"/tickets/{ticket['id']}/approvals"

    def asked() -> list[Json]:
        # tickets hears of the manager by an event
        body = {"steps": [{"approvers": [{"manager": True}], "expires_after": "P3D"}]}
        answer = agent.http.post(path, json=body)
        return [answer.json()] if answer.status_code == 201 else []

    (approval,) = eventually(asked)
    assert approval["steps"][0]["expires_after"] == "P3D"
    assert [one["id"] for one in desk.sign_in(boss).get("/me/approvals")["items"]] == [approval["id"]]
    (mail,) = eventually(lambda: desk.sent_mails(boss, about=ticket["number"]))
    link = link_in(mail)

    with httpx.Client(trust_env=False) as nobody:
        page = nobody.get(link)
        assert (page.status_code, len(page.content) < 10_000) == (200, True)
        assert "A &lt;b&gt;second&lt;/b&gt; screen" in page.text
        assert agent.get(f"{path}/{approval['id']}")["state"] == "pending"
        assert nobody.get(link[:-4] + "AAAA").status_code == 403
        assert nobody.post(link, data={"decision": "perhaps"}).status_code == 422
        assert nobody.post(link, data={"decision": "approve", "comment": "Fine."}).status_code == 200
        assert nobody.post(link, data={"decision": "reject"}).status_code == 409
        assert "<form" not in nobody.get(link).text

    decided = agent.get(f"{path}/{approval['id']}")
    (vote,) = decided["steps"][0]["votes"]
    assert decided["state"] == "approved"
    assert (vote["decided_by"]["email"], vote["comment"]) == (boss, "Fine.")
    eventually(lambda: desk.sent_mails("agent@acme.example", about=ticket["number"]))


def test_an_approval_that_makes_no_sense_is_refused_with_its_place(desk: Desk) -> None:
    agent = desk.sign_in("agent@acme.example")
    ticket = agent.send("POST", "/tickets", {"title": "A third screen"})
    steps = [{"approvers": ["nobody@acme.example", {"team": "nowhere"}]}]
    answer = agent.http.post(f"/tickets/{ticket['id']}/approvals", json={"steps": steps})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == [
        "steps[0].approvers[0]",
        "steps[0].approvers[1]",
    ]
    malformed = [{"approvers": [{"team": "a", "manager": True}], "remind_after": "1 day"}]
    answer = agent.http.post(f"/tickets/{ticket['id']}/approvals", json={"steps": malformed})
    assert answer.status_code == 422
    assert agent.get(f"/tickets/{ticket['id']}")["version"] == ticket["version"]
