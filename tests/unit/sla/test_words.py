from sla_desk import Story, book, policy, warsaw

from sla.domain.words import explained

RULES = book(policy(("resolution", "high", "end of business day 2"), ("resolution", "", "PT9H")))


def test_a_running_clock_says_by_which_rules_it_counts_and_where_its_time_went() -> None:
    story = Story(warsaw(16, 17), priority="high").state(warsaw(17, 10), "pending_requester")
    story.state(warsaw(17, 12), "open")
    clock = story.clock("resolution", RULES, warsaw(17, 13), explain=True)
    assert explained(clock) == (
        (
            'The target is end of business day 2 (PT10H) at priority high, by version 1 of the policy "policy 1", counted in'
            ' version 1 of the calendar "business".'
        ),
        "It started at 2026-11-16T16:00:00Z and has counted PT3H; the target is due at 2026-11-18T10:00:00Z; it runs.",
        "Counted: PT3H, business hours.",
        "Not counted: PT15H, outside business hours.",
        "Not counted: PT2H, paused: pending_requester.",
    )


def test_a_paused_clock_says_since_when() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "pending_requester")
    clock = story.clock("resolution", RULES, warsaw(16, 12), explain=True)
    assert explained(clock)[1:] == (
        (
            "It started at 2026-11-16T08:00:00Z and has counted PT1H; the target is not passed; it has been paused since"
            " 2026-11-16T09:00:00Z."
        ),
        "Counted: PT1H, business hours.",
        "Not counted: PT2H, paused: pending_requester.",
    )


def test_a_stopped_clock_says_when_its_target_passed() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(17, 10), "resolved")
    clock = story.clock("resolution", RULES, warsaw(20, 9), explain=True)
    assert explained(clock)[1] == (
        "It started at 2026-11-16T08:00:00Z and has counted PT10H; the target passed at 2026-11-16T17:00:00Z; it stopped at"
        " 2026-11-17T09:00:00Z."
    )
