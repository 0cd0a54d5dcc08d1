"""What a tenant demands of whoever signs in, over gRPC."""

from chassis.db import Tx
from deskmesh.gateway.v1 import sign_in_policy_service_pb2 as pb
from gateway.app.sign_in_policies import NewPolicy, get_sign_in_policy, set_sign_in_policy
from gateway.db.second_factors import SignInPolicy


class SignInPolicyService:
    """Answers the rpcs of deskmesh.gateway.v1.SignInPolicyService."""

    async def GetSignInPolicy(self, tx: Tx, _: pb.GetSignInPolicyRequest) -> pb.GetSignInPolicyResponse:
        return pb.GetSignInPolicyResponse(policy=_message(await get_sign_in_policy(tx)))

    async def SetSignInPolicy(self, tx: Tx, request: pb.SetSignInPolicyRequest) -> pb.SetSignInPolicyResponse:
        policy = await set_sign_in_policy(
            tx,
            new=NewPolicy(second_factor_roles=list(request.policy.second_factor_roles)),
            expected_version=request.expected_version or None,
        )
        return pb.SetSignInPolicyResponse(policy=_message(policy))


def _message(policy: SignInPolicy) -> pb.SignInPolicy:
    return pb.SignInPolicy(second_factor_roles=policy.second_factor_roles, version=policy.version)
