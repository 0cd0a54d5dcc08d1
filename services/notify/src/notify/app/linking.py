"""Links by which people act out of a mail. The token is made when the mail is written: nothing that is stored holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.links import sign_link

APPROVAL = "approval"
_VOTE = "approval.vote."
RATING = "rating"
_RATING_OF = "rating.of"
PASSWORD_RESET = "password_reset"  # noqa: S105 (a purpose)
_RESET_OF = "reset.of"


def approval_content(
    ticket_id: str, approval_id: str, votes: Mapping[str, tuple[str, str, datetime]]
) -> dict[str, str]:
    """What is kept of those who are asked, by address: their id, their vote's, and until when a link holds."""
    kept = {
        f"{_VOTE}{email.lower()}": f"{person_id} {vote_id} {until.isoformat()}"
        for email, (person_id, vote_id, until) in votes.items()
    }
    return {"approval.ticket_id": ticket_id, "approval.id": approval_id, **kept}


def rating_content(ticket_id: str, person_id: str, *, scale: str, until: datetime) -> dict[str, str]:
    """What is kept of a rating that is asked for: of which ticket, by whom, by which marks, and until when a link holds."""
    return {_RATING_OF: f"{ticket_id} {person_id} {until.isoformat()}", f"rating.{scale}": "yes"}


def password_content(person_id: str, reset_id: str, *, until: datetime) -> dict[str, str]:
    """What is kept of a new password that is asked for: whose, which request, and until when a link holds."""
    return {_RESET_OF: f"{person_id} {reset_id} {until.isoformat()}"}


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links under the gateway's public address, signed by this service's key."""

    public_url: str
    secret: str

    def for_mail(self, tenant_id: UUID, content: Mapping[str, object], recipient: str) -> dict[str, str]:
        """The links that a mail to this address may show, by their names in templates."""
        if not self.public_url or not self.secret:
            return {}
        vote, rated = content.get(f"{_VOTE}{recipient}"), content.get(_RATING_OF)
        forgotten = content.get(_RESET_OF)
        if isinstance(vote, str):
            person_id, vote_id, until = vote.split(" ")
            claims = {
                "person": person_id,
                "ticket": str(content["approval.ticket_id"]),
                "approval": str(content["approval.id"]),
                "vote": vote_id,
            }
            return {
                "approval.link": f"{self.public_url}/approvals/{self._token(tenant_id, APPROVAL, claims, until)}"
            }
        if isinstance(rated, str):
            ticket_id, person_id, until = rated.split(" ")
            claims = {"person": person_id, "ticket": ticket_id}
            return {
                "rating.link": f"{self.public_url}/ratings/{self._token(tenant_id, RATING, claims, until)}"
            }
        if isinstance(forgotten, str):
            person_id, reset_id, until = forgotten.split(" ")
            claims = {"person": person_id, "reset": reset_id}
            token = self._token(tenant_id, PASSWORD_RESET, claims, until)
            return {"reset.link": f"{self.public_url}/password-reset/{token}"}
        return {}

    def _token(self, tenant_id: UUID, purpose: str, claims: dict[str, str], until: str) -> str:
        expires_at = datetime.fromisoformat(until)
        return sign_link(self.secret, purpose, {"tenant": str(tenant_id), **claims}, expires_at=expires_at)
