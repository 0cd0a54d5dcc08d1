"""Bodies of the service catalogue."""

from typing import Literal

from pydantic import ConfigDict, Field
from pydantic.config import JsonDict

from gateway.http.models.approvals import NewApprovalStep
from gateway.http.models.common import (
    EARLIER,
    ID,
    OTHER_ID,
    QUEUE,
    FreeForm,
    Input,
    Output,
    PageQuery,
    Person,
    Ref,
    Reference,
    Text,
)
from gateway.http.models.tickets import TICKET, Ticket


class Question(Input):
    """A custom field that the form asks for."""

    field: Text = Field(description="Slug of the field.")
    required: bool = False
    condition: Text | None = Field(
        default=None, description='Asked only where this holds: `fields.device_kind = "laptop"`.'
    )


class Price(Input):
    """What it costs."""

    amount: Text = Field(description="Decimal, as a text.", examples=["1299.00"])
    currency: Text = Field(description="ISO 4217.", examples=["EUR"])
    period: Literal["once", "month", "year"] = "once"


class Entitlement(Input):
    """Who may order: members of one of the teams or organisations, or holders of a role; empty: everybody."""

    teams: list[Text] = Field(default_factory=list, description="Ids or slugs.")
    organizations: list[Text] = Field(default_factory=list, description="Ids or slugs.")
    roles: list[Text] = Field(default_factory=list, description="Slugs.")


class TaskTemplate(Input):
    """A ticket that is made below the request once all that it depends on has ended."""

    key: Text
    title: Text
    description: Text | None = None
    type: Text = "task"
    queue: Reference | None = Field(default=None, description="Absent: that of the request.")
    depends_on: list[Text] = Field(default_factory=list, description="Keys of other tasks.")


NEW_ITEM: JsonDict = {
    "slug": "laptop",
    "name": "Laptop",
    "category": "Hardware",
    "form": [
        {"field": "device_kind", "required": True},
        {"field": "location", "required": True, "condition": 'fields.device_kind = "laptop"'},
    ],
    "price": {"amount": "1299.00", "currency": "EUR", "period": "once"},
    "entitlement": {"roles": ["requester"]},
    "approval": [{"approvers": [{"manager": True}], "remind_after": "P1D"}],
    "tasks": [
        {"key": "buy", "title": "Order it"},
        {"key": "install", "title": "Install it", "depends_on": ["buy"]},
    ],
}


class NewItem(Input):
    """Something that people order."""

    model_config = ConfigDict(json_schema_extra={"examples": [NEW_ITEM]})

    slug: Text
    name: Text
    category: Text = ""
    description: Text = ""
    active: bool = True
    type: Text = Field(default="service_request", description="Slug of the type of its tickets.")
    queue: Reference | None = Field(default=None, description="Absent: the default queue.")
    form: list[Question] = Field(default_factory=list)
    price: Price | None = None
    entitlement: Entitlement | None = None
    approval: list[NewApprovalStep] = Field(
        default_factory=list, description="Whom an order asks; see approvals of tickets."
    )
    own_allowed: bool = Field(default=False, description="Whoever it is for may approve too.")
    tasks: list[TaskTemplate] = Field(default_factory=list)


class ItemPatch(Input):
    """The fields to change, each as a whole."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"active": False}]})

    slug: Text | None = None
    name: Text | None = None
    category: Text | None = None
    description: Text | None = None
    active: bool | None = None
    type: Text | None = None
    queue: Reference | None = None
    form: list[Question] | None = None
    price: Price | None = None
    entitlement: Entitlement | None = None
    approval: list[NewApprovalStep] | None = None
    own_allowed: bool | None = None
    tasks: list[TaskTemplate] | None = None


class ItemQuery(PageQuery):
    """Which items."""

    category: Text = Field(default="", description="Only those of this category.")


class ShownQuestion(Output):
    """A custom field that the form asks for."""

    field: str
    required: bool
    condition: str | None


class ShownPrice(Output):
    """What it costs."""

    amount: str
    currency: str
    period: str


class ShownEntitlement(Output):
    """Who may order; all empty: everybody."""

    teams: list[str]
    organizations: list[str]
    roles: list[str]


class ShownStep(Output):
    """Whom an order asks."""

    name: str | None
    mode: str
    quorum: int | None
    stage: int | None
    approvers: list[dict[str, str | bool]]
    remind_after: str | None
    expires_after: str | None


class ShownTemplate(Output):
    """A task of fulfilment."""

    key: str
    title: str
    description: str | None
    type: str
    queue: str | None
    depends_on: list[str]


class Item(Output):
    """Something that people order."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "id": ID,
                    "key": "laptop",
                    "slug": "laptop",
                    "name": "Laptop",
                    "category": "Hardware",
                    "description": "",
                    "active": True,
                    "type": "service_request",
                    "queue": None,
                    "form": [{"field": "device_kind", "required": True, "condition": None}],
                    "price": {"amount": "1299.00", "currency": "EUR", "period": "once"},
                    "entitlement": {"teams": [], "organizations": [], "roles": ["requester"]},
                    "approval": [],
                    "own_allowed": False,
                    "tasks": [],
                    "created_at": EARLIER,
                    "updated_at": EARLIER,
                    "version": 1,
                }
            ]
        }
    )

    id: str
    key: str
    slug: str
    name: str
    category: str | None
    description: str
    active: bool
    type: str
    queue: str | None
    form: list[ShownQuestion]
    price: ShownPrice | None
    entitlement: ShownEntitlement
    approval: list[ShownStep]
    own_allowed: bool
    tasks: list[ShownTemplate]
    created_at: str
    updated_at: str
    version: int


class NewOrder(Input):
    """What is ordered."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"fields": {"device_kind": "laptop", "location": "Kraków"}}]}
    )

    fields: FreeForm = Field(default_factory=dict, description="Answers to the form.")
    comment: Text = ""
    requester: Person | None = Field(default=None, description="Absent: you.")
    quantity: int = Field(default=1, ge=1, le=1000)


class Task(Output):
    """A task of a request, with its ticket once it is open."""

    key: str
    title: str
    state: str = Field(description="`waiting`, `open` or `done`.")
    depends_on: list[str]
    ticket: Ref | None


class Ordered(Output):
    """What was ordered."""

    item: Ref
    quantity: int
    price: ShownPrice | None = Field(description="As it was when it was ordered.")
    state: str = Field(description="`approval`, `fulfilment`, `done` or `refused`.")
    tasks: list[Task]


class Order(Ticket):
    """The ticket of an order, with what was ordered."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **TICKET,
                    "catalog": {
                        "item": {**QUEUE, "id": OTHER_ID, "key": "laptop", "name": "Laptop"},
                        "quantity": 1,
                        "price": None,
                        "state": "approval",
                        "tasks": [],
                    },
                }
            ]
        }
    )

    catalog: Ordered
