"""The second factor: yours, somebody's who has lost it, and what the tenant demands."""

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response

from deskmesh.gateway.v1 import second_factor_service_pb2 as pb
from deskmesh.gateway.v1 import sign_in_policy_service_pb2 as policies
from gateway.app.second_step import set_up_at_sign_in
from gateway.clients import gateway as rpcs
from gateway.http.answers import document, nothing, resource
from gateway.http.desk import ask, desk
from gateway.http.door import ANONYMOUS, Door
from gateway.http.headers import expected_version
from gateway.http.models import second_factors as models
from gateway.http.models.common import word
from gateway.http.routes.browser import address
from gateway.http.values import JsonObject, moment, person, person_named

door = Door("auth")

_MINE = "/me/second-factor"
_POLICY = "/sign-in-policy"


@door.route("GET", _MINE, rpcs.GET_MY_SECOND_FACTOR, gives=models.SecondFactor)
async def get_my_second_factor(request: Request) -> Response:
    """Read whether you have a second factor, how many recovery codes are left, and whether your password opens anything."""
    found = await ask(request, rpcs.GET_MY_SECOND_FACTOR, pb.GetMySecondFactorRequest())
    return document(
        {
            "confirmed_at": moment(found.confirmed_at) if found.HasField("confirmed_at") else None,
            "recovery_codes_left": found.recovery_codes_left,
            "required": found.required,
            "password_opens": found.password_opens,
        }
    )


@door.route("POST", _MINE, rpcs.START_MY_SECOND_FACTOR, gives=models.SharedSecret)
async def start_my_second_factor(request: Request, body: models.SecondFactorStart) -> Response:
    """Begin to set up a second factor: an app that makes codes (RFC 6238).

    Gives the secret for the app. It counts when a code has confirmed it. Only a session that began with a sign-in may
    do this.
    """
    question = pb.StartMySecondFactorRequest(password=body.password)
    shared = await ask(request, rpcs.START_MY_SECOND_FACTOR, question)
    return document({"secret": shared.secret, "otpauth_uri": shared.otpauth_uri})


@door.route("POST", f"{_MINE}/confirmation", rpcs.CONFIRM_MY_SECOND_FACTOR, gives=models.RecoveryCodes)
async def confirm_my_second_factor(request: Request, body: models.SecondFactorCode) -> Response:
    """Confirm your second factor by a code of the app.

    From now on each sign-in by password asks for a code. The recovery codes are shown this once.
    """
    question = pb.ConfirmMySecondFactorRequest(code=body.code)
    confirmed = await ask(request, rpcs.CONFIRM_MY_SECOND_FACTOR, question)
    return document({"recovery_codes": list(confirmed.recovery_codes)})


@door.route("POST", f"{_MINE}/recovery-codes", rpcs.RENEW_MY_RECOVERY_CODES, gives=models.RecoveryCodes)
async def renew_my_recovery_codes(request: Request, body: models.SecondFactorProof) -> Response:
    """Get new recovery codes, shown this once; the old ones are worth nothing any more."""
    question = pb.RenewMyRecoveryCodesRequest(password=body.password, code=body.code)
    renewed = await ask(request, rpcs.RENEW_MY_RECOVERY_CODES, question)
    return document({"recovery_codes": list(renewed.recovery_codes)})


@door.route("POST", f"{_MINE}/removal", rpcs.REMOVE_MY_SECOND_FACTOR, status=HTTPStatus.NO_CONTENT)
async def remove_my_second_factor(request: Request, body: models.SecondFactorProof) -> Response:
    """Take your second factor away, unless your tenant demands one of you (409)."""
    question = pb.RemoveMySecondFactorRequest(password=body.password, code=body.code)
    await ask(request, rpcs.REMOVE_MY_SECOND_FACTOR, question)
    return nothing()


@door.route("DELETE", "/users/{user}/second-factor", rpcs.RESET_SECOND_FACTOR, status=HTTPStatus.NO_CONTENT)
async def reset_second_factor(request: Request, user: str) -> Response:
    """Take away the second factor of somebody who has lost it, by id or e-mail address.

    All their sessions end. It is written into the audit log.
    """
    await ask(request, rpcs.RESET_SECOND_FACTOR, pb.ResetSecondFactorRequest(user=user))
    return nothing()


@door.route("POST", "/auth/second-factor", ANONYMOUS, gives=models.SharedSecret)
async def set_up_second_factor_at_sign_in(request: Request, body: models.MfaToken) -> Response:
    """Begin to set up the second factor that a sign-in waits for.

    With the `mfa_token` of a sign-in that was refused with the code `mfa_setup_required`; finishing that sign-in by a
    code of the app confirms it.
    """
    at = desk(request)
    at.sign_ins.take(address(request))
    shared = await set_up_at_sign_in(at.databases, at.sealer, mfa_token=body.mfa_token)
    return document({"secret": shared.secret, "otpauth_uri": shared.otpauth_uri})


@door.route("GET", _POLICY, rpcs.GET_SIGN_IN_POLICY, gives=models.SignInPolicy, versioned=True)
async def get_sign_in_policy(request: Request) -> Response:
    """Read what is demanded of whoever signs in."""
    found = await ask(request, rpcs.GET_SIGN_IN_POLICY, policies.GetSignInPolicyRequest())
    return _policy(found.policy)


@door.route("PUT", _POLICY, rpcs.SET_SIGN_IN_POLICY, gives=models.SignInPolicy, versioned=True)
async def set_sign_in_policy(request: Request, body: models.SignInPolicyInput) -> Response:
    """Say what is demanded of whoever signs in; all of it is replaced.

    It holds from the next sign-in of everybody on. Whoever has no second factor and needs one sets it up then. With
    `providers_only`, passwords open nothing, and sessions that began with one end; those of the people of `break_glass`
    hold all the same, and each use is told to the administrators and the audit log. It takes an active identity
    provider that answers, and one such person. Personal access tokens and service accounts stay.
    """
    question = policies.SetSignInPolicyRequest(
        policy=policies.SignInPolicy(
            second_factor_roles=body.second_factor_roles,
            providers_only=body.providers_only,
            break_glass=[person_named(word(one)) for one in body.break_glass],
        ),
        expected_version=expected_version(request),
    )
    return _policy((await ask(request, rpcs.SET_SIGN_IN_POLICY, question)).policy)


def _policy(policy: policies.SignInPolicy) -> Response:
    body: JsonObject = {
        "second_factor_roles": list(policy.second_factor_roles),
        "providers_only": policy.providers_only,
        "break_glass": [person(one) for one in policy.break_glass],
        "version": policy.version,
    }
    return resource(body, policy.version)
