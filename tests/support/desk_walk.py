"""One mail on its way through the whole main job, by a requester and an agent who do not give up."""

import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import TypeVar

import httpx
from desk_mail import clocks, hand_in, new_sender, written

from embedded.testing import Client, Desk, Json

AGENT = "agent@acme.example"
PATIENCE_SECONDS = 90.0
NOT_NOW = {502, 503, 504}

T = TypeVar("T")


@dataclass
class Patient:
    """A client that repeats what did not get through: reads as they are, writes under one Idempotency-Key.

    A fault of the desk may make it wait, never make it fail: any other answer than a success is an AssertionError.
    """

    client: Client

    def get(self, path: str, **parameters: str | int) -> Json:
        return self._until_taken(lambda: self.client.http.get(path, params=parameters))

    def send(self, method: str, path: str, body: object) -> Json:
        key = {"Idempotency-Key": uuid.uuid4().hex}
        return self._until_taken(lambda: self.client.http.request(method, path, json=body, headers=key))

    def wait_for(self, look: Callable[[], T | None], what: str) -> T:
        """What `look` gives as soon as it is true."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not (found := look()):
            assert time.monotonic() < deadline, f"{what} did not come: {found!r}"
            time.sleep(0.1)
        return found

    def _until_taken(self, ask: Callable[[], httpx.Response]) -> Json:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            said = ""
            try:
                answer = ask()
            except httpx.TransportError as error:
                said = repr(error)
            else:
                if answer.is_success:
                    found: Json = answer.json()
                    return found
                said = f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text}"
                still_running = answer.status_code == 409 and "retry-after" in answer.headers
                assert answer.status_code in NOT_NOW or still_running, said
            assert time.monotonic() < deadline, said
            time.sleep(0.1)


@dataclass
class Walk:
    """The story of one requester, told step by step through the public doors."""

    desk: Desk
    agent: Patient
    sender: str = field(default_factory=new_sender)
    word: str = field(default_factory=lambda: uuid.uuid4().hex[:10])
    ticket_id: str = ""

    @classmethod
    def of(cls, desk: Desk) -> "Walk":
        return cls(desk, Patient(desk.sign_in(AGENT)))

    def walk(self) -> None:
        """From the first mail to the resolved ticket."""
        first = written(self.sender, f"Broken {self.word}", "It does not work.")
        inbound_id = hand_in(self.desk, first, sender=self.sender)
        self.ticket_id = self._landed(inbound_id)["ticket_id"]
        self._post("comments", {"body": "Which version is it?", "visibility": "public"})
        reply = self.agent.wait_for(self._reply, "the agent's reply")
        self._post("transitions", {"to": "pending_requester"})
        answer = written(self.sender, f"Re: {reply['Subject']}", "Version 5.2", answers=reply)
        landed = self._landed(hand_in(self.desk, answer, sender=self.sender))
        assert (landed["ticket_id"], bool(landed["comment_id"])) == (self.ticket_id, True)
        self.agent.wait_for(lambda: self._ticket()["state"] == "open", "the reopening")
        self._post("transitions", {"to": "resolved"})

    def settled(self) -> bool:
        """Whether all that the walk calls forth is there."""
        states = {name: clock["state"] for name, clock in clocks(self.agent, self.ticket_id).items()}
        sent = Counter(one["purpose"] for one in self._deliveries() if one["state"] == "sent")
        return (
            {"first_response", "resolution"} <= states.keys()
            and set(states.values()) == {"stopped"}
            and {"acknowledgement", "reply", "resolved"} <= sent.keys()
        )

    def check(self) -> None:
        """All of it is there once."""
        tickets = self.agent.client.all("/tickets", filter=f'requester = "{self.sender}"')
        assert [one["id"] for one in tickets] == [self.ticket_id]
        comments = self.agent.get(f"/tickets/{self.ticket_id}/comments")["items"]
        assert [one["body"].strip() for one in comments] == ["Which version is it?", "Version 5.2"]
        clocks(self.agent, self.ticket_id)
        told = Counter((one["to"], one["purpose"]) for one in self._deliveries())
        to_requester = {purpose: count for (to, purpose), count in told.items() if to == self.sender}
        assert to_requester == {"acknowledgement": 1, "reply": 1, "resolved": 1}
        assert {told[to, purpose] for to, purpose in told if purpose == "agent_new_ticket"} == {1}
        mails = self.desk.sent_mails(self.sender, about=tickets[0]["number"])
        assert len(mails) == 3
        assert [one["Auto-Submitted"] for one in mails].count("auto-replied") == 1

    def _reply(self) -> EmailMessage | None:
        mails = self.desk.sent_mails(self.sender, about=self.word)
        return next((one for one in mails if not one["Auto-Submitted"]), None)

    def _landed(self, inbound_id: str) -> Json:
        def look() -> Json | None:
            inbound = self.agent.get(f"/inbound-messages/{inbound_id}")
            return inbound if inbound["ticket_id"] else None

        return self.agent.wait_for(look, f"the ticket of mail {inbound_id}")

    def _post(self, what: str, body: object) -> None:
        self.agent.send("POST", f"/tickets/{self.ticket_id}/{what}", body)

    def _ticket(self) -> Json:
        return self.agent.get(f"/tickets/{self.ticket_id}")

    def _deliveries(self) -> list[Json]:
        page = self.agent.get("/deliveries", filter=f'ticket_id = "{self.ticket_id}"', page_size=200)
        items: list[Json] = page["items"]
        return items
