"""Who is told what, and who is not."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.domain import audience
from notify.domain.audience import Known, Letter, Party, Purpose, TicketPeople

TEAM = "team-1"


def person(
    name: str,
    *,
    agent: bool = False,
    active: bool = True,
    team: str = "",
    manager: str = "",
    supervisor: bool = False,
) -> Known:
    return Known(
        id=name,
        email=f"{name}@acme.example",
        name=name.title(),
        language="pl",
        time_zone="Europe/Warsaw",
        active=active,
        agent=agent,
        team_ids=frozenset([team] if team else []),
        manager_id=manager,
        supervisor=supervisor,
    )


PEOPLE = {
    each.id: each
    for each in (
        person("rita"),
        person("walter"),
        person("anna", agent=True, team=TEAM),
        person("bob", agent=True, team=TEAM),
        person("gone", agent=True, team=TEAM, active=False),
        person("intern", team=TEAM),
    )
}


def party(name: str) -> Party:
    return Party(name, f"{name}@acme.example", name.title())


def told(letters: Iterable[Letter]) -> dict[str, str]:
    return {letter.email.partition("@")[0]: letter.purpose.value for letter in letters}


TICKET = TicketPeople(requester=party("rita"), team_id=TEAM)
ASSIGNED = TicketPeople(
    requester=party("rita"), assignee=party("anna"), watchers=[party("walter"), party("bob")], team_id=TEAM
)


def test_a_new_ticket_is_acknowledged_and_the_active_agents_of_its_team_hear_of_it() -> None:
    letters = audience.of_new_ticket(TICKET, PEOPLE, author="rita", automatic=False)
    assert told(letters) == {"rita": "acknowledgement", "anna": "agent_new_ticket", "bob": "agent_new_ticket"}


def test_an_assigned_ticket_is_news_for_the_assignee_alone() -> None:
    letters = audience.of_new_ticket(ASSIGNED, PEOPLE, author="rita", automatic=False)
    assert told(letters) == {"rita": "acknowledgement", "anna": "agent_new_ticket"}


def test_a_machine_is_never_acknowledged() -> None:
    letters = audience.of_new_ticket(TICKET, PEOPLE, author="rita", automatic=True)
    assert told(letters) == {"anna": "agent_new_ticket", "bob": "agent_new_ticket"}


def test_an_agent_who_makes_a_ticket_for_somebody_is_not_told_of_it() -> None:
    letters = audience.of_new_ticket(TICKET, PEOPLE, author="anna", automatic=False)
    assert told(letters) == {"rita": "acknowledgement", "bob": "agent_new_ticket"}


def test_a_requester_unknown_to_the_copy_is_written_to_by_the_name_in_the_event() -> None:
    ticket = TicketPeople(requester=Party("new", "new@customer.example", "Newcomer"))
    (letter,) = audience.of_new_ticket(ticket, PEOPLE, author="new", automatic=False)
    assert (letter.email, letter.name, letter.purpose) == (
        "new@customer.example",
        "Newcomer",
        Purpose.ACKNOWLEDGEMENT,
    )


def comment(people: TicketPeople = ASSIGNED, **changes: object) -> dict[str, str]:
    values: dict[str, object] = {
        "author": "anna",
        "mentioned": (),
        "public": True,
        "from_requester": False,
        "automatic": False,
    }
    return told(audience.of_comment(people, PEOPLE, **(values | changes)))  # type: ignore[arg-type]


def test_an_agents_answer_goes_to_requester_and_watchers_but_not_to_its_author() -> None:
    assert comment() == {"rita": "reply", "walter": "reply", "bob": "reply"}
    assert comment(author="bob") == {"rita": "reply", "walter": "reply"}


def test_what_a_rule_of_the_desk_says_goes_where_an_agents_answer_would() -> None:
    said = comment(author="tickets", automatic=True, by_the_desk=True)
    assert said == dict.fromkeys(("rita", "walter", "bob"), "automatic_reply")
    noted = comment(author="tickets", automatic=True, by_the_desk=True, public=False)
    assert noted == {"anna": "agent_comment"}
    assert comment(automatic=True) == {}


def test_what_the_requester_says_goes_to_the_assignee_else_to_the_team() -> None:
    assert comment(author="rita", from_requester=True) == {"anna": "agent_comment"}
    assert comment(TICKET, author="rita", from_requester=True) == {
        "anna": "agent_comment",
        "bob": "agent_comment",
    }


def test_an_internal_note_goes_to_the_assignee_and_the_mentioned_agents_alone() -> None:
    assert comment(author="bob", public=False) == {"anna": "agent_comment"}
    assert comment(public=False, mentioned=[party("bob")]) == {"bob": "agent_comment"}
    assert comment(public=False, mentioned=[party("rita"), party("walter")]) == {}


def test_agents_who_are_named_in_public_hear_of_it_too() -> None:
    assert comment(author="rita", from_requester=True, mentioned=[party("bob")])["bob"] == "agent_comment"
    assert comment(TICKET, mentioned=[party("bob"), party("rita")]) == comment(TICKET) | {
        "bob": "agent_comment"
    }


def test_what_a_machine_says_is_mailed_to_nobody() -> None:
    assert comment(author="rita", from_requester=True, automatic=True) == {}


ESCALATED = {
    each.id: each
    for each in (
        person("rita"),
        person("anna", agent=True, team=TEAM, manager="mona"),
        person("bob", agent=True, team=TEAM, supervisor=True),
        person("mona"),
        person("sara", agent=True, team="team-2", supervisor=True),
        person("gone", active=False),
    )
}


@pytest.mark.parametrize(
    ("to", "told_to"),
    [
        ("assignee", {"anna"}),
        ("team", {"anna", "bob"}),
        ("supervisor", {"bob"}),
        ("manager", {"mona"}),
        ("Rita@acme.example", {"rita"}),
        ("mona", {"mona"}),
        ("gone", set()),
        ("stranger@acme.example", set()),
    ],
)
def test_a_step_of_an_escalation_chain_tells_those_it_names(to: str, told_to: set[str]) -> None:
    letters = told(audience.of_escalation(ASSIGNED, ESCALATED, to=[to]))
    assert letters == dict.fromkeys(told_to, "clock_escalation")


def test_a_team_without_a_supervisor_is_looked_after_by_all_and_nobody_is_told_twice() -> None:
    other = TicketPeople(requester=party("rita"), team_id="team-3")
    assert set(told(audience.of_escalation(other, ESCALATED, to=["supervisor"]))) == {"bob", "sara"}
    letters = audience.of_escalation(ASSIGNED, ESCALATED, to=["team", "supervisor", "assignee", "manager"])
    assert sorted(told(letters)) == ["anna", "bob", "mona"]


def test_an_escalation_of_a_ticket_without_an_assignee_reaches_no_manager() -> None:
    assert audience.of_escalation(TICKET, ESCALATED, to=["manager", "assignee"]) == []


def test_a_clock_tells_the_assignee_else_the_team_and_never_the_requester() -> None:
    assert told(audience.of_clock(ASSIGNED, PEOPLE, breached=False)) == {"anna": "clock_warning"}
    assert told(audience.of_clock(TICKET, PEOPLE, breached=True)) == {
        "anna": "clock_breach",
        "bob": "clock_breach",
    }


def test_a_resolution_tells_the_requester_unless_by_their_own_doing() -> None:
    assert told(audience.of_resolution(TICKET, PEOPLE, author="anna")) == {"rita": "resolved"}
    assert audience.of_resolution(TICKET, PEOPLE, author="rita") == []


def test_one_person_gets_one_mail_of_an_event() -> None:
    both = TicketPeople(requester=party("anna"), assignee=party("anna"))
    assert told(audience.of_new_ticket(both, PEOPLE, author="", automatic=False)) == {
        "anna": "acknowledgement"
    }


def test_a_ticket_without_team_and_assignee_tells_no_agent() -> None:
    assert told(audience.of_new_ticket(TicketPeople(party("rita")), PEOPLE, author="", automatic=False)) == {
        "rita": "acknowledgement"
    }


@given(
    st.builds(
        TicketPeople,
        requester=st.sampled_from([None, *map(party, PEOPLE)]),
        assignee=st.sampled_from([None, party("rita"), party("unknown"), *map(party, PEOPLE)]),
        watchers=st.lists(st.sampled_from([party(name) for name in PEOPLE])),
        team_id=st.sampled_from(["", TEAM]),
    ),
    st.sampled_from(["", *PEOPLE]),
    st.lists(st.sampled_from([party(name) for name in PEOPLE])),
)
def test_internal_text_never_reaches_anybody_who_is_no_active_agent(
    ticket: TicketPeople, author: str, mentioned: list[Party]
) -> None:
    letters = audience.of_comment(
        ticket,
        PEOPLE,
        author=author,
        mentioned=mentioned,
        public=False,
        from_requester=False,
        automatic=False,
    )
    by_email = {known.email: known for known in PEOPLE.values()}
    assert all(by_email[letter.email].agent and by_email[letter.email].active for letter in letters)
    assert all(by_email[letter.email].id != author for letter in letters)


@pytest.mark.parametrize(
    ("minutes", "imported"), [(0, False), (59, False), (60, False), (61, True), (60 * 24, True)]
)
def test_nobody_is_told_of_what_happened_long_before_it_was_entered(minutes: int, imported: bool) -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert audience.is_import(occurred_at=now - timedelta(minutes=minutes), recorded_at=now) is imported


def test_the_limit_holds_for_automatic_mail_to_people_outside_and_for_nothing_else() -> None:
    def within(sent: dict[str, int], purpose: Purpose = Purpose.ACKNOWLEDGEMENT) -> bool:
        return audience.within_limit(sent, purpose, title="Printer")

    assert [within({"Printer": sent}) for sent in range(5)] == [True] * 3 + [False] * 2
    assert within({"Mail": 59})
    assert not within({"Mail": 30, "VPN": 30})
    assert within({"Printer": 1000}, Purpose.REPLY)
    assert within({"Printer": 1000}, Purpose.CLOCK_BREACH)


def test_an_agent_is_known_by_a_shipped_role_or_by_one_of_the_tenants_own() -> None:
    assert audience.is_agent(["agent"], [])
    assert audience.is_agent(["field-engineer"], ["field-engineer"])
    assert not audience.is_agent(["requester"], ["field-engineer"])
