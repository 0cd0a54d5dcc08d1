"""What the fields of people, teams, organisations and tenants may be."""

from collections.abc import Callable

import pytest

from gateway.domain import people


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (people.problem_with_email, "anna.kowalska@acme.example"),
        (people.problem_with_email, "żółw@acme.example"),
        (people.problem_with_email, "root@intranet.local"),
        (people.problem_with_name, "Anna Kowalska-Nowak"),
        (people.problem_with_name, "x" * 200),
        (people.problem_with_name, "می\u200cخواهم 👩\u200d💻"),
        (people.problem_with_slug, "service-desk"),
        (people.problem_with_slug, "a"),
        (people.problem_with_language, "en"),
        (people.problem_with_language, "pt-BR"),
        (people.problem_with_language, "zh-Hant-TW"),
        (people.problem_with_time_zone, "Europe/Warsaw"),
        (people.problem_with_country, "PL"),
        (people.problem_with_domain, "mail.acme.example"),
        (people.problem_with_domain, "xn--bcher-kva.example"),
        (people.problem_with_phone, ""),
        (people.problem_with_phone, "+48 (22) 555-12-34"),
        (people.problem_with_password, "deskmesh"),
        (people.problem_with_text, "two\nlines\tand a tab"),
    ],
)
def test_what_is_in_order_has_no_problem(check: Callable[[str], str | None], text: str) -> None:
    assert check(text) is None


@pytest.mark.parametrize(
    ("check", "text", "reason"),
    [
        (people.problem_with_email, "", "is required"),
        (people.problem_with_email, "anna", "is not an e-mail address"),
        (people.problem_with_email, "anna@", "is not an e-mail address"),
        (people.problem_with_email, "anna@acme.example\nBcc: all@acme.example", "is not an e-mail address"),
        (people.problem_with_email, "a" * 250 + "@acme.example", "is not an e-mail address"),
        (people.problem_with_email, "anna\0@acme.example", "is not an e-mail address"),
        (people.problem_with_name, "  ", "is required"),
        (people.problem_with_name, "x" * 201, "has more than 200 characters"),
        (people.problem_with_name, "Anna\0", "has control characters"),
        (people.problem_with_name, "Anna\nNowak", "has control characters"),
        (people.problem_with_name, "Anna \u202ekawoN", "has control characters"),
        (people.problem_with_name, "Anna\ud800", "has control characters"),
        (people.problem_with_slug, "", "is required"),
        (
            people.problem_with_slug,
            "Service Desk",
            "is not 1 to 63 lower-case letters, digits and inner hyphens",
        ),
        (people.problem_with_slug, "-desk", "is not 1 to 63 lower-case letters, digits and inner hyphens"),
        (people.problem_with_slug, "x" * 64, "is not 1 to 63 lower-case letters, digits and inner hyphens"),
        (people.problem_with_language, "English", "is not a language tag such as en or pt-BR"),
        (people.problem_with_time_zone, "Warsaw", "is not an IANA time zone such as Europe/Warsaw"),
        (people.problem_with_time_zone, "../../etc/passwd", "is not an IANA time zone such as Europe/Warsaw"),
        (people.problem_with_country, "pl", "is not a country code of two capital letters"),
        (people.problem_with_domain, "acme", "is not a domain name in lower case"),
        (people.problem_with_domain, "Acme.example", "is not a domain name in lower case"),
        (people.problem_with_phone, "call me", "is not a phone number"),
        (people.problem_with_password, "short", "has fewer than 8 characters"),
        (people.problem_with_password, "x" * 1025, "has more than 1024 characters"),
        (people.problem_with_text, "\0", "has characters that are no text"),
    ],
)
def test_what_is_wrong_is_said(check: Callable[[str], str | None], text: str, reason: str) -> None:
    assert check(text) == reason


def test_an_address_is_kept_trimmed_and_in_lower_case() -> None:
    assert people.normal_email("  Anna@ACME.example ") == "anna@acme.example"
    assert people.domain_of("anna@acme.example") == "acme.example"
