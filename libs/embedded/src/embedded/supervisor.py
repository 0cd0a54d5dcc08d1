"""Starts processes in order, starts again what dies, and stops them in the opposite order."""

import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from embedded.errors import EmbeddedError
from embedded.processes import wait_or_end

_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 10.0
# A process that lived this long starts again at once when it dies.
_STEADY_SECONDS = 30.0


@dataclass(slots=True)
class Member:
    """A process to keep running. `start` starts it, `ask` is the signal it ends by, `insist` the one after that."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    ports: Mapping[str, int]
    ask: signal.Signals = signal.SIGTERM
    insist: signal.Signals = signal.SIGKILL
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    again_at: float | None = None
    pause: float = 0.0


@dataclass(slots=True)
class Supervisor:
    """Keeps members running. `changed` is told the members whenever one has a new process."""

    say: Callable[[str], None]
    changed: Callable[[list[Member]], None]
    members: list[Member] = field(default_factory=list)

    def start(self, member: Member) -> None:
        """Start a member and keep it running from now on."""
        self.members.append(member)
        self._start(member)

    def tend(self) -> None:
        """Look after the members once: note who died, and start again those whose pause is over."""
        now = time.monotonic()
        for member in self.members:
            if member.again_at is not None:
                if now >= member.again_at:
                    self._start(member)
            elif member.process is not None and member.process.poll() is not None:
                steady = now - member.started >= _STEADY_SECONDS
                member.pause = 0.0 if steady else min(max(member.pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
                member.again_at = now + member.pause
                self.say(f"{member.name} ended ({_reason(member.process.returncode)}); starting it again")

    def stop(self, *names: str, patience: float) -> None:
        """Stop the named members together: all are asked, and after `patience` seconds made to end."""
        named = [member for member in self.members if member.name in names]
        self.members = [member for member in self.members if member.name not in names]
        living = [
            (one, one.process) for one in named if one.process is not None and one.process.poll() is None
        ]
        for member, process in living:
            process.send_signal(member.ask)
        deadline = time.monotonic() + patience
        for member, process in living:
            wait_or_end(process, patience=max(0.0, deadline - time.monotonic()), insist=member.insist)

    def _start(self, member: Member) -> None:
        member.again_at = None
        try:
            member.process = member.start()
        except (EmbeddedError, OSError) as error:
            member.pause = min(max(member.pause * 2, _FIRST_PAUSE), _LONGEST_PAUSE)
            member.again_at = time.monotonic() + member.pause
            self.say(f"{member.name} does not start: {error}")
            return
        member.started = time.monotonic()
        self.changed(self.members)


def _reason(code: int) -> str:
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    return f"exit code {code}"
