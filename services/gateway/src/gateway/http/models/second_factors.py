"""Bodies of the second factor, of what a tenant demands of it, and of sessions."""

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.common import EARLIER, ID, LATER, PERSON, Input, Output, Person, PersonRef, Text

MFA_TOKEN: JsonDict = {"mfa_token": "dm_mfa_Jx2…"}
PROOF: JsonDict = {"password": "deskmesh", "code": "123456"}
CODES: list[str] = ["h4k2m-9xq7p-vd3wn-8c5rt"]


class SecondFactor(Output):
    """Your second factor."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "confirmed_at": EARLIER,
                    "recovery_codes_left": 10,
                    "required": False,
                    "password_opens": True,
                }
            ]
        }
    )

    confirmed_at: str | None = Field(description="Null: there is none.")
    recovery_codes_left: int
    required: bool = Field(description="Your tenant demands one of you.")
    password_opens: bool = Field(
        description="False where you have no password, and where people sign in at identity providers alone and you are not "
        "named for emergencies."
    )


class SecondFactorStart(Input):
    """Your password."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"password": "deskmesh"}]})

    password: Text


class SharedSecret(Output):
    """What your app has to know, shown this once."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
                    "otpauth_uri": "otpauth://totp/Deskmesh%20Acme:agent%40acme.example?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Deskmesh%20Acme",
                }
            ]
        }
    )

    secret: str = Field(description="In Base32, to be typed.")
    otpauth_uri: str = Field(description="The same, to be drawn as a QR code.")


class SecondFactorCode(Input):
    """A code of your app."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"code": "123456"}]})

    code: Text


class SecondFactorProof(Input):
    """Your password, and a code of your app or a recovery code."""

    model_config = ConfigDict(json_schema_extra={"examples": [PROOF]})

    password: Text
    code: Text


class RecoveryCodes(Output):
    """Codes that stand in for your app, once each; shown this once."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"recovery_codes": [*CODES]}]})

    recovery_codes: list[str]


class MfaToken(Input):
    """What the refused sign-in gave."""

    model_config = ConfigDict(json_schema_extra={"examples": [MFA_TOKEN]})

    mfa_token: Text


class SecondStep(MfaToken):
    """The code that finishes a sign-in."""

    model_config = ConfigDict(json_schema_extra={"examples": [{**MFA_TOKEN, "code": "123456"}]})

    code: Text = Field(description="Of your app, or a recovery code.")


class SignInPolicyInput(Input):
    """What is demanded of whoever signs in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "second_factor_roles": ["admin"],
                    "providers_only": True,
                    "break_glass": ["admin@acme.example"],
                }
            ]
        }
    )

    second_factor_roles: list[Text] = Field(
        max_length=50, description="Roles whose holders need a second factor, by slug or id."
    )
    providers_only: bool = Field(
        default=False, description="Passwords open nothing: people sign in at identity providers."
    )
    break_glass: list[Person] = Field(
        default_factory=list,
        max_length=10,
        description="Administrators whose passwords hold all the same, by id or e-mail address.",
    )


class SignInPolicy(Output):
    """What is demanded of whoever signs in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "second_factor_roles": ["admin"],
                    "providers_only": True,
                    "break_glass": [PERSON],
                    "version": 2,
                }
            ]
        }
    )

    second_factor_roles: list[str]
    providers_only: bool
    break_glass: list[PersonRef]
    version: int


class Session(Output):
    """Where you are signed in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "user_agent": "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0",
                    "address": "192.0.2.7",
                    "created_at": EARLIER,
                    "last_used_at": EARLIER,
                    "expires_at": LATER,
                    "current": True,
                }
            ]
        }
    )

    id: str
    user_agent: str = Field(description="As the client called itself.")
    address: str = Field(description="From which it signed in.")
    created_at: str
    last_used_at: str = Field(description="When it last got an access token.")
    expires_at: str
    current: bool = Field(description="The one that asks.")


class EndedSessions(Output):
    """How many sessions were ended."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"ended": 2}]})

    ended: int
