"""Whatever the bytes are, parsing gives an answer that the database and the events can hold."""

from hypothesis import given, settings
from hypothesis import strategies as st

from notify.domain import parsing, quoting

NAMES = st.sampled_from(
    [
        b"From", b"To", b"Subject", b"Content-Type", b"Content-Transfer-Encoding", b"Content-Disposition", b"Message-ID",
        b"References", b"In-Reply-To", b"Cc", b"Auto-Submitted", b"MIME-Version", b"Content-ID", b"Precedence",
    ]
)  # fmt: skip
VALUES = st.one_of(
    st.binary(max_size=80),
    st.sampled_from(
        [
            b"a@b.example", b"Anna <a@b.example>", b"multipart/mixed; boundary=b", b"multipart/alternative; boundary=b",
            b"message/rfc822", b"message/delivery-status", b"multipart/report; report-type=delivery-status; boundary=b",
            b"text/html; charset=utf-16", b"text/plain; charset*=utf-8''x; charset=iso-2022-kr", b"base64", b"quoted-printable",
            b"uuencode", b"attachment; filename*0*=x''%; filename*1=b", b"attachment; filename*=utf-16''%FF", b"<a@b> <c@d>",
            b"=?utf-8?B?////?=", b"=?utf-7?Q?+2D?=", b"=?iso-2022-jp?B?GyRCJCI=?=", b"multipart/mixed; boundary*=%00''b", b"a/b; =; ;;",
        ]
    ),
)  # fmt: skip
BODY = st.lists(
    st.one_of(
        st.binary(max_size=60),
        st.sampled_from(
            [
                b"--b",
                b"--b--",
                b"",
                b"begin 644 a",
                b"`",
                b"> quoted",
                b"On 1.1.2026 10:00, x wrote:",
                b"-- ",
                b"From: a",
                b"Content-Type: text/html",
            ]
        ),
    ),
    max_size=30,
)


@st.composite
def mails(draw: st.DrawFn) -> bytes:
    fields = draw(st.lists(st.tuples(NAMES, VALUES), max_size=12))
    end = draw(st.sampled_from([b"\r\n", b"\n", b"\r"]))
    head = end.join(name + b": " + value for name, value in fields)
    return head + end + end + end.join(draw(BODY))


def hold(result: parsing.Parsed | parsing.Unparseable) -> None:
    texts = [result.from_email, result.from_name, result.subject]
    if isinstance(result, parsing.Parsed):
        texts += [result.body, result.quoted, result.message_id, result.language, result.automatic]
        texts += [*result.references, *result.cc, *result.subject_numbers]
        texts += [
            text for each in result.attachments for text in (each.name, each.content_type, each.content_id)
        ]
        assert result.from_email
        assert len(result.body.encode()) <= parsing.MAX_TEXT
    else:
        assert result.reason
    for text in texts:
        assert "\0" not in text
        assert text == text.encode("utf-8").decode("utf-8")
    assert all(control not in result.subject + result.from_name for control in "\r\n")


@settings(max_examples=400)
@given(mails(), st.one_of(st.none(), st.text(max_size=20)))
def test_parsing_never_raises(raw: bytes, return_path: str | None) -> None:
    hold(parsing.parse(raw, return_path=return_path))
    identity = parsing.identify(raw)
    assert 0 < len(identity.message_id) <= 250


@settings(max_examples=200)
@given(st.binary(max_size=2000))
def test_any_bytes_are_parsed_or_refused(raw: bytes) -> None:
    hold(parsing.parse(raw, return_path=None))


@settings(max_examples=300)
@given(st.text(max_size=500), st.text(max_size=40))
def test_cutting_loses_no_words(text: str, subject: str) -> None:
    result = quoting.cut(text, subject)
    assert sorted(f"{result.visible}\n{result.quoted}".split()) == sorted(text.split())
    assert result.visible or not text.strip()
