"""The second factor of people over gRPC."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from google.protobuf.message import Message

from chassis.context import current_caller
from chassis.db import Databases, Tx
from chassis.errors import Forbidden
from chassis.grpc_server import own_transaction
from chassis.idempotency import once
from chassis.sealing import Sealer
from deskmesh.gateway.v1 import second_factor_service_pb2 as pb
from gateway.app import second_factors
from gateway.publish import timestamp

Answer = TypeVar("Answer", bound=Message)


class SecondFactorService:
    """Answers the rpcs of deskmesh.gateway.v1.SecondFactorService.

    A wrong code has to count although nothing of its transaction stays, and no secret is kept with the answer of an
    idempotency key: so these open transactions of their own, and put secrets in afterwards.
    """

    def __init__(self, databases: Databases, sealer: Sealer) -> None:
        self._databases = databases
        self._sealer = sealer

    async def GetMySecondFactor(self, tx: Tx, _: pb.GetMySecondFactorRequest) -> pb.GetMySecondFactorResponse:
        state = await second_factors.second_factor_state(tx)
        return pb.GetMySecondFactorResponse(
            confirmed_at=None if state.confirmed_at is None else timestamp(state.confirmed_at),
            recovery_codes_left=state.recovery_codes_left,
            required=state.required,
            password_opens=state.password_opens,
        )

    @own_transaction
    async def StartMySecondFactor(
        self, request: pb.StartMySecondFactorRequest
    ) -> pb.StartMySecondFactorResponse:
        made = pb.StartMySecondFactorResponse()

        async def start(tx: Tx) -> pb.StartMySecondFactorResponse:
            shared = await second_factors.start_second_factor(tx, self._sealer, password=request.password)
            made.secret, made.otpauth_uri = shared.secret, shared.otpauth_uri
            return pb.StartMySecondFactorResponse()

        await self._tried(pb.StartMySecondFactorResponse, start)
        return made

    @own_transaction
    async def ConfirmMySecondFactor(
        self, request: pb.ConfirmMySecondFactorRequest
    ) -> pb.ConfirmMySecondFactorResponse:
        made = pb.ConfirmMySecondFactorResponse()

        async def confirm(tx: Tx) -> pb.ConfirmMySecondFactorResponse:
            made.recovery_codes.extend(
                await second_factors.confirm_second_factor(tx, self._sealer, code=request.code)
            )
            return pb.ConfirmMySecondFactorResponse()

        await self._tried(pb.ConfirmMySecondFactorResponse, confirm)
        return made

    @own_transaction
    async def RenewMyRecoveryCodes(
        self, request: pb.RenewMyRecoveryCodesRequest
    ) -> pb.RenewMyRecoveryCodesResponse:
        made = pb.RenewMyRecoveryCodesResponse()

        async def renew(tx: Tx) -> pb.RenewMyRecoveryCodesResponse:
            made.recovery_codes.extend(
                await second_factors.renew_recovery_codes(
                    tx, self._sealer, password=request.password, code=request.code
                )
            )
            return pb.RenewMyRecoveryCodesResponse()

        await self._tried(pb.RenewMyRecoveryCodesResponse, renew)
        return made

    @own_transaction
    async def RemoveMySecondFactor(
        self, request: pb.RemoveMySecondFactorRequest
    ) -> pb.RemoveMySecondFactorResponse:
        async def remove(tx: Tx) -> pb.RemoveMySecondFactorResponse:
            await second_factors.remove_second_factor(
                tx, self._sealer, password=request.password, code=request.code
            )
            return pb.RemoveMySecondFactorResponse()

        return await self._tried(pb.RemoveMySecondFactorResponse, remove)

    async def ResetSecondFactor(
        self, tx: Tx, request: pb.ResetSecondFactorRequest
    ) -> pb.ResetSecondFactorResponse:
        await second_factors.reset_second_factor(tx, user=request.user)
        return pb.ResetSecondFactorResponse()

    async def _tried(self, answer: type[Answer], work: Callable[[Tx], Awaitable[Answer]]) -> Answer:
        """Do the work once for its idempotency key; each wrong password or code counts for the account."""
        caller = current_caller()
        if caller.kind != "user" or caller.user_id is None:
            raise Forbidden("Only a person has this.", reason="NOT_A_PERSON")
        async with second_factors.attempts(
            self._databases, tenant_id=caller.tenant_id, user_id=caller.user_id
        ):
            return await once(self._databases.for_tenant(caller.tenant_id), answer, work)
