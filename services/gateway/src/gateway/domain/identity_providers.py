"""What an OpenID provider says of somebody, and what the desk makes of it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gateway.domain.people import domain_of, normal_email, problem_with_email

_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]{1,100}")
_CLAIM = re.compile(r"[\w.:/-]{1,200}")
_DOMAIN = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9-]{2,63}")


@dataclass(frozen=True, slots=True)
class Said:
    """Who somebody is, as a provider says: `email` only where it has verified the address, else empty."""

    subject: str
    email: str
    name: str
    groups: Sequence[str]


def said_by(claims: Mapping[str, object], *, email_claim: str, name_claim: str, groups_claim: str) -> Said:
    """Read the claims of an id token."""
    email = claims.get(email_claim)
    verified = claims.get("email_verified") is True
    name = claims.get(name_claim)
    groups = claims.get(groups_claim) if groups_claim else None
    address = normal_email(email) if isinstance(email, str) and verified else ""
    return Said(
        subject=str(claims["sub"]),
        email="" if problem_with_email(address) else address,
        name=name if isinstance(name, str) else "",
        groups=[one for one in groups if isinstance(one, str)] if isinstance(groups, list) else [],
    )


def speaks_for(email: str, domains: Sequence[str]) -> bool:
    """Tell whether a provider with these domains is believed about an address."""
    return bool(email) and domain_of(email) in domains


def roles_after(
    held: Sequence[tuple[str, str, str]], groups: Sequence[str], mapping: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Return the grants (role, process, queue) after a sign-in.

    Mapped roles are held everywhere exactly by those whose groups say so; other grants stay as they are.
    """
    mapped = {(role, "", "") for role in mapping.values()}
    given = {(mapping[group], "", "") for group in groups if group in mapping}
    return sorted((set(held) - mapped) | given)


def problem_with_scope_value(scope: str) -> str | None:
    """Say what is wrong with a scope of OAuth 2, or None."""
    return None if _SCOPE.fullmatch(scope) else "is no scope"


def problem_with_claim(claim: str) -> str | None:
    """Say what is wrong with the name of a claim, or None."""
    return None if _CLAIM.fullmatch(claim) else "is no name of a claim"


def problem_with_domain(domain: str) -> str | None:
    """Say what is wrong with a mail domain, or None."""
    return None if _DOMAIN.fullmatch(domain) else "is no domain"
