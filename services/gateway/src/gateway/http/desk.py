"""What the routes stand on, made once by `main` and handed to the application."""

from dataclasses import dataclass
from pathlib import Path

from starlette.requests import Request

from chassis.db import Databases
from chassis.objects import ObjectStore
from chassis.sealing import Sealer
from gateway.app.admission import Admission
from gateway.app.keys import SigningKeys
from gateway.app.limits import Limiter
from gateway.app.links import Links
from gateway.app.password_resets import PasswordResets
from gateway.app.provider_sign_out import ProviderSignOut
from gateway.app.single_sign_on import SingleSignOn
from gateway.clients.calling import Answer, Backends, Question, Rpc
from gateway.http.live.presence import SharedPresence
from gateway.http.live.stream import Live


@dataclass(frozen=True, slots=True)
class Desk:
    """The parts of the process that answer requests."""

    databases: Databases
    objects: ObjectStore
    keys: SigningKeys
    admission: Admission
    backends: Backends
    live: Live
    presence: SharedPresence
    sign_ins: Limiter
    sealer: Sealer
    single_sign_on: SingleSignOn
    provider_sign_out: ProviderSignOut
    password_resets: PasswordResets
    links: Links
    web_folder: Path
    """Where the built web UI stands; an absent one is not served."""


def desk(request: Request) -> Desk:
    """Find the desk of a running request."""
    found = request.app.state.desk
    assert isinstance(found, Desk)
    return found


async def ask(request: Request, rpc: Rpc[Question, Answer], question: Question) -> Answer:
    """Ask a service as the caller of the request.

    Raises:
        DeskmeshError: as the service raised it.
    """
    return await desk(request).backends.call(rpc, question)
