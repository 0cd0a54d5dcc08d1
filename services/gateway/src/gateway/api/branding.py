"""How the desk looks to the people of a tenant, over gRPC."""

from chassis.db import Tx
from deskmesh.gateway.v1 import branding_service_pb2 as pb
from gateway.app.branding import NewBranding, get_branding, set_branding
from gateway.db.branding import Branding
from gateway.db.tables import Tenant
from gateway.domain.branding import shades_of


class BrandingService:
    """Answers the rpcs of deskmesh.gateway.v1.BrandingService."""

    async def GetBranding(self, tx: Tx, _: pb.GetBrandingRequest) -> pb.GetBrandingResponse:
        return pb.GetBrandingResponse(branding=await _message(tx, await get_branding(tx)))

    async def SetBranding(self, tx: Tx, request: pb.SetBrandingRequest) -> pb.SetBrandingResponse:
        new = NewBranding(request.accent, request.logo, request.remove_logo)
        row = await set_branding(tx, new=new, expected_version=request.expected_version or None)
        return pb.SetBrandingResponse(branding=await _message(tx, row))


async def _message(tx: Tx, row: Branding) -> pb.Branding:
    tenant = await tx.get(Tenant, row.id)
    assert tenant is not None  # the caller's own
    return pb.Branding(
        accent=row.accent,
        shades=shades_of(row.accent) if row.accent else (),
        logo_sha256=row.logo_sha256,
        version=row.version,
        tenant=tenant.slug,
    )
