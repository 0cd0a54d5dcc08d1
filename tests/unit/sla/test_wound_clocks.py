"""The clocks of the time to own and of periodic updates."""

from sla_desk import Story, book, hours, policy, warsaw

from sla.domain.changes import changes, remembered

OWNED = book(policy(("time_to_own", "", "PT2H"), ("update", "", "PT3H"), warnings=["50%"]))


def test_the_time_to_own_ends_with_the_first_assignee_whoever_comes_later() -> None:
    story = Story(warsaw(16, 9)).set(warsaw(16, 10), team=["t1"])
    assert story.clock("time_to_own", OWNED, warsaw(16, 10, 30)).due_at == warsaw(16, 11)
    story.set(warsaw(16, 11, 30), assignee=["a1"]).set(warsaw(17, 9), assignee=None)
    clock = story.clock("time_to_own", OWNED, warsaw(18, 9))
    assert (clock.state, clock.stopped_at, clock.breached_at) == (
        "stopped",
        warsaw(16, 11, 30),
        warsaw(16, 11),
    )


def test_the_time_to_own_ends_with_the_ticket_too() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 10), "cancelled")
    assert story.clock("time_to_own", OWNED, warsaw(17, 9)).stopped_at == warsaw(16, 10)


def test_each_public_answer_winds_the_update_anew() -> None:
    story = Story(warsaw(16, 9)).requester_writes(warsaw(16, 9, 30)).note(warsaw(16, 9, 45))
    assert story.clock("update", OWNED, warsaw(16, 10)).due_at == warsaw(16, 12)
    story.agent_replies(warsaw(16, 11)).agent_replies(warsaw(16, 17))
    clock = story.clock("update", OWNED, warsaw(16, 17))
    assert (clock.state, clock.started_at, clock.due_at) == ("running", warsaw(16, 17), warsaw(17, 11))


def test_an_update_is_owed_by_nobody_who_waits_or_is_done_and_again_after_a_reopening() -> None:
    story = Story(warsaw(16, 9)).agent_replies(warsaw(16, 10)).state(warsaw(16, 11), "pending_requester")
    assert story.clock("update", OWNED, warsaw(18, 9)).state == "paused"
    story.state(warsaw(18, 9), "resolved").agent_replies(warsaw(18, 10))
    done = story.clock("update", OWNED, warsaw(19, 9))
    assert (done.state, done.started_at, done.stopped_at, done.elapsed) == (
        "stopped", warsaw(16, 10), warsaw(18, 9), hours(1),
    )  # fmt: skip
    story.state(warsaw(19, 10), "open")
    assert story.clock("update", OWNED, warsaw(19, 11)).due_at == warsaw(19, 13)


def test_a_ticket_that_was_over_when_it_was_made_owes_no_update_until_it_is_reopened() -> None:
    story = Story(warsaw(16, 9)).state(warsaw(16, 9), "closed")
    assert story.clock("update", OWNED, warsaw(17, 9)).elapsed == hours(0)
    story.state(warsaw(17, 9), "open")
    clock = story.clock("update", OWNED, warsaw(17, 10))
    assert (clock.started_at, clock.elapsed) == (warsaw(17, 9), hours(1))


def test_an_update_wound_anew_is_told_as_started_and_may_warn_again() -> None:
    story = Story(warsaw(16, 9))
    first = story.clock("update", OWNED, warsaw(16, 11))
    told = remembered(None, first, warsaw(16, 11), version=1)
    assert told.warned == ("50%",)
    story.agent_replies(warsaw(16, 11, 30))
    anew = story.clock("update", OWNED, warsaw(16, 11, 30))
    assert [one.what for one in changes(told, anew, warsaw(16, 11, 30))] == ["started"]
    assert remembered(told, anew, warsaw(16, 11, 30), version=2).warned == ()
