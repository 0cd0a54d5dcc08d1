"""What a rule refuses: which field, and why, in words for people."""

from __future__ import annotations


class Refused(ValueError):
    """Values that no rule can work with. `problems` holds (field, reason) pairs, at least one."""

    def __init__(self, *problems: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {reason}" for field, reason in problems))
        self.problems = problems
