"""What the fields of people, teams, organisations and tenants may be.

Each check returns what is wrong, as a sentence for people, or None.
"""

import re
import unicodedata
from zoneinfo import available_timezones

SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 1024
_LONGEST_NAME = 200
# RFC 5321 and 6531 without quoted local parts. Names that only an intranet knows (localhost, .local) are in order:
# people there write mail, too.
_EMAIL = re.compile(
    r"[^\s@\"(),:;<>\[\]\\]{1,64}@(?=.{1,253}$)(?:[\w](?:[\w-]{0,61}\w)?\.)*[\w](?:[\w-]{0,61}\w)?"
)
# Embeddings, overrides and isolates of the bidirectional algorithm: with them a name can pose as another.
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Z][a-z]{3})?(?:-(?:[A-Z]{2}|[0-9]{3}))?")
_COUNTRY = re.compile(r"[A-Z]{2}")
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_PHONE = re.compile(r"\+?[0-9][0-9 ()./-]{2,38}[0-9]")
_TIME_ZONES = frozenset(available_timezones())


def normal_email(text: str) -> str:
    """Return an address as it is kept and compared: trimmed, in lower case."""
    return text.strip().lower()


def domain_of(email: str) -> str:
    """Return the part of an address behind the last @."""
    return email.rpartition("@")[2]


def problem_with_email(text: str) -> str | None:
    """An address per RFC 5321 and 6531, of at most 254 characters; no look-up is made."""
    if not text:
        return "is required"
    if len(text) <= 254 and text.isprintable() and _EMAIL.fullmatch(text):
        return None
    return "is not an e-mail address"


def problem_with_name(text: str) -> str | None:
    """One line of one to two hundred printable characters."""
    if not text.strip():
        return "is required"
    if len(text) > _LONGEST_NAME:
        return f"has more than {_LONGEST_NAME} characters"
    return None if all(map(_fits_a_line, text)) else "has control characters"


def presentable(text: str) -> str:
    """Return a text from elsewhere as one line that may be a name; it may be empty."""
    return "".join(one for one in text if _fits_a_line(one)).strip()[:_LONGEST_NAME].strip()


def _fits_a_line(character: str) -> bool:
    """Everything but controls, lone surrogates, breaks of lines and turns of direction; joiners are in order."""
    return unicodedata.category(character) not in {"Cc", "Cs", "Zl", "Zp"} and character not in _TURNS


def problem_with_slug(text: str) -> str | None:
    """Lower-case letters, digits and hyphens, at most 63 (a DNS label)."""
    if not text:
        return "is required"
    return None if _SLUG.fullmatch(text) else "is not 1 to 63 lower-case letters, digits and inner hyphens"


def problem_with_language(text: str) -> str | None:
    """A BCP 47 tag of language, script and region, in canonical case."""
    return None if _LANGUAGE.fullmatch(text) else "is not a language tag such as en or pt-BR"


def problem_with_time_zone(text: str) -> str | None:
    """A name of the IANA time zone database."""
    return None if text in _TIME_ZONES else "is not an IANA time zone such as Europe/Warsaw"


def problem_with_country(text: str) -> str | None:
    """The form of an ISO 3166-1 alpha-2 code."""
    return None if _COUNTRY.fullmatch(text) else "is not a country code of two capital letters"


def problem_with_domain(text: str) -> str | None:
    """A DNS name of at least two labels, in lower case."""
    if len(text) <= 253 and _DOMAIN.fullmatch(text):
        return None
    return "is not a domain name in lower case"


def problem_with_phone(text: str) -> str | None:
    """Digits with the usual marks between them, or nothing."""
    return None if not text or _PHONE.fullmatch(text) else "is not a phone number"


def problem_with_password(text: str) -> str | None:
    """Eight characters at least (NIST SP 800-63B); the longest is bounded by the cost of hashing."""
    if len(text) < SHORTEST_PASSWORD:
        return f"has fewer than {SHORTEST_PASSWORD} characters"
    return problem_with_text(text, most=LONGEST_PASSWORD)


def problem_with_text(text: str, *, most: int = 10_000) -> str | None:
    """Several lines; NUL and lone surrogates can't be stored."""
    if len(text) > most:
        return f"has more than {most} characters"
    if any(one == "\0" or "\ud800" <= one <= "\udfff" for one in text):
        return "has characters that are no text"
    return None
