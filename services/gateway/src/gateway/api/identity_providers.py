"""OpenID providers of a tenant over gRPC."""

from collections.abc import Sequence

from chassis.db import Tx
from chassis.guarded_http import Network
from chassis.paging import page_of
from chassis.sealing import Sealer
from deskmesh.gateway.v1 import identity_provider_service_pb2 as pb
from gateway.app import identity_providers
from gateway.app.identity_providers import NewProvider
from gateway.db.identity_providers import IdentityProvider


class IdentityProviderService:
    """Answers the rpcs of deskmesh.gateway.v1.IdentityProviderService."""

    def __init__(self, sealer: Sealer, allowed: Sequence[Network]) -> None:
        """Take the networks within that providers may lie in."""
        self._sealer = sealer
        self._allowed = allowed

    async def ListIdentityProviders(
        self, tx: Tx, request: pb.ListIdentityProvidersRequest
    ) -> pb.ListIdentityProvidersResponse:
        rows, next_page_token = await identity_providers.list_identity_providers(tx, page=page_of(request))
        return pb.ListIdentityProvidersResponse(
            identity_providers=[_message(row) for row in rows], next_page_token=next_page_token
        )

    async def GetIdentityProvider(
        self, tx: Tx, request: pb.GetIdentityProviderRequest
    ) -> pb.GetIdentityProviderResponse:
        row = await identity_providers.get_identity_provider(tx, slug=request.slug)
        return pb.GetIdentityProviderResponse(identity_provider=_message(row))

    async def SetIdentityProvider(
        self, tx: Tx, request: pb.SetIdentityProviderRequest
    ) -> pb.SetIdentityProviderResponse:
        written = request.identity_provider
        row = await identity_providers.set_identity_provider(
            tx,
            self._sealer,
            new=NewProvider(
                slug=written.slug,
                name=written.name,
                issuer=written.issuer,
                client_id=written.client_id,
                client_secret=request.client_secret if request.HasField("client_secret") else None,
                scopes=list(written.scopes),
                email_claim=written.email_claim,
                name_claim=written.name_claim,
                groups_claim=written.groups_claim,
                domains=list(written.domains),
                creates_people=written.creates_people,
                role_mapping=dict(written.role_mapping),
                active=written.active,
            ),
            allowed=self._allowed,
            expected_version=request.expected_version or None,
        )
        return pb.SetIdentityProviderResponse(identity_provider=_message(row))

    async def DeleteIdentityProvider(
        self, tx: Tx, request: pb.DeleteIdentityProviderRequest
    ) -> pb.DeleteIdentityProviderResponse:
        await identity_providers.delete_identity_provider(tx, slug=request.slug)
        return pb.DeleteIdentityProviderResponse()


def _message(row: IdentityProvider) -> pb.IdentityProvider:
    return pb.IdentityProvider(
        id=str(row.id),
        slug=row.slug,
        name=row.name,
        issuer=row.issuer,
        client_id=row.client_id,
        scopes=row.scopes,
        email_claim=row.email_claim,
        name_claim=row.name_claim,
        groups_claim=row.groups_claim,
        domains=row.domains,
        creates_people=row.creates_people,
        role_mapping=row.role_mapping,
        active=row.active,
        version=row.version,
    )
