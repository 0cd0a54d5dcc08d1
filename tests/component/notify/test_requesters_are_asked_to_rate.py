"""Mail that asks the requester for a rating, and tells the desk of a low one."""

import re

import pytest
from notify_case import NOW, Case
from notify_desk import read, text_of

from chassis.links import read_link
from chassis.testing.identity import SERVICE_KEYS

_LINK = re.compile(r"https://desk\.example/ratings/(\S+)\?score=(\d)")


@pytest.mark.parametrize(("scale", "marks"), [("five", ["5", "4", "3", "2", "1"]), ("two", ["5", "1"])])
async def test_the_requester_gets_a_link_for_each_mark(case: Case, scale: str, marks: list[str]) -> None:
    await case.asked_to_rate(scale)
    (sent,) = await case.tenant.deliveries(1)
    assert (sent["recipient"], sent["purpose"]) == (case.requester.email, "rating_request")
    links = _LINK.findall(text_of(read(case.tenant.desk.mail / f"{sent['id']}.eml")))
    assert [mark for _, mark in links] == marks
    (token,) = {token for token, _ in links}
    said = read_link(SERVICE_KEYS["notify"], "rating", token, now=NOW)
    assert (said["person"], said["ticket"]) == (case.requester.id, case.ticket.id)
    assert said["tenant"] == str(case.tenant.id)


async def test_the_desk_hears_of_a_rating_that_is_to_alarm_it(case: Case) -> None:
    await case.rated(4, "Fine.", alert=False)
    await case.rated(1, "Still broken.", alert=True)
    told = await case.tenant.deliveries(1)
    assert {row["purpose"] for row in told} == {"low_rating"}
    assert case.requester.email not in {row["recipient"] for row in told}
    assert "Still broken." in text_of(read(case.tenant.desk.mail / f"{told[0]['id']}.eml"))


async def test_the_desk_is_reminded_and_the_requester_is_not(case: Case) -> None:
    await case.reminded()
    told = await case.tenant.deliveries(1)
    assert {row["purpose"] for row in told} == {"reminder"}
    assert case.requester.email not in {row["recipient"] for row in told}
