"""Containers for tests, by the command line of the engine that DESKMESH_ENGINE names."""

import json
import os
import subprocess
import sys
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

SERVICES = ("gateway", "tickets", "sla", "knowledge", "cmdb", "notify")

# How an orchestrator with its strictest rules runs them.
LOCKED_DOWN = ("--read-only", "--cap-drop=all", "--security-opt=no-new-privileges")


def image_of(service: str) -> str:
    """The name under which `tools/images` has built a service's image."""
    prefix, tag = os.environ.get("DESKMESH_IMAGE_PREFIX", "localhost/"), os.environ["DESKMESH_IMAGE_TAG"]
    return f"{prefix}deskmesh-{service}:{tag}"


def engine(*arguments: str, text: str | None = None) -> str:
    """Run the engine and give what it prints; AssertionError with its words where it fails."""
    done = subprocess.run(
        [os.environ["DESKMESH_ENGINE"], *arguments],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{' '.join(arguments)}: {done.returncode}\n{done.stdout}{done.stderr}"
    return done.stdout.strip()


def inspect(kind: str, name: str) -> dict[str, Any]:
    """What the engine knows of an image or a container."""
    found: dict[str, Any] = json.loads(engine(kind, "inspect", name))[0]
    return found


def python_in(image: str, program: str) -> Any:  # noqa: ANN401 - what the program prints
    """Run a Python program in an image, alone, on files as the image has them; gives the JSON that it prints."""
    alone = ("--network=none", "--memory=512m", "--interactive")
    return json.loads(
        engine("run", "--rm", *alone, "--entrypoint=python", image, "-W", "ignore", "-", text=program)
    )


@dataclass
class Fleet:
    """Containers on one network of their own, by name; `clear` removes all of them."""

    network: str = field(default_factory=lambda: f"deskmesh-{uuid.uuid4().hex[:8]}")
    names: list[str] = field(default_factory=list)

    def open(self) -> None:
        """Make the network."""
        engine("network", "create", self.network)

    def start(
        self,
        name: str,
        image: str,
        *arguments: str,
        options: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Start a container that the others find by `name`; it may use 512 MB."""
        settings = [f"--env={key}={value}" for key, value in (environment or {}).items()]
        place = (f"--name={self.network}-{name}", f"--network={self.network}", f"--network-alias={name}")
        self.names.append(name)
        engine("run", "--detach", *place, "--memory=512m", *settings, *options, image, *arguments)

    def container(self, name: str) -> str:
        """The engine's name of a container."""
        return f"{self.network}-{name}"

    def port(self, name: str, inside: int) -> int:
        """The port of this machine that leads to a port of a container."""
        return int(engine("port", self.container(name), f"{inside}/tcp").splitlines()[0].rpartition(":")[2])

    def gateway_address(self) -> str:
        """The address of this machine on the network."""
        found = json.loads(engine("network", "inspect", self.network))[0]
        subnets = found.get("subnets") or found["IPAM"]["Config"]
        address = next(one.get("gateway") or one.get("Gateway") for one in subnets)
        return str(address)

    def logs(self, name: str) -> str:
        """What a container has said, errors included."""
        done = subprocess.run(
            [os.environ["DESKMESH_ENGINE"], "logs", "--tail=40", self.container(name)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout

    def stop(self, name: str) -> int:
        """Stop a container as an orchestrator does; gives its exit code, 137 where it had to be killed."""
        engine("stop", "--time=30", self.container(name))
        return int(inspect("container", self.container(name))["State"]["ExitCode"])

    def clear(self) -> None:
        """Remove all, whatever its state; what the containers said goes to standard error, for a failed test's report."""
        for name in reversed(self.names):
            sys.stderr.write(f"--- {name}\n{self.logs(name)}\n")
            engine("rm", "--force", "--volumes", self.container(name))
        self.names.clear()
        engine("network", "rm", "--force", self.network)
