"""Links by which people act out of a mail. The token is made when the mail is written: nothing that is stored holds it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from chassis.links import sign_link

APPROVAL = "approval"
_VOTE = "approval.vote."


def approval_content(
    ticket_id: str, approval_id: str, votes: Mapping[str, tuple[str, str, datetime]]
) -> dict[str, str]:
    """What is kept of those who are asked, by address: their id, their vote's, and until when a link holds."""
    kept = {
        f"{_VOTE}{email.lower()}": f"{person_id} {vote_id} {until.isoformat()}"
        for email, (person_id, vote_id, until) in votes.items()
    }
    return {"approval.ticket_id": ticket_id, "approval.id": approval_id, **kept}


@dataclass(frozen=True, slots=True)
class Links:
    """Makes links under the gateway's public address, signed by this service's key."""

    public_url: str
    secret: str

    def for_mail(self, tenant_id: UUID, content: Mapping[str, object], recipient: str) -> dict[str, str]:
        """The links that a mail to this address may show, by their names in templates."""
        kept = content.get(f"{_VOTE}{recipient}")
        if not self.public_url or not self.secret or not isinstance(kept, str):
            return {}
        person_id, vote_id, until = kept.split(" ")
        token = sign_link(
            self.secret,
            APPROVAL,
            {
                "tenant": str(tenant_id),
                "person": person_id,
                "ticket": str(content["approval.ticket_id"]),
                "approval": str(content["approval.id"]),
                "vote": vote_id,
            },
            expires_at=datetime.fromisoformat(until),
        )
        return {"approval.link": f"{self.public_url}/approvals/{token}"}
