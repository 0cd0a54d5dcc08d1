"""Who has forgotten their password gets a mail with a link."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from notify_case import Case
from notify_desk import Desk, text_of

from chassis.ids import new_id
from chassis.links import read_link
from chassis.testing.identity import SERVICE_KEYS
from deskmesh.common.v1 import types_pb2
from deskmesh.gateway.v1.events_pb2 import PasswordResetRequested


def asked(person: types_pb2.PersonRef, language: str, *, holds: timedelta) -> PasswordResetRequested:
    event = PasswordResetRequested(reset_id=str(new_id()), person=person, language=language)
    event.expires_at.FromDatetime(datetime.now(UTC) + holds)
    return event


@pytest.mark.parametrize(("language", "subject"), [("pl-PL", "Nowe hasło"), ("de", "A new password")])
async def test_the_mail_has_a_link_that_nothing_stored_holds(
    desk: Desk, case: Case, language: str, subject: str
) -> None:
    event = asked(case.requester, language, holds=timedelta(hours=1))
    await desk.tell(case.tenant.id, event)
    mail = (await case.tenant.mails(1))[case.requester.email]
    assert mail["Subject"] == subject
    (token,) = re.findall(r"https://desk\.example/password-reset/(\S+)", text_of(mail))
    said = read_link(SERVICE_KEYS["notify"], "password_reset", token, now=datetime.now(UTC))
    assert said["tenant"] == str(case.tenant.id)
    assert (said["person"], said["reset"]) == (case.requester.id, event.reset_id)
    (row,) = await desk.rows("SELECT content::text FROM deliveries WHERE tenant_id = $1", case.tenant.id)
    assert token not in row["content"]


async def test_no_mail_brings_a_link_that_has_expired(desk: Desk, case: Case) -> None:
    await desk.tell(case.tenant.id, asked(case.requester, "en", holds=-timedelta(minutes=1)))
    await desk.tell(case.tenant.id, asked(case.anna, "en", holds=timedelta(hours=1)))
    (row,) = await case.tenant.deliveries(1)
    assert row["recipient"] == case.anna.email
