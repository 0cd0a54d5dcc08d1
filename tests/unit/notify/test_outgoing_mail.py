"""Outgoing mail: templates, header safety, threading, and when it is tried again."""

import email
import email.policy
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.app import texts
from notify.domain import audience, composing, rendering, retrying
from notify.domain.composing import Draft, ForbiddenHeader, compose

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)


def draft(**changes: object) -> Draft:
    values: dict[str, object] = {
        "message_id": "d1@acme.example",
        "sender": "support@acme.example",
        "sender_name": "Acme Ząb",
        "recipient": "rita@customer.example",
        "recipient_name": "Rita",
        "subject": "[INC-1] Drukarka nie działa",
        "text": "Dzień dobry,\n\n.\nFrom the desk\n",
        "html": "<p>Dzień dobry</p>",
        "language": "pl",
        "sent_at": NOW,
    }
    return Draft(**(values | changes))  # type: ignore[arg-type]


def read(raw: bytes) -> EmailMessage:
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_reads_back_as_it_was_meant() -> None:
    message = read(compose(draft(thread=["first@x", "last@x"], submitted="auto-replied")))
    assert message["From"] == "Acme Ząb <support@acme.example>"
    assert message["Reply-To"] == "Acme Ząb <support@acme.example>"
    assert message["To"] == "Rita <rita@customer.example>"
    assert message["Subject"] == "[INC-1] Drukarka nie działa"
    assert message["Message-ID"] == "<d1@acme.example>"
    assert message["In-Reply-To"] == "<last@x>"
    assert message["References"] == "<first@x> <last@x>"
    assert message["Auto-Submitted"] == "auto-replied"
    plain = message.get_body(("plain",))
    rich = message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content().replace("\r\n", "\n") == "Dzień dobry,\n\n.\nFrom the desk\n"
    assert "Dzień dobry" in rich.get_content()


def test_a_reply_by_a_person_does_not_call_itself_automatic() -> None:
    message = read(compose(draft()))
    assert message["Auto-Submitted"] is None
    assert message["X-Deskmesh-Loop"] is None


def test_long_threads_keep_the_first_and_the_latest_references() -> None:
    ids = [f"{number}@x" for number in range(100)]
    references = str(read(compose(draft(thread=ids)))["References"]).split()
    assert len(references) == composing.MAX_REFERENCES
    assert (references[0], references[-1]) == ("<0@x>", "<99@x>")


@pytest.mark.parametrize(
    "field", ["subject", "sender_name", "recipient_name", "message_id", "language", "recipient"]
)
@pytest.mark.parametrize("evil", ["a\r\nBcc: victim@x.example", "a\nBcc: victim@x.example", "a\rb", "a\0b"])
def test_a_line_break_in_any_header_value_is_refused(field: str, evil: str) -> None:
    with pytest.raises(ForbiddenHeader):
        compose(draft(**{field: evil}))


@given(st.text(max_size=300), st.text(max_size=120))
def test_no_title_or_name_makes_a_header_of_its_own(title: str, name: str) -> None:
    raw = compose(draft(subject=composing.subject_of("INC-1", title), recipient_name=composing.flat(name)))
    head = raw.split(b"\r\n\r\n")[0]
    names = [line.partition(b":")[0].lower() for line in head.split(b"\r\n") if line[:1] not in b" \t"]
    assert len(names) == len(set(names))
    assert b"bcc" not in names


def test_an_address_beyond_ascii_is_written_as_utf_8() -> None:
    raw = compose(draft(recipient="jörg@customer.example"))
    assert "jörg@customer.example".encode() in raw


def test_a_subject_is_one_line_with_the_number() -> None:
    assert composing.subject_of("INC-7", "a\r\nb\0c") == "[INC-7] a b c"
    assert len(composing.subject_of("INC-7", "x" * 999)) == composing.MAX_SUBJECT


def test_values_are_escaped_in_html_and_plain_in_text() -> None:
    source = rendering.Source("Hi {{name}}", "<b>{{name}}</b> {{{name}}} {{&name}}")
    rendered = rendering.render(source, {"name": "<script>&"}, language="en")
    assert rendered.text == "Hi <script>&\n"
    assert "<b>&lt;script&gt;&amp;</b> &lt;script&gt;&amp; &lt;script&gt;&amp;" in rendered.html
    assert (
        "<script>"
        not in rendering.render(rendering.Source("{{name}}"), {"name": "<script>"}, language="en").html
    )


def test_every_language_has_every_text_and_each_can_be_rendered() -> None:
    for language, shipped in texts.shipped().items():
        assert set(shipped) == set(audience.Purpose), language
        for purpose in shipped:
            values = {
                "ticket.number": "INC-1",
                "comment.body": "<words>",
                "ticket.description": "d",
                "approval.approved": "yes",
            }
            rendered = rendering.render(texts.shipped_template(purpose, language), values, language=language)
            assert rendered.text.strip()
            assert "{{" not in rendered.text + rendered.html


def test_an_acknowledgement_repeats_nothing_that_the_sender_wrote() -> None:
    for language in texts.shipped():
        template = texts.shipped_template(audience.Purpose.ACKNOWLEDGEMENT, language).text
        assert "description" not in template
        assert "comment" not in template


def test_a_delivery_is_tried_for_days_with_growing_pauses_and_then_given_up() -> None:
    pauses = [retrying.pause_after(attempt, spread=0) for attempt in range(1, 30)]
    tried = [pause for pause in pauses if pause is not None]
    assert tried == sorted(tried)
    assert timedelta(days=2) < sum(tried, timedelta()) < timedelta(days=5)
    assert pauses[len(tried) :] == [None] * (29 - len(tried))
    longest = retrying.pause_after(1, spread=1)
    assert longest is not None
    assert longest <= tried[0] * 1.1


def test_a_value_that_is_html_stands_for_its_text_in_the_html_alone() -> None:
    values = {
        "comment.body": "Take **A4**",
        "comment.html": "<p>Take <b>A4</b></p>",
        "comment.author": "<Anna>",
    }
    own = rendering.render(
        rendering.Source("{{comment.body}}", "<i>{{comment.body}}</i>"), values, language="en"
    )
    assert own.text == "Take **A4**\n"
    assert "<i><p>Take <b>A4</b></p></i>" in own.html
    made = rendering.render(
        rendering.Source("{{comment.body}}\n\nRe: {{comment.body}} by {{comment.author}}"),
        values,
        language="en",
    )
    assert "<p>Take <b>A4</b></p>\n<p>Re: </p>\n<p>Take <b>A4</b></p>\n<p> by &lt;Anna&gt;</p>" in made.html
    assert made.text == "Take **A4**\n\nRe: Take **A4** by <Anna>\n"
