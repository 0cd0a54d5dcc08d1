"""Reads what the demo tenants are made of from content/*.toml."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

TENANTS = ("acme", "globex")
PASSWORD = "deskmesh"  # noqa: S105 - printed at the start of the demo, and only the demo has it


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody of a tenant. `roles` are slugs, as "agent" or, in one process only, "agent:hr"."""

    email: str
    name: str
    language: str
    roles: tuple[str, ...]
    teams: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """A kind of request: how people put it, what is said about it, how it ends."""

    titles: tuple[str, ...]
    type: str
    queue: str
    process: str
    impact: str
    urgency: str
    category: str
    tags: tuple[str, ...]
    language: str
    ask: str
    reply: str
    answer: str
    note: str
    end: str


@dataclass(frozen=True, slots=True)
class Tenant:
    """A demo tenant. What is only passed on to the API stays as the file has it."""

    slug: str
    name: str
    languages: tuple[str, ...]
    time_zone: str
    country: str
    support_address: str
    tickets: int
    staff: tuple[Member, ...]
    requesters: tuple[Member, ...]
    requests: tuple[Request, ...]
    organizations: Sequence[Mapping[str, Any]]
    own_roles: Sequence[Mapping[str, Any]]
    teams: Sequence[Mapping[str, Any]]
    fields: Sequence[Mapping[str, Any]]
    calendars: Sequence[Mapping[str, Any]]
    policies: Sequence[Mapping[str, Any]]
    agreements: Sequence[Mapping[str, Any]]
    articles: Sequence[Mapping[str, Any]]
    assets: Sequence[Mapping[str, Any]]
    relations: Sequence[tuple[str, str, str]]
    laptops: Sequence[tuple[str, str]]
    phones: Sequence[tuple[str, str]]

    @property
    def admin(self) -> Member:
        """The administrator, the first of the staff."""
        return self.staff[0]

    def members_of(self, team: str) -> list[Member]:
        """Give the agents of a team."""
        return [one for one in self.staff if team in one.teams and "supervisor" not in one.roles]


def read_tenant(slug: str) -> Tenant:
    """Read a tenant's file and the texts that it names."""
    raw = read_content(f"{slug}.toml")
    return Tenant(
        slug=slug,
        name=raw["name"],
        languages=tuple(raw["languages"]),
        time_zone=raw["time_zone"],
        country=raw["country"],
        support_address=raw["support_address"],
        tickets=raw["tickets"],
        staff=tuple(_member(slug, one) for one in raw["staff"]),
        requesters=tuple(_member(slug, one) for one in raw["requesters"]),
        requests=tuple(request for name in raw["texts"] for request in _requests(name)),
        organizations=raw["organizations"],
        own_roles=raw["roles"],
        teams=raw["teams"],
        fields=raw["fields"],
        calendars=raw["calendars"],
        policies=raw["policies"],
        agreements=raw["agreements"],
        articles=raw["articles"],
        assets=raw["assets"],
        relations=[(kind, source, target) for kind, source, target in raw["relations"]],
        laptops=[(maker, model) for maker, model in raw["laptops"]],
        phones=[(maker, model) for maker, model in raw["phones"]],
    )


def read_content(name: str) -> dict[str, Any]:
    """Give what content/`name` says."""
    return tomllib.loads(files("embedded.demo").joinpath("content", name).read_text(encoding="utf-8"))


def _member(tenant: str, raw: Mapping[str, Any]) -> Member:
    return Member(
        email=raw.get("email", f"{raw['login']}@{tenant}.example"),
        name=raw["name"],
        language=raw["language"],
        roles=tuple(raw.get("roles", ["requester"])),
        teams=tuple(raw.get("teams", [])),
        organizations=tuple(raw.get("organizations", [])),
        phone=raw.get("phone"),
    )


def _requests(name: str) -> list[Request]:
    language = name.removesuffix(".toml").rpartition("_")[2]
    return [
        Request(
            titles=tuple(raw["titles"]),
            process=raw.get("process", "it"),
            language=language,
            tags=tuple(raw["tags"]),
            **{
                name: raw[name] for name in ("type", "queue", "impact", "urgency", "category", "ask", "reply")
            },
            **{name: raw[name] for name in ("answer", "note", "end")},
        )
        for raw in read_content(name)["request"]
    ]
