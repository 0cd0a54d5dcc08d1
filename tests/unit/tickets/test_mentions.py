"""Who is named in a text."""

import pytest

from chassis.ids import new_id
from tickets.domain.mentions import bearers, handles_in


@pytest.mark.parametrize(
    ("text", "handles"),
    [
        ("@Anna please look, @bob.", ["anna", "bob"]),
        ("(@anna@acme.example) and @anna@acme.example.", ["anna@acme.example"]),
        ("write to anna@acme.example", []),
        ("@@anna, me@@anna, @ anna", []),
        ("@anna.nowak-kowalska+desk", ["anna.nowak-kowalska+desk"]),
    ],
)
def test_handles_follow_an_at_that_belongs_to_no_address(text: str, handles: list[str]) -> None:
    assert handles_in(text) == handles


def test_a_name_that_two_share_is_nobodys() -> None:
    here, there, bob = new_id(), new_id(), new_id()
    emails = {here: "anna@acme.example", there: "Anna@globex.example", bob: "bob@acme.example"}
    assert bearers(["anna", "bob"], emails) == [bob]
    assert bearers(["anna@globex.example", "bob", "bob@acme.example"], emails) == [there, bob]
