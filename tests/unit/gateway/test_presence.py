"""Who is at a ticket, for as long as they say so."""

from uuid import UUID

from gateway.app.presence import MOST_PEOPLE, TTL_SECONDS, Presence, Present, State

ACME, GLOBEX = UUID(int=1), UUID(int=2)


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        """The time."""
        return self.now


def anna(state: State = "viewing") -> Present:
    return Present("a", "Anna", "anna@acme.example", state)


def test_who_says_nothing_more_is_gone_after_a_while() -> None:
    clock = Clock()
    presence = Presence(clock)
    presence.note(ACME, "t", anna())
    clock.now = TTL_SECONDS - 1
    presence.note(ACME, "t", Present("b", "Bob", "bob@acme.example", "typing"))
    assert [one.name for one in presence.at(ACME, "t")] == ["Anna", "Bob"]
    clock.now = TTL_SECONDS + 1
    assert [one.name for one in presence.at(ACME, "t")] == ["Bob"]
    assert presence.note(ACME, "t", anna())


def test_only_coming_typing_and_leaving_is_news() -> None:
    presence = Presence(Clock())
    said: list[State] = ["viewing", "viewing", "typing", "typing", "left", "left"]
    assert [presence.note(ACME, "t", anna(state)) for state in said] == [
        True,
        False,
        True,
        False,
        True,
        False,
    ]
    assert presence.at(ACME, "t") == []


def test_another_tenant_and_another_ticket_know_nothing_of_it() -> None:
    presence = Presence(Clock())
    presence.note(ACME, "t", anna())
    assert presence.at(GLOBEX, "t") == presence.at(ACME, "u") == []


def test_a_crowd_is_bounded() -> None:
    presence = Presence(Clock())
    for number in range(MOST_PEOPLE + 1):
        presence.note(ACME, "t", Present(str(number), "", "", "viewing"))
    assert len(presence.at(ACME, "t")) == MOST_PEOPLE
