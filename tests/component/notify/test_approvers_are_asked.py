"""Mail to those who have to decide, with a link of their own."""

from notify_case import NOW, Case
from notify_desk import read, text_of

from chassis.links import read_link
from chassis.testing.identity import SERVICE_KEYS


async def test_each_approver_gets_a_link_of_their_own_that_nothing_stored_holds(case: Case) -> None:
    vote = await case.asked_to_approve(case.requester, case.bob)
    mails = {row["recipient"]: row for row in await case.tenant.deliveries(2)}
    assert mails.keys() == {case.requester.email, case.bob.email}
    folder = case.tenant.desk.mail
    text = text_of(read(folder / f"{mails[case.requester.email]['id']}.eml"))
    assert "Zatwierdź" in text
    token = text.partition("https://desk.example/approvals/")[2].split()[0]
    said = read_link(SERVICE_KEYS["notify"], "approval", token, now=NOW)
    assert (said["person"], said["vote"], said["ticket"]) == (case.requester.id, vote, case.ticket.id)
    assert said["tenant"] == str(case.tenant.id)
    stored = await case.tenant.desk.rows(
        "SELECT content::text FROM deliveries WHERE tenant_id = $1", case.tenant.id
    )
    assert all(token not in row["content"] for row in stored)


async def test_who_asked_hears_how_an_approval_ended_but_not_of_their_own_withdrawal(case: Case) -> None:
    await case.approval_completed("withdrawn")
    await case.approval_completed("rejected")
    (told,) = await case.tenant.deliveries(1)
    assert (told["recipient"], told["purpose"]) == (case.anna.email, "approval_completed")
    assert "was rejected" in text_of(read(case.tenant.desk.mail / f"{told['id']}.eml"))
