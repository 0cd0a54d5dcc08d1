"""Change enablement: plans, freeze windows, standard changes, and the calendar."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import Query
from google.protobuf.field_mask_pb2 import FieldMask
from starlette.requests import Request
from starlette.responses import Response

from chassis.context import use_caller
from chassis.errors import Unauthenticated
from deskmesh.tickets.v1 import change_pb2 as nouns
from deskmesh.tickets.v1 import change_service_pb2 as pb
from gateway.clients import tickets as rpcs
from gateway.domain.secrets import PERSONAL_ACCESS_TOKEN
from gateway.http.answers import listing, nothing, resource
from gateway.http.desk import ask, desk
from gateway.http.door import ANONYMOUS, API, Door
from gateway.http.headers import expected_version
from gateway.http.models import changes as models
from gateway.http.models.common import Input, PageQuery, Text, list_of, word
from gateway.http.render import changes as render
from gateway.http.values import timestamp

door = Door("changes")

_CALENDAR_PAST = timedelta(days=90)
_MOST_IN_CALENDAR = 1_000


class FeedQuery(Input):
    """The credential of a calendar feed."""

    token: Text = ""


@door.route("GET", "/tickets/{ticket}/change", rpcs.GET_CHANGE, gives=models.Change, versioned=True)
async def get_change(request: Request, ticket: str) -> Response:
    """Read what is planned for a change, with the freezes and the other changes that stand in its way."""
    found = (await ask(request, rpcs.GET_CHANGE, pb.GetChangeRequest(ticket=ticket))).change
    return resource(render.change(found), found.version)


@door.route("PUT", "/tickets/{ticket}/change", rpcs.UPDATE_CHANGE, gives=models.Change, versioned=True)
async def update_change(request: Request, ticket: str, body: models.ChangePlan) -> Response:
    """Plan a change.

    The risk follows from the answers. A window within a freeze is refused, unless it is an emergency; other changes of
    the same configuration items or service are warned of.
    """
    change = nouns.Change(
        risk_answers=body.risk_answers,
        plan=body.plan,
        backout_plan=body.backout_plan,
        planned_start=timestamp(body.planned_start),
        planned_end=timestamp(body.planned_end),
        emergency=body.emergency,
        release=body.release,
    )
    question = pb.UpdateChangeRequest(
        ticket=ticket, change=change, expected_version=expected_version(request)
    )
    planned = (await ask(request, rpcs.UPDATE_CHANGE, question)).change
    return resource(render.change(planned), planned.version)


@door.route("GET", "/changes", rpcs.LIST_CHANGES, gives=list_of(models.Change))
async def list_changes(request: Request, query: Annotated[models.ChangeQuery, Query()]) -> Response:
    """List planned changes by their beginning, of a time, of a release; their warnings are told one by one."""
    question = pb.ListChangesRequest(
        page_size=query.page_size,
        page_token=query.page_token,
        until=timestamp(query.until),
        release=query.release,
    )
    if query.after is not None:
        _from(question, query.after)
    answer = await ask(request, rpcs.LIST_CHANGES, question)
    return listing([render.change(one) for one in answer.changes], answer.next_page_token)


@door.route(
    "GET",
    "/changes/risk-questions",
    rpcs.LIST_RISK_QUESTIONS,
    gives=list_of(models.RiskQuestion),
)
async def list_risk_questions(request: Request) -> Response:
    """List the questions that the risk of a change is reckoned by: high from 6, medium from 3."""
    answer = await ask(request, rpcs.LIST_RISK_QUESTIONS, pb.ListRiskQuestionsRequest())
    return listing([{"key": one.key, "text": one.text, "weight": one.weight} for one in answer.questions])


@door.route("GET", "/changes/calendar.ics", ANONYMOUS, gives="text/calendar")
async def get_change_calendar(request: Request, query: Annotated[FeedQuery, Query()]) -> Response:
    """Subscribe to the calendar of changes, as iCalendar.

    Calendar programs send no headers: `token` is a personal access token, best one limited to `tickets.read`, and the
    feed ends when that is revoked. It shows the planned changes that its owner may read, from 90 days ago on.
    """
    credential = request.headers.get("authorization")
    if query.token:
        if not query.token.startswith(PERSONAL_ACCESS_TOKEN):
            raise Unauthenticated("The token has to be a personal access token.")
        credential = f"Bearer {query.token}"
    at = desk(request)
    now = datetime.now(UTC)
    changes: list[nouns.Change] = []
    with use_caller(await at.admission.admit(credential, "rest")):
        token = ""
        while len(changes) < _MOST_IN_CALENDAR:
            question = pb.ListChangesRequest(page_size=200, page_token=token)
            _from(question, now - _CALENDAR_PAST)
            page = await ask(request, rpcs.LIST_CHANGES, question)
            changes += page.changes
            token = page.next_page_token
            if not token:
                break
    headers = {"cache-control": "no-store", "referrer-policy": "no-referrer"}
    return Response(render.calendar(changes, now), headers=headers, media_type="text/calendar")


@door.route("POST", "/changes/freezes", rpcs.CREATE_FREEZE, gives=models.Freeze, status=HTTPStatus.CREATED)
async def create_freeze(request: Request, body: models.NewFreeze) -> Response:
    """Keep changes out of a time."""
    freeze = nouns.ChangeFreeze(
        name=body.name,
        starts_at=timestamp(body.starts_at),
        ends_at=timestamp(body.ends_at),
        service_ids=body.service_ids,
    )
    made = (await ask(request, rpcs.CREATE_FREEZE, pb.CreateFreezeRequest(freeze=freeze))).freeze
    return resource(render.freeze(made), made.version, HTTPStatus.CREATED)


@door.route("GET", "/changes/freezes", rpcs.LIST_FREEZES, gives=list_of(models.Freeze))
async def list_freezes(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the freezes by their beginning."""
    question = pb.ListFreezesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_FREEZES, question)
    return listing([render.freeze(one) for one in answer.freezes], answer.next_page_token)


@door.route("PATCH", "/changes/freezes/{freeze}", rpcs.UPDATE_FREEZE, gives=models.Freeze, versioned=True)
async def update_freeze(request: Request, freeze: str, body: models.FreezePatch) -> Response:
    """Change a freeze; what is planned into it already stays planned, and is warned of."""
    patch = nouns.ChangeFreeze(
        name=body.name or "",
        starts_at=timestamp(body.starts_at),
        ends_at=timestamp(body.ends_at),
        service_ids=body.service_ids or [],
    )
    question = pb.UpdateFreezeRequest(
        freeze_id=freeze,
        patch=patch,
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_FREEZE, question)).freeze
    return resource(render.freeze(changed), changed.version)


@door.route("DELETE", "/changes/freezes/{freeze}", rpcs.DELETE_FREEZE, status=HTTPStatus.NO_CONTENT)
async def delete_freeze(request: Request, freeze: str) -> Response:
    """End a freeze."""
    await ask(request, rpcs.DELETE_FREEZE, pb.DeleteFreezeRequest(freeze_id=freeze))
    return nothing()


@door.route(
    "POST",
    "/changes/templates",
    rpcs.CREATE_CHANGE_TEMPLATE,
    gives=models.Template,
    status=HTTPStatus.CREATED,
)
async def create_change_template(request: Request, body: models.NewTemplate) -> Response:
    """Keep a template of standard changes: those are approved for good."""
    template = nouns.ChangeTemplate(
        slug=body.slug,
        name=body.name,
        description=body.description,
        plan=body.plan,
        backout_plan=body.backout_plan,
        queue=word(body.queue),
    )
    question = pb.CreateTemplateRequest(template=template)
    made = (await ask(request, rpcs.CREATE_CHANGE_TEMPLATE, question)).template
    return resource(render.template(made), made.version, HTTPStatus.CREATED)


@door.route("GET", "/changes/templates", rpcs.LIST_CHANGE_TEMPLATES, gives=list_of(models.Template))
async def list_change_templates(request: Request, query: Annotated[PageQuery, Query()]) -> Response:
    """List the templates of standard changes by name."""
    question = pb.ListTemplatesRequest(page_size=query.page_size, page_token=query.page_token)
    answer = await ask(request, rpcs.LIST_CHANGE_TEMPLATES, question)
    return listing([render.template(one) for one in answer.templates], answer.next_page_token)


@door.route(
    "PATCH",
    "/changes/templates/{template}",
    rpcs.UPDATE_CHANGE_TEMPLATE,
    gives=models.Template,
    versioned=True,
)
async def update_change_template(request: Request, template: str, body: models.TemplatePatch) -> Response:
    """Change a template; the changes that were made of it stay as they are."""
    patch = nouns.ChangeTemplate(
        name=body.name or "",
        description=body.description or "",
        plan=body.plan or "",
        backout_plan=body.backout_plan or "",
        queue=word(body.queue),
    )
    question = pb.UpdateTemplateRequest(
        template=template,
        patch=patch,
        update_mask=FieldMask(paths=body.named()),
        expected_version=expected_version(request),
    )
    changed = (await ask(request, rpcs.UPDATE_CHANGE_TEMPLATE, question)).template
    return resource(render.template(changed), changed.version)


@door.route(
    "DELETE",
    "/changes/templates/{template}",
    rpcs.DELETE_CHANGE_TEMPLATE,
    status=HTTPStatus.NO_CONTENT,
)
async def delete_change_template(request: Request, template: str) -> Response:
    """Remove a template; the changes that were made of it stay."""
    await ask(request, rpcs.DELETE_CHANGE_TEMPLATE, pb.DeleteTemplateRequest(template=template))
    return nothing()


@door.route(
    "POST",
    "/changes/templates/{template}/changes",
    rpcs.CREATE_STANDARD_CHANGE,
    gives=models.Change,
    status=HTTPStatus.CREATED,
    versioned=True,
)
async def create_standard_change(request: Request, template: str, body: models.NewStandardChange) -> Response:
    """Make a standard change: a ticket with the template's plans, approved before."""
    question = pb.CreateStandardChangeRequest(
        template=template,
        planned_start=timestamp(body.planned_start),
        planned_end=timestamp(body.planned_end),
        ci_ids=body.ci_ids,
        service_id=body.service_id or "",
    )
    made = (await ask(request, rpcs.CREATE_STANDARD_CHANGE, question)).change
    location = f"{API}/tickets/{made.ticket.id}/change"
    return resource(render.change(made), made.version, HTTPStatus.CREATED, location)


def _from(question: pb.ListChangesRequest, moment: datetime) -> None:
    getattr(question, "from").FromDatetime(moment)  # a keyword of Python
