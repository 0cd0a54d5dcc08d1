"""The `deskmesh` command."""

import os
import smtplib
import sys
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from pathlib import Path
from typing import Annotated

import typer

from embedded.environment import settings_of_running
from embedded.errors import EmbeddedError
from embedded.home import read_choices, remove

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Deskmesh, from the command line.")
mail = typer.Typer(no_args_is_help=True, help="Mail to the desk.")
app.add_typer(mail, name="mail")


@app.command()
def up(
    *,
    stop_with_parent: Annotated[
        bool, typer.Option("--stop-with-parent", help="Stop when the process that started this one dies.")
    ] = False,
) -> None:
    """Run the whole desk on this machine, in the foreground; Ctrl-C stops it."""
    # The supervisor lives as long as the desk: it replaces this process, and does without the command line's modules.
    arguments = [sys.executable, "-m", "embedded.up", *(["--stop-with-parent"] if stop_with_parent else [])]
    os.execv(sys.executable, arguments)  # noqa: S606 - this interpreter, fixed arguments


@app.command()
def reset() -> None:
    """Remove the data of a stopped run."""
    for folder in remove(read_choices(os.environ).home):
        typer.echo(f"removed {folder}")


@app.command(
    add_help_option=False, context_settings={"allow_extra_args": True, "ignore_unknown_options": True}
)
def tenant(context: typer.Context) -> None:
    """Make, suspend and resume tenants of the desk that runs on this machine."""
    choices = read_choices(os.environ)
    settings = settings_of_running(choices, "gateway", os.environ)
    gateway = str(Path(sys.executable).parent / "deskmesh-gateway")
    os.execve(gateway, [gateway, "tenant", *context.args], settings)  # noqa: S606 - beside this interpreter


@mail.command()
def send(  # noqa: PLR0917 - typer reads the options from the signature
    to: Annotated[str, typer.Argument(help="A support address, as support@acme.example.")],
    subject: Annotated[str, typer.Option(help="The subject; it becomes the ticket's title.")],
    sender: Annotated[str, typer.Option("--from", help="The address the mail comes from.")],
    body: Annotated[str, typer.Option(help="The text; `-` reads it from standard input.")] = "-",
    attach: Annotated[
        list[Path] | None, typer.Option(exists=True, dir_okay=False, help="A file; may be repeated.")
    ] = None,
    server: Annotated[
        str | None, typer.Option(help="host:port; without it, the desk of this machine.")
    ] = None,
) -> None:
    """Send a mail to the desk and print what its server answered, with the id of the stored message."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"], message["Message-ID"] = formatdate(localtime=True), make_msgid(domain="deskmesh.invalid")
    message.set_content(sys.stdin.read() if body == "-" else body)
    for path in attach or []:
        message.add_attachment(
            path.read_bytes(), maintype="application", subtype="octet-stream", filename=path.name
        )
    host, _, port = (server or f"127.0.0.1:{read_choices(os.environ).smtp_port}").rpartition(":")
    try:
        with smtplib.SMTP(host, int(port), timeout=30) as connection:
            connection.ehlo_or_helo_if_needed()
            _accepted(connection.mail(sender))
            _accepted(connection.rcpt(to))
            typer.echo(_accepted(connection.data(message.as_bytes())))
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise EmbeddedError(f"no mail server took it at {host}:{port}: {error}") from error


def _accepted(reply: tuple[int, bytes]) -> str:
    """Give a server's reply as text; EmbeddedError where it refuses."""
    text = f"{reply[0]} {reply[1].decode(errors='replace')}"
    if reply[0] >= 400:
        raise EmbeddedError(f"refused: {text}")
    return text


def run() -> None:
    """Run the command; what goes wrong in a known way is one line on standard error."""
    try:
        app()
    except EmbeddedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    run()
