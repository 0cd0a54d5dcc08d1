"""NATS stopped, its store deleted: nothing is lost, nothing is told twice."""

import os
import shutil
import signal
import time
import uuid
from collections import Counter

from desk_mail import clocks, hand_in, new_sender, with_ticket, written

from embedded.testing import Client, Desk, eventually

MAILS = 4
SECONDS = 60.0


def test_what_came_in_while_nats_was_away_arrives_once_it_is_back_with_an_empty_store(desk: Desk) -> None:
    agent = desk.sign_in("agent@acme.example")
    nats = desk.processes()["nats"]
    os.kill(nats, signal.SIGSTOP)

    # Mail and requests are taken all the same.
    mails = {
        sender: hand_in(desk, written(sender, "While NATS is away", "Hello"), sender=sender)
        for sender in (new_sender() for _ in range(MAILS))
    }
    requesters = [new_sender() for _ in range(MAILS)]
    made = [
        agent.send(
            "POST", "/tickets", {"title": f"Made {uuid.uuid4().hex}", "requester": {"email": requester}}
        )
        for requester in requesters
    ]

    shutil.rmtree(desk.home / "nats")
    os.kill(nats, signal.SIGKILL)
    eventually(lambda: desk.processes().get("nats") not in {None, nats}, seconds=30)
    eventually(desk.ready, seconds=SECONDS)
    tickets = [one["id"] for one in made]
    tickets += [with_ticket(agent, inbound_id, seconds=SECONDS)["ticket_id"] for inbound_id in mails.values()]
    eventually(lambda: all(clocks(agent, ticket_id) for ticket_id in tickets), seconds=SECONDS)
    eventually(lambda: all(acknowledgements(agent, sender)["sent"] for sender in mails), seconds=SECONDS)

    # What was refilled from the outboxes has gone by once more: nothing was made of it again.
    time.sleep(2)
    for sender in mails:
        assert len(agent.all("/tickets", filter=f'requester = "{sender}"')) == 1
        assert acknowledgements(agent, sender) == {"sent": 1}
    for requester in requesters:
        assert len(agent.all("/tickets", filter=f'requester = "{requester}"')) == 1
    for ticket_id in tickets:
        assert clocks(agent, ticket_id).keys() == {"first_response", "resolution"}


def acknowledgements(agent: Client, to: str) -> Counter[str]:
    """How many acknowledgements there are to an address, by state."""
    found = agent.all("/deliveries", filter=f'to = "{to}" AND purpose = "acknowledgement"')
    return Counter(one["state"] for one in found)
