"""What rules and macros tell people."""

from notify_case import Case
from notify_desk import read, text_of


async def test_a_notice_goes_to_each_once_and_tells_outsiders_no_more_than_its_words(case: Case) -> None:
    await case.noticed("Nobody has answered.", case.bob, case.requester, case.bob)
    mails = {row["recipient"]: row for row in await case.tenant.deliveries(2)}
    assert {recipient: row["purpose"] for recipient, row in mails.items()} == {
        case.bob.email: "notice",
        case.requester.email: "notice_outside",
    }
    texts = {
        recipient: text_of(read(case.tenant.desk.mail / f"{row['id']}.eml"))
        for recipient, row in mails.items()
    }
    assert all("Nobody has answered." in text for text in texts.values())
    assert case.ticket.title in texts[case.bob.email]
    assert case.ticket.title not in texts[case.requester.email]
