"""One real mail from the first word to the closed ticket, seen through the public doors alone."""

import uuid
from email.message import EmailMessage
from email.utils import make_msgid

import httpx

from embedded.testing import Client, Desk, Json, eventually

SUPPORT = "support@acme.example"


def written(sender: str, subject: str, text: str, *, answers: EmailMessage | None = None) -> EmailMessage:
    message = EmailMessage()
    message["From"] = f"Anna Nowak <{sender}>"
    message["To"] = SUPPORT
    message["Subject"] = subject
    message["Message-ID"] = make_msgid(domain="acme.example")
    if answers is not None:
        message["In-Reply-To"] = str(answers["Message-ID"])
        message["References"] = str(answers["Message-ID"])
    message.set_content(text)
    return message


def clocks(client: Client, ticket_id: str) -> dict[str, Json]:
    return {clock["name"]: clock for clock in client.get(f"/tickets/{ticket_id}/sla")["items"]}


def test_a_mail_becomes_a_ticket_that_is_answered_resolved_and_closed(desk: Desk) -> None:
    agent = desk.sign_in("agent@acme.example")
    sender = f"anna.{uuid.uuid4().hex[:8]}@acme.example"
    word = uuid.uuid4().hex[:10]
    first = written(
        sender, f"Nie działa VPN {word}", "Dzień dobry,\n\nVPN się rozłącza – łączę się z domu.\n"
    )
    first.add_attachment(b"\x89PNG\r\n", maintype="image", subtype="png", filename="błąd.png")
    inbound_id = desk.mail(first, to=SUPPORT, sender=sender)

    # The mail is one ticket of its sender, with its attachment.
    inbound = eventually(
        lambda: (one := agent.get(f"/inbound-messages/{inbound_id}"))["state"] == "processed" and one
    )
    assert inbound["message_id"].strip("<>") == str(first["Message-ID"]).strip("<>")
    ticket = agent.get(f"/tickets/{inbound['ticket_id']}")
    assert ticket["number"].startswith("INC-")
    assert ticket["title"] == f"Nie działa VPN {word}"
    assert "łączę się z domu" in ticket["description"]
    assert ticket["requester"]["email"] == sender
    assert (ticket["state"], ticket["channel"], ticket["queue"]["key"]) == ("new", "email", "service-desk")
    attachments = agent.get(f"/tickets/{ticket['id']}/attachments")["items"]
    assert [one["name"] for one in attachments] == ["błąd.png"]
    assert [one["id"] for one in agent.get("/tickets", q=word)["items"]] == [ticket["id"]]

    # Its clocks run, it is acknowledged once, and the agents are told.
    running = eventually(lambda: (found := clocks(agent, ticket["id"])) and found)
    assert {"first_response", "resolution"} <= running.keys()
    assert all(clock["state"] == "running" and clock["due_at"] for clock in running.values())
    eventually(lambda: desk.sent_mails(sender, about=ticket["number"]))
    acknowledgement = desk.sent_mails(sender, about=ticket["number"])[0]
    assert acknowledgement["In-Reply-To"] == first["Message-ID"]
    assert acknowledgement["Auto-Submitted"] == "auto-replied"
    eventually(lambda: desk.sent_mails("agent@acme.example", about=ticket["number"]))

    # Knowledge and assets stand beside it.
    assert any(one["type"] == "article" for one in agent.get(f"/tickets/{ticket['id']}/suggestions")["items"])

    # The agent answers: the requester has it in the thread, the first response is met.
    agent.send(
        "POST",
        f"/tickets/{ticket['id']}/comments",
        {"body": "Proszę o numer wersji.", "visibility": "public"},
    )
    reply = eventually(
        lambda: [one for one in desk.sent_mails(sender, about=ticket["number"]) if "wersji" in body(one)]
    )[0]
    assert first["Message-ID"] in str(reply["References"])
    assert eventually(lambda: clocks(agent, ticket["id"])["first_response"]["state"] == "stopped")

    # While it waits for the requester the resolution is paused; the answer by mail lands on it and resumes the clock.
    agent.send("POST", f"/tickets/{ticket['id']}/transitions", {"to": "pending_requester"})
    assert eventually(lambda: clocks(agent, ticket["id"])["resolution"]["state"] == "paused")
    answer = written(
        sender, f"Re: {reply['Subject']}", "Wersja 5.2\n\n> Proszę o numer wersji.\n", answers=reply
    )
    answered = desk.mail(answer, to=SUPPORT, sender=sender)
    landed = eventually(
        lambda: (one := agent.get(f"/inbound-messages/{answered}"))["state"] == "processed" and one
    )
    assert (landed["ticket_id"], bool(landed["comment_id"])) == (ticket["id"], True)
    comments = agent.get(f"/tickets/{ticket['id']}/comments")["items"]
    assert [one["body"].strip() for one in comments] == ["Proszę o numer wersji.", "Wersja 5.2"]
    assert eventually(lambda: clocks(agent, ticket["id"])["resolution"]["state"] == "running")
    assert agent.get(f"/tickets/{ticket['id']}")["state"] == "open"

    # Resolved and closed; the clocks stand, and the story is told.
    agent.send(
        "POST", f"/tickets/{ticket['id']}/transitions", {"to": "resolved", "comment": "Zaktualizowano."}
    )
    assert eventually(lambda: clocks(agent, ticket["id"])["resolution"]["state"] == "stopped")
    closed = agent.send("POST", f"/tickets/{ticket['id']}/transitions", {"to": "closed"})
    assert (closed["state"], bool(closed["closed_at"])) == ("closed", True)
    history = agent.get(f"/tickets/{ticket['id']}/history", page_size=200)["items"]
    moves = [(entry["from"], entry["to"]) for entry in history if entry["field"] == "state"]
    assert moves == [
        ("new", "open"),
        ("open", "pending_requester"),
        ("pending_requester", "open"),
        ("open", "resolved"),
        ("resolved", "closed"),
    ]
    assert {entry["actor"]["email"] for entry in history} == {sender, "agent@acme.example"}
    acknowledgements = [
        one
        for one in desk.sent_mails(sender, about=ticket["number"])
        if one["Auto-Submitted"] == "auto-replied"
    ]
    assert len(acknowledgements) == 1


def body(message: EmailMessage) -> str:
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_another_tenant_sees_nothing_of_it(desk: Desk) -> None:
    ticket = desk.sign_in("agent@acme.example").send("POST", "/tickets", {"title": "Only for acme"})
    stranger = desk.sign_in("admin@globex.example").http
    foreign = stranger.get(f"/tickets/{ticket['id']}")
    absent = stranger.get(f"/tickets/{uuid.uuid4()}")
    assert foreign.status_code == absent.status_code == 404
    assert foreign.content == absent.content
    assert stranger.get("/tickets", params={"q": "Only for acme"}).json()["items"] == []


def test_two_creates_with_one_key_are_one_ticket_and_another_body_is_refused(desk: Desk) -> None:
    http: httpx.Client = desk.sign_in("agent@acme.example").http
    key = {"Idempotency-Key": uuid.uuid4().hex}
    first = http.post("/tickets", json={"title": "Once"}, headers=key)
    again = http.post("/tickets", json={"title": "Once"}, headers=key)
    other = http.post("/tickets", json={"title": "Twice"}, headers=key)
    assert first.status_code == 201
    assert again.json() == first.json()
    assert other.status_code == 422


def test_a_wrong_move_names_the_legal_ones_and_an_old_tag_is_refused(desk: Desk) -> None:
    http = desk.sign_in("agent@acme.example").http
    created = http.post("/tickets", json={"title": "To be moved"})
    ticket = created.json()
    wrong = http.post(f"/tickets/{ticket['id']}/transitions", json={"to": "closed"})
    assert wrong.status_code == 409
    assert wrong.json()["allowed"]
    tag = {"If-Match": created.headers["ETag"]}
    assert http.patch(f"/tickets/{ticket['id']}", json={"title": "Moved"}, headers=tag).status_code == 200
    assert http.patch(f"/tickets/{ticket['id']}", json={"title": "Lost"}, headers=tag).status_code == 412
