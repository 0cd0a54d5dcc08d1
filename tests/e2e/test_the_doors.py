"""What only a whole desk shows of its doors: files, references, live events, and one use case behind REST and gRPC."""

import uuid
from email.message import EmailMessage
from email.utils import make_msgid

import pytest
from desk_ear import ears
from desk_grpc import refusal, rpc

from deskmesh.tickets.v1 import ticket_service_pb2 as pb
from embedded.testing import Client, Desk, Json, eventually

AGENT = "agent@acme.example"
REQUESTER = "requester@acme.example"
STRANGER = "admin@globex.example"


def new_ticket(client: Client, **fields: object) -> Json:
    return client.send("POST", "/tickets", {"title": f"Doors {uuid.uuid4().hex[:8]}", **fields})


# Files.


@pytest.mark.parametrize("content", [b"", b"x", bytes(range(256)) * 20_000], ids=["empty", "tiny", "5 MB"])
def test_a_file_comes_back_as_it_was_sent_and_no_browser_runs_it(desk: Desk, content: bytes) -> None:
    http = desk.sign_in(AGENT).http
    ticket = new_ticket(desk.sign_in(AGENT))
    sent = http.post(
        f"/tickets/{ticket['number']}/attachments",
        files={"file": ("zażółć <b>.html", content, "text/html")},
    )
    assert sent.status_code == 201, sent.text
    assert (sent.json()["name"], sent.json()["size"]) == ("zażółć <b>.html", len(content))
    got = http.get(sent.headers["location"].removeprefix("/api/v1"))
    assert got.content == content
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]


def test_a_file_of_a_foreign_ticket_is_not_there(desk: Desk) -> None:
    ticket = new_ticket(desk.sign_in(AGENT))
    path = f"/tickets/{ticket['id']}/attachments"
    sent = desk.sign_in(AGENT).http.post(path, files={"file": ("a.txt", b"secret")}).json()
    stranger = desk.sign_in(STRANGER).http
    assert stranger.get(f"{path}/{sent['id']}").status_code == 404
    assert stranger.post(path, files={"file": ("b.txt", b"x")}).status_code == 404
    own = new_ticket(desk.sign_in(STRANGER))
    assert stranger.get(f"/tickets/{own['id']}/attachments/{sent['id']}").status_code == 404


def test_more_than_25_mebibytes_are_refused(desk: Desk) -> None:
    ticket = new_ticket(desk.sign_in(AGENT))
    path = f"/tickets/{ticket['id']}/attachments"
    answer = desk.sign_in(AGENT).http.post(path, files={"file": ("big.bin", bytes(25 * 1024 * 1024 + 1))})
    assert answer.status_code == 413, answer.text
    assert desk.sign_in(AGENT).get(path)["items"] == []


@pytest.mark.parametrize("who", [AGENT, REQUESTER])
def test_a_program_is_refused_by_name_and_by_its_first_bytes(desk: Desk, who: str) -> None:
    client = desk.sign_in(who)
    path = f"/tickets/{new_ticket(client)['id']}/attachments"
    for name, content in (("report.pdf.exe", b"x"), ("report.pdf", b"MZ\x90\x00")):
        answer = client.http.post(path, files={"file": (name, content)})
        assert answer.status_code == 422, answer.text
        problems = [(one["field"], one["reason"]) for one in answer.json()["errors"]]
        assert problems == [("file", 'files of the type "exe" are not taken')]
    assert client.get(path)["items"] == []


def test_a_tenant_takes_certain_files_only_and_another_is_left_alone(desk: Desk) -> None:
    admin, foreign = desk.sign_in("admin@globex.example"), desk.sign_in("admin@acme.example")
    path = f"/tickets/{new_ticket(admin)['id']}/attachments"
    shipped, theirs = admin.get("/file-policy"), foreign.get("/file-policy")
    admin.send("PUT", "/file-policy", {"taken": "only", "extensions": ["pdf"]})
    try:
        assert admin.http.post(path, files={"file": ("log.txt", b"line")}).status_code == 422
        assert admin.http.post(path, files={"file": ("log.pdf", b"%PDF")}).status_code == 201
        wrong = admin.http.put("/file-policy", json={"taken": "some", "extensions": [".exe"]})
        assert [one["field"] for one in wrong.json()["errors"]] == ["taken", "extensions[0]"]
        assert admin.get("/file-policy")["extensions"] == ["pdf"]
        assert foreign.get("/file-policy") == theirs
        agent = desk.sign_in("agent@globex.example").http
        assert agent.put("/file-policy", json={"taken": "all_but", "extensions": []}).status_code == 403
    finally:
        admin.send("PUT", "/file-policy", {name: shipped[name] for name in ("taken", "extensions")})
    assert [one["name"] for one in admin.get(path)["items"]] == ["log.pdf"]


def test_a_file_goes_with_a_comment(desk: Desk) -> None:
    agent = desk.sign_in(AGENT)
    ticket = new_ticket(agent)
    sent = agent.http.post(
        f"/tickets/{ticket['id']}/attachments", files={"file": ("log.txt", b"line")}
    ).json()
    comment = agent.send(
        "POST", f"/tickets/{ticket['id']}/comments", {"body": "See the log.", "attachment_ids": [sent["id"]]}
    )
    assert [one["name"] for one in comment["attachments"]] == ["log.txt"]


def test_the_raw_mail_is_what_was_delivered(desk: Desk) -> None:
    message = EmailMessage()
    message["From"], message["To"] = REQUESTER, "support@acme.example"
    message["Subject"] = f"Raw {uuid.uuid4().hex[:8]}"
    message["Message-ID"] = make_msgid(domain="acme.example")
    message.set_content("Zażółć gęślą jaźń.\n" * 3)
    message.add_attachment(bytes(3 * 1024 * 1024), maintype="application", subtype="zip", filename="big.zip")
    inbound = desk.mail(message, to="support@acme.example", sender=REQUESTER)
    raw = desk.sign_in(AGENT).http.get(f"/inbound-messages/{inbound}/raw")
    assert raw.headers["content-type"] == "message/rfc822"
    # SMTP has its own ends of lines.
    assert raw.content.splitlines()[: len(message.as_bytes().splitlines())] == message.as_bytes().splitlines()
    assert len(raw.content) == int(raw.headers["content-length"])
    assert desk.sign_in(STRANGER).http.get(f"/inbound-messages/{inbound}/raw").status_code == 404


# References, fields, versions.


@pytest.mark.parametrize(
    "requester",
    [REQUESTER, {"email": REQUESTER}, {"key": REQUESTER}, {"email": REQUESTER, "name": "ignored"}],
)
def test_a_person_is_written_in_any_form(desk: Desk, requester: object) -> None:
    ticket = new_ticket(desk.sign_in(AGENT), requester=requester, queue={"key": "network"})
    assert ticket["requester"]["email"] == ticket["requester"]["key"] == REQUESTER
    assert ticket["queue"]["key"] == "network"


def test_what_is_answered_may_be_sent_back(desk: Desk) -> None:
    agent = desk.sign_in(AGENT)
    ticket = new_ticket(agent, requester=REQUESTER)
    body = {
        name: ticket[name]
        for name in ("title", "description", "impact", "urgency", "queue", "requester", "tags")
    }
    changed = agent.send("PATCH", f"/tickets/{ticket['id']}", body)
    assert {name: changed[name] for name in body} == body


def test_null_takes_the_assignee_off_and_what_is_left_out_stays(desk: Desk) -> None:
    agent = desk.sign_in(AGENT)
    ticket = new_ticket(agent)
    path = f"/tickets/{ticket['id']}/assignment"
    both = agent.send("PUT", path, {"team": "service-desk", "assignee": AGENT})
    assert (both["team"]["key"], both["assignee"]["email"]) == ("service-desk", AGENT)
    off = agent.send("PUT", path, {"assignee": None})
    assert (off["team"]["key"], off["assignee"]) == ("service-desk", None)
    assert agent.http.put(path, json={}).status_code == 422


def test_a_watcher_comes_and_goes(desk: Desk) -> None:
    agent = desk.sign_in(AGENT)
    ticket = new_ticket(agent)
    path = f"/tickets/{ticket['id']}/watchers"
    added = agent.send("POST", path, {"user": "Supervisor@acme.example"})
    assert added["email"] == "supervisor@acme.example"
    assert [one["email"] for one in agent.get(path)["items"]] == ["supervisor@acme.example"]
    assert agent.http.delete(f"{path}/{added['id']}").status_code == 204
    assert agent.get(path)["items"] == []


def test_of_two_changes_on_one_version_the_second_is_412_and_changes_nothing(desk: Desk) -> None:
    agent = desk.sign_in(AGENT)
    ticket = new_ticket(agent)
    path, tag = f"/tickets/{ticket['id']}", {"if-match": f'"{ticket["version"]}"'}
    assert agent.http.patch(path, json={"impact": "high"}, headers=tag).status_code == 200
    for method, where, body in (
        ("PATCH", path, {"impact": "low"}),
        ("PUT", f"{path}/assignment", {"assignee": AGENT}),
        ("POST", f"{path}/transitions", {"to": "resolved"}),
    ):
        answer = agent.http.request(method, where, json=body, headers=tag)
        assert answer.status_code == 412, f"{method} {where}: {answer.text}"
    now = agent.get(path)
    assert (now["impact"], now["assignee"], now["state"]) == ("high", None, "new")


def test_suggestions_are_articles_for_the_words_and_assets_of_the_requester(desk: Desk) -> None:
    agent = desk.sign_in(AGENT)
    word = f"zephyr{uuid.uuid4().hex[:6]}"
    admin = desk.sign_in("admin@acme.example")
    article = admin.send(
        "POST",
        "/kb/articles",
        {
            "title": f"The {word} error",
            "body": "Restart it.",
            "language": "en",
            "visibility": "requesters",
            "state": "published",
        },
    )
    ticket = new_ticket(agent, description=f"It says {word}.", requester=REQUESTER, language="en")

    def suggested() -> list[Json] | None:
        items: list[Json] = agent.get(f"/tickets/{ticket['id']}/suggestions")["items"]
        return items if article["id"] in {one["id"] for one in items} else None

    found = eventually(suggested) or []
    holders = {one["holder"]["email"] for one in found if one["type"] == "asset"}
    assert holders == {REQUESTER}


# Live events.


def test_each_hears_live_of_the_tickets_that_they_may_read(desk: Desk) -> None:
    agent = desk.sign_in(AGENT)
    with ears(desk, AGENT, REQUESTER, STRANGER) as (to_agent, to_requester, to_stranger):
        own = new_ticket(agent, requester=REQUESTER)
        other = new_ticket(agent, requester="supervisor@acme.example")
        agent.send("POST", f"/tickets/{own['id']}/comments", {"body": "psst", "visibility": "internal"})
        agent.send("POST", f"/tickets/{own['id']}/transitions", {"to": "open"})
        eventually(lambda: "TicketStateChanged" in to_requester.events_of(own))
        eventually(
            lambda: {"CommentAdded", "TicketStateChanged", "ClockStarted"} <= set(to_agent.events_of(own))
        )
        eventually(lambda: "TicketCreated" in to_agent.events_of(other))
    assert "CommentAdded" not in to_requester.events_of(own)
    assert to_requester.events_of(other) == []
    assert [
        one for one in to_stranger.heard if own["id"] in one["resource"] or other["id"] in one["resource"]
    ] == []


# gRPC.


def test_a_create_by_grpc_meets_the_same_use_case_as_by_rest(desk: Desk) -> None:
    request = pb.CreateTicketRequest(title="By gRPC", impact="high", urgency="high", requester=REQUESTER)
    by_grpc = rpc(desk, AGENT, "TicketService/CreateTicket", request, pb.CreateTicketResponse).ticket
    agent = desk.sign_in(AGENT)
    by_rest = new_ticket(agent, impact="high", urgency="high", requester=REQUESTER)
    seen = agent.get(f"/tickets/{by_grpc.number}")
    own = {"id", "key", "number", "title", "created_at", "updated_at", "due_at", "sla", "version", "channel"}
    assert {name: value for name, value in seen.items() if name not in own} == {
        name: value for name, value in by_rest.items() if name not in own
    }
    causes = {
        client_id: agent.get(f"/tickets/{client_id}/history")["items"][0]["cause"]
        for client_id in (by_grpc.id, by_rest["id"])
    }
    assert causes == {by_grpc.id: "grpc", by_rest["id"]: "rest"}


def test_a_key_holds_over_both_doors(desk: Desk) -> None:
    key = uuid.uuid4().hex
    title = f"One key {key}"
    by_rest = desk.sign_in(AGENT).send("POST", "/tickets", {"title": title}, **{"Idempotency-Key": key})
    request = pb.CreateTicketRequest(title=title)
    by_grpc = rpc(
        desk,
        AGENT,
        "TicketService/CreateTicket",
        request,
        pb.CreateTicketResponse,
        **{"idempotency-key": key},
    )
    assert by_grpc.ticket.id == by_rest["id"]


def test_a_key_holds_over_both_doors_for_what_is_said(desk: Desk) -> None:
    client, key = desk.sign_in(AGENT), uuid.uuid4().hex
    ticket = new_ticket(client)["id"]
    by_rest = client.send(
        "POST", f"/tickets/{ticket}/comments", {"body": "Said once."}, **{"Idempotency-Key": key}
    )
    request = pb.CreateCommentRequest(ticket=ticket, body="Said once.")
    by_grpc = rpc(
        desk,
        AGENT,
        "TicketService/CreateComment",
        request,
        pb.CreateCommentResponse,
        **{"idempotency-key": key},
    )
    assert by_grpc.comment.id == by_rest["id"]
    assert len(client.get(f"/tickets/{ticket}/comments")["items"]) == 1


def test_grpc_refuses_as_rest_does(desk: Desk) -> None:
    ticket = new_ticket(desk.sign_in(AGENT))["id"]
    for who, method, request, status in (
        (STRANGER, "GetTicket", pb.GetTicketRequest(ticket=ticket), "NOT_FOUND"),
        (
            AGENT,
            "TransitionTicket",
            pb.TransitionTicketRequest(ticket=ticket, to="closed"),
            "FAILED_PRECONDITION",
        ),
        (AGENT, "CreateAttachment", pb.CreateAttachmentRequest(ticket=ticket), "UNIMPLEMENTED"),
    ):
        assert refusal(desk, who, f"TicketService/{method}", request)[0] == status
