"""When a rating is asked for, what it may be, and when it is a low one."""

from dataclasses import dataclass

ASK_ON = ("closed", "resolved", "never")
SCALES = ("five", "two")
ON_LOW = ("nothing", "alert", "reopen")
MAX_LOW_MARK = 4
MAX_WINDOW_DAYS = 90
MAX_COMMENT = 4_000

GOOD, BAD = 5, 1
_SCORES = {"five": (1, 2, 3, 4, 5), "two": (BAD, GOOD)}

RATEABLE_CATEGORIES = ("resolved", "closed")
"""A ticket that the desk is done with."""


@dataclass(frozen=True, slots=True)
class RatingPolicy:
    """When ratings are asked for and what follows from low ones; as it stands here where nobody has set it."""

    ask_on: str = "closed"
    scale: str = "five"
    nps: bool = False
    low_mark: int = 2
    on_low: str = "alert"
    window_days: int = 14

    def asks_in(self, category: str) -> bool:
        """Whether a ticket that reaches a state of this category calls for a rating."""
        return self.ask_on == category

    def is_low(self, score: int) -> bool:
        """Whether the desk should look at it again."""
        return score <= self.low_mark


def policy_problems(policy: RatingPolicy) -> dict[str, str]:
    """What is wrong with a setting, by its field."""
    problems = {}
    for name, choices in (("ask_on", ASK_ON), ("scale", SCALES), ("on_low", ON_LOW)):
        if getattr(policy, name) not in choices:
            problems[name] = f"must be one of: {', '.join(choices)}"
    if not 0 <= policy.low_mark <= MAX_LOW_MARK:
        problems["low_mark"] = f"must be 0 to {MAX_LOW_MARK}"
    if not 1 <= policy.window_days <= MAX_WINDOW_DAYS:
        problems["window_days"] = f"must be 1 to {MAX_WINDOW_DAYS}"
    return problems


def rating_problems(policy: RatingPolicy, score: int, nps: int | None) -> dict[str, str]:
    """What is wrong with a rating, by its field."""
    problems = {}
    if score not in _SCORES[policy.scale]:
        allowed = ", ".join(map(str, _SCORES[policy.scale]))
        problems["score"] = f"must be one of: {allowed}"
    if nps is not None and not policy.nps:
        problems["nps"] = "is not asked for"
    elif nps is not None and not 0 <= nps <= 10:
        problems["nps"] = "must be 0 to 10"
    return problems
