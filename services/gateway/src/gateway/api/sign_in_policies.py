"""What a tenant demands of whoever signs in, over gRPC."""

from chassis.context import current_caller
from chassis.db import Databases, Tx
from chassis.grpc_server import own_transaction
from chassis.idempotency import once
from deskmesh.gateway.v1 import sign_in_policy_service_pb2 as pb
from gateway.app.sign_in_policies import (
    NewPolicy,
    Policy,
    active_providers,
    get_sign_in_policy,
    set_sign_in_policy,
)
from gateway.clients.oidc import OidcClient
from gateway.publish import person


class SignInPolicyService:
    """Answers the rpcs of deskmesh.gateway.v1.SignInPolicyService."""

    def __init__(self, databases: Databases, oidc: OidcClient) -> None:
        self._databases = databases
        self._oidc = oidc

    async def GetSignInPolicy(self, tx: Tx, _: pb.GetSignInPolicyRequest) -> pb.GetSignInPolicyResponse:
        return pb.GetSignInPolicyResponse(policy=_message(await get_sign_in_policy(tx)))

    @own_transaction
    async def SetSignInPolicy(self, request: pb.SetSignInPolicyRequest) -> pb.SetSignInPolicyResponse:
        """Providers are asked before the transaction that writes."""
        database = self._databases.for_tenant(current_caller().tenant_id)
        answering = set()
        if request.policy.providers_only:
            async with database.transaction(current_caller().tenant_id) as tx:
                providers = await active_providers(tx)
            answering = {one for one, issuer in providers.items() if await self._oidc.answers(issuer)}

        async def work(tx: Tx) -> pb.SetSignInPolicyResponse:
            policy = await set_sign_in_policy(
                tx,
                new=NewPolicy(
                    second_factor_roles=list(request.policy.second_factor_roles),
                    providers_only=request.policy.providers_only,
                    break_glass=[one.id or one.email for one in request.policy.break_glass],
                ),
                answering=answering,
                expected_version=request.expected_version or None,
            )
            return pb.SetSignInPolicyResponse(policy=_message(policy))

        return await once(database, pb.SetSignInPolicyResponse, work)


def _message(policy: Policy) -> pb.SignInPolicy:
    return pb.SignInPolicy(
        second_factor_roles=policy.row.second_factor_roles,
        version=policy.row.version,
        providers_only=policy.row.providers_only,
        break_glass=[person(one) for one in policy.break_glass],
    )
