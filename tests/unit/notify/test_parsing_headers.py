"""Header fields of real and of hostile mail."""

import pytest

from notify.domain import addresses, headers, parsing


def parsed(raw: bytes, return_path: str | None = "a@b.example") -> parsing.Parsed:
    result = parsing.parse(raw.replace(b"\n", b"\r\n"), return_path=return_path)
    assert isinstance(result, parsing.Parsed), result
    return result


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("=?utf-8?B?WmHFvMOzxYLEhw==?=", "Zażółć"),
        ("=?utf-8?Q?Za=C5=BC=C3=B3=C5=82=C4=87_now?=", "Zażółć now"),
        ("=?iso-8859-2?Q?Za=BF=F3=B3=E6?=", "Zażółć"),
        ("=?utf-8?Q?Za=C5?= =?utf-8?Q?=BC=C3=B3=C5=82=C4=87?=", "Zażółć"),
        ("=?UTF-8?B?0J3QtSA=?=\r\n =?UTF-8?B?0YDQsNCx0L7RgtCw0LXRgg==?=", "Не работает"),
        ("=?koi8-r?B?8NLJzw==?= printer", "Прио printer"),
        ("=?utf-8*en?Q?hello?=", "hello"),
        ("=?utf-8?Q?with spaces inside?=", "with spaces inside"),
        ("a =?utf-8?Q?b?= c", "a b c"),
        ("=?utf-8?B?bad base64!!?=", "=?utf-8?B?bad base64!!?="),
        ("=?no-such-charset?Q?abc?=", "abc"),
        ("line one\r\n\tline two", "line one line two"),
        ("=?utf-8?Q?evil=0D=0ABcc:_x?=", "evil Bcc: x"),
        ("=?utf-8?Q?nul=00nul?=", "nulnul"),
    ],
)
def test_encoded_words_become_one_readable_line(value: str, text: str) -> None:
    assert headers.decode(value) == text


def test_raw_utf_8_in_a_header_is_read() -> None:
    mail = parsed("From: Zażółć <a@b.example>\nSubject: Gęślą jaźń\n\nx".encode())
    assert (mail.from_name, mail.subject) == ("Zażółć", "Gęślą jaźń")


def test_raw_8_bit_in_a_header_is_read_by_guess() -> None:
    subject = "Не работает принтер в бухгалтерии и на складе"
    assert parsed(b"From: a@b.example\nSubject: " + subject.encode("cp1251") + b"\n\nx").subject == subject


@pytest.mark.parametrize(
    ("value", "email", "name"),
    [
        ("anna@customer.example", "anna@customer.example", ""),
        ("<anna@customer.example>", "anna@customer.example", ""),
        ("Anna Nowak <Anna@Customer.Example>", "anna@customer.example", "Anna Nowak"),
        ('"Nowak, Anna" <anna@customer.example>', "anna@customer.example", "Nowak, Anna"),
        ("anna@customer.example (Anna Nowak)", "anna@customer.example", "Anna Nowak"),
        ('"boss@acme.example" <anna@customer.example>', "anna@customer.example", "boss@acme.example"),
        ("boss@acme.example <anna@customer.example>", "anna@customer.example", "boss@acme.example"),
        ('"a \\"b\\" c" <anna@customer.example>', "anna@customer.example", 'a "b" c'),
        ("user+tag@sub.customer.example", "user+tag@sub.customer.example", ""),
        ("Jörg <jörg@münchen.example>", "jörg@xn--mnchen-3ya.example", "Jörg"),
        ("friends: anna@customer.example;", "anna@customer.example", ""),
    ],
)
def test_the_address_is_what_stands_in_the_angle_brackets(value: str, email: str, name: str) -> None:
    assert addresses.parse(value) == [addresses.Address(email, name)]


@pytest.mark.parametrize(
    "value",
    [
        "",
        "nobody",
        "<>",
        "undisclosed-recipients:;",
        "a@b@c.example",
        '"anna@customer.example"',
        "anna@",
        "@customer.example",
        "anna@-bad-.example",
        ".anna@customer.example",
        "an..na@customer.example",
        "anna@customer.example)evil@x.example",
        "a" * 65 + "@customer.example",
        "anna@customer.example\x00",
    ],
)
def test_what_is_no_address_is_not_taken_for_one(value: str) -> None:
    assert addresses.parse(value) == []


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"Subject: s\n\nno sender at all", "no From address"),
        (b"From: nobody\nSubject: s\n\nx", "From names no valid address"),
        (b"", "no From address"),
        (b"\x00\xff\xfe garbage", "no From address"),
    ],
)
def test_a_mail_without_a_sender_is_unparseable_with_the_reason(raw: bytes, reason: str) -> None:
    result = parsing.parse(raw, return_path=None)
    assert isinstance(result, parsing.Unparseable)
    assert result.reason == reason


def test_references_come_newest_first_with_the_answered_mail_at_the_front() -> None:
    mail = parsed(
        b"From: a@b.example\nIn-Reply-To: <3@x.example>\nReferences: <1@x.example> <2@x.example>\n <3@x.example>\n\nx"
    )
    assert mail.references == ("3@x.example", "2@x.example", "1@x.example")


def test_ticket_numbers_are_found_in_the_subject() -> None:
    mail = parsed(b"From: a@b.example\nSubject: Re: [INC-1042] Printer, see also PRB-7 and XINC-9-1\n\nx")
    assert mail.subject_numbers == ("INC-1042", "PRB-7")


def test_cc_addresses_are_kept_once_each() -> None:
    mail = parsed(b"From: a@b.example\nCc: C <c@b.example>, d@b.example\nCc: c@b.example\n\nx")
    assert mail.cc == ("c@b.example", "d@b.example")


def test_the_identity_is_message_id_and_body_whatever_relays_added() -> None:
    first = parsing.identify(b"Message-ID: <1@x.example>\r\nFrom: a@b.example\r\n\r\nbody")
    second = parsing.identify(
        b"Received: by relay\r\nMessage-Id:\r\n <1@x.example>\r\nFrom: a@b.example\r\n\r\nbody"
    )
    other = parsing.identify(b"Message-ID: <1@x.example>\r\nFrom: a@b.example\r\n\r\nother body")
    assert first == second
    assert first.message_id == "1@x.example" == other.message_id
    assert first.body_sha256 != other.body_sha256


def test_a_mail_without_message_id_gets_one_from_its_content() -> None:
    first = parsing.identify(b"Received: by one\r\nFrom: a@b.example\r\nDate: today\r\n\r\nbody")
    again = parsing.identify(b"Received: by two\r\nFrom: a@b.example\r\nDate: today\r\n\r\nbody")
    other = parsing.identify(b"Received: by one\r\nFrom: c@b.example\r\nDate: today\r\n\r\nbody")
    assert first == again
    assert first.message_id != other.message_id
    assert parsing.is_synthetic(first.message_id)


def test_a_message_id_is_never_longer_than_its_column() -> None:
    assert parsing.is_synthetic(parsing.identify(b"Message-ID: <" + b"a" * 300 + b">\n\nx").message_id)
