"""People of a running desk made for one test: what others did and got counts for none of them."""

import uuid

from embedded.demo.content import PASSWORD
from embedded.testing import Desk


def a_person(desk: Desk, name: str, **said: object) -> str:
    """Make somebody of acme, a requester unless roles are said, and return their address."""
    email = f"{name}.{uuid.uuid4().hex[:8]}@acme.example"
    body = {"email": email, "name": name.title(), "password": PASSWORD, "language": "en", **said}
    desk.sign_in("admin@acme.example").send("POST", "/users", body)
    return email
