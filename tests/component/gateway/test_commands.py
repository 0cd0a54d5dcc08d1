"""The operator's commands of a gateway."""

from dataclasses import dataclass

import pytest
from gateway_process import Process
from typer.testing import CliRunner

from chassis.testing.waiting import in_a_thread
from gateway.app.auth import sign_in_with_password
from gateway.main import command_line


async def test_the_operators_command_makes_a_tenant_once(process: Process) -> None:
    arguments = [
        "tenant", "create", "--slug", "initech", "--name", "Initech", "--language", "en", "--language", "pl",
        "--time-zone", "America/Chicago", "--country", "US", "--support-address", "help@initech.example",
        "--admin-email", "boss@initech.example", "--admin-name", "Bill", "--admin-password-stdin",
    ]  # fmt: skip
    first = _command(process, arguments, "a long password\n")
    assert (first.exit_code, "is made" in first.output) == (0, True)
    again = _command(process, arguments, "another password\n")
    assert (again.exit_code, "was there already" in again.output) == (0, True)
    pair = await sign_in_with_password(
        process.desk.databases,
        process.desk.keys,
        tenant_slug="initech",
        username="boss@initech.example",
        password="a long password",
        user_agent="tests",
        ip="192.0.2.1",
    )
    caller = await process.desk.verifier.verify(pair.access_token)
    assert (caller.name, caller.language, caller.time_zone) == ("Bill", "en", "America/Chicago")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("--slug", "Bad Slug"), "slug: is not"),
        (("--time-zone", "Mars"), "time_zone: is not"),
        (("--support-address", "support@acme.example"), "Another tenant has this"),
    ],
)
async def test_the_operators_command_says_what_is_wrong_on_one_line(
    process: Process, change: tuple[str, str], said: str
) -> None:
    options = {
        "--slug": "umbrella",
        "--name": "Umbrella",
        "--language": "en",
        "--time-zone": "UTC",
        "--country": "GB",
        "--support-address": "support@umbrella.example",
        "--admin-email": "admin@umbrella.example",
    } | dict([change])
    arguments = [text for option in options.items() for text in option]
    result = _command(process, ["tenant", "create", *arguments, "--admin-password-stdin"], "a long password")
    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


@dataclass(frozen=True)
class Outcome:
    """How a command ended."""

    exit_code: int
    output: str
    stderr: str


def _command(process: Process, arguments: list[str], typed: str) -> Outcome:
    outcome: list[Outcome] = []

    def run() -> None:
        result = CliRunner().invoke(command_line(), arguments, input=typed, env=process.environment)
        outcome.append(Outcome(result.exit_code, result.output, result.stderr))

    in_a_thread(run)
    return outcome[0]
