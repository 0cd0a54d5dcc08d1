"""The RPCs of change enablement."""

from dataclasses import dataclass

from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.common.v1 import types_pb2 as common
from deskmesh.tickets.v1 import change_pb2 as nouns
from deskmesh.tickets.v1 import change_service_pb2 as pb
from tickets.api.requests import known_names, time_in
from tickets.app import change_plans, change_settings
from tickets.app.change_plans import ChangeView, PlanDraft, Warned
from tickets.app.change_settings import FreezeDraft, TemplateDraft
from tickets.app.configuration import Configurations
from tickets.app.opening import Desk
from tickets.db.change_enablement import ChangeFreeze, ChangeTemplate
from tickets.domain.change_enablement import QUESTIONS
from tickets.publish.messages import moment, reference_message

_TEMPLATE_FIELDS = frozenset({"name", "description", "plan", "backout_plan", "queue"})


@dataclass(frozen=True, slots=True)
class ChangeServicer:
    """ChangeService."""

    configurations: Configurations
    desk: Desk

    async def ListRiskQuestions(
        self, tx: Tx, request: pb.ListRiskQuestionsRequest
    ) -> pb.ListRiskQuestionsResponse:
        del tx, request
        return pb.ListRiskQuestionsResponse(
            questions=[
                nouns.RiskQuestion(key=key, text=text, weight=weight)
                for key, (text, weight) in QUESTIONS.items()
            ]
        )

    async def GetChange(self, tx: Tx, request: pb.GetChangeRequest) -> pb.GetChangeResponse:
        configuration = await self.configurations.within(tx)
        view = await change_plans.get_change(tx, configuration=configuration, ticket=request.ticket)
        return pb.GetChangeResponse(change=_change(view))

    async def UpdateChange(self, tx: Tx, request: pb.UpdateChangeRequest) -> pb.UpdateChangeResponse:
        change = request.change
        view = await change_plans.update_change(
            tx,
            configuration=await self.configurations.within(tx),
            ticket=request.ticket,
            draft=PlanDraft(
                risk_answers=dict(change.risk_answers),
                plan=change.plan,
                backout_plan=change.backout_plan,
                planned_start=time_in(change, "planned_start"),
                planned_end=time_in(change, "planned_end"),
                emergency=change.emergency,
                release=change.release,
            ),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateChangeResponse(change=_change(view))

    async def ListChanges(self, tx: Tx, request: pb.ListChangesRequest) -> pb.ListChangesResponse:
        views, token = await change_plans.list_changes(
            tx,
            configuration=await self.configurations.within(tx),
            after=time_in(request, "from"),
            before=time_in(request, "until"),
            release=request.release,
            page=page_of(request),
        )
        return pb.ListChangesResponse(changes=[_change(view) for view in views], next_page_token=token)

    async def CreateFreeze(self, tx: Tx, request: pb.CreateFreezeRequest) -> pb.CreateFreezeResponse:
        freeze = request.freeze
        row = await change_settings.create_freeze(tx, draft=FreezeDraft(**_freeze_fields(freeze)))  # type: ignore[arg-type]  # its own fields
        return pb.CreateFreezeResponse(freeze=_freeze(row))

    async def ListFreezes(self, tx: Tx, request: pb.ListFreezesRequest) -> pb.ListFreezesResponse:
        rows, token = await change_settings.list_freezes(tx, page=page_of(request))
        return pb.ListFreezesResponse(freezes=[_freeze(row) for row in rows], next_page_token=token)

    async def UpdateFreeze(self, tx: Tx, request: pb.UpdateFreezeRequest) -> pb.UpdateFreezeResponse:
        said = _freeze_fields(request.patch)
        row = await change_settings.update_freeze(
            tx,
            freeze_id=request.freeze_id,
            changes={name: said[name] for name in known_names(request.update_mask, said.keys())},
            expected_version=request.expected_version or None,
        )
        return pb.UpdateFreezeResponse(freeze=_freeze(row))

    async def DeleteFreeze(self, tx: Tx, request: pb.DeleteFreezeRequest) -> pb.DeleteFreezeResponse:
        await change_settings.delete_freeze(tx, freeze_id=request.freeze_id)
        return pb.DeleteFreezeResponse()

    async def CreateTemplate(self, tx: Tx, request: pb.CreateTemplateRequest) -> pb.CreateTemplateResponse:
        template = request.template
        row = await change_settings.create_template(
            tx,
            configuration=await self.configurations.within(tx),
            draft=TemplateDraft(
                template.slug,
                template.name,
                template.description,
                template.plan,
                template.backout_plan,
                template.queue,
            ),
        )
        return pb.CreateTemplateResponse(template=_template(row))

    async def ListTemplates(self, tx: Tx, request: pb.ListTemplatesRequest) -> pb.ListTemplatesResponse:
        rows, token = await change_settings.list_templates(tx, page=page_of(request))
        return pb.ListTemplatesResponse(templates=[_template(row) for row in rows], next_page_token=token)

    async def UpdateTemplate(self, tx: Tx, request: pb.UpdateTemplateRequest) -> pb.UpdateTemplateResponse:
        names = known_names(request.update_mask, _TEMPLATE_FIELDS)
        row = await change_settings.update_template(
            tx,
            configuration=await self.configurations.within(tx),
            template=request.template,
            changes={name: getattr(request.patch, name) for name in names},
            expected_version=request.expected_version or None,
        )
        return pb.UpdateTemplateResponse(template=_template(row))

    async def DeleteTemplate(self, tx: Tx, request: pb.DeleteTemplateRequest) -> pb.DeleteTemplateResponse:
        await change_settings.delete_template(tx, template=request.template)
        return pb.DeleteTemplateResponse()

    async def CreateStandardChange(
        self, tx: Tx, request: pb.CreateStandardChangeRequest
    ) -> pb.CreateStandardChangeResponse:
        view = await change_settings.create_standard_change(
            tx,
            configuration=await self.configurations.within(tx),
            desk=self.desk,
            template=request.template,
            draft=PlanDraft(
                planned_start=time_in(request, "planned_start"),
                planned_end=time_in(request, "planned_end"),
            ),
            ci_ids=list(request.ci_ids),
            service_id=request.service_id,
        )
        return pb.CreateStandardChangeResponse(change=_change(view))


def _change(view: ChangeView) -> nouns.Change:
    ticket, plan = view.ticket, view.plan
    message = nouns.Change(
        ticket=common.Ref(id=str(ticket.id), key=ticket.number, name=ticket.title),
        risk="low",
        warnings=[_warning(warned) for warned in view.warnings],
        version=ticket.version,
        state=ticket.state,
        state_category=ticket.state_category,
        ci_ids=ticket.ci_ids,
        service_id=ticket.service_id,
    )
    if plan is not None:
        message.MergeFrom(
            nouns.Change(
                risk_answers=plan.risk_answers,
                risk=plan.risk,
                plan=plan.plan,
                backout_plan=plan.backout_plan,
                planned_start=moment(plan.planned_start),
                planned_end=moment(plan.planned_end),
                emergency=plan.emergency,
                release=plan.release,
                standard=plan.standard,
            )
        )
    return message


def _warning(warned: Warned) -> nouns.ChangeWarning:
    return nouns.ChangeWarning(
        kind=warned.kind,
        change=reference_message(warned.change),
        subject=warned.subject,
        starts_at=moment(warned.window.start),
        ends_at=moment(warned.window.end),
    )


def _freeze_fields(freeze: nouns.ChangeFreeze) -> dict[str, object]:
    return {
        "name": freeze.name,
        "starts_at": time_in(freeze, "starts_at"),
        "ends_at": time_in(freeze, "ends_at"),
        "service_ids": list(freeze.service_ids),
    }


def _freeze(row: ChangeFreeze) -> nouns.ChangeFreeze:
    return nouns.ChangeFreeze(
        id=str(row.id),
        name=row.name,
        starts_at=moment(row.starts_at),
        ends_at=moment(row.ends_at),
        service_ids=row.service_ids,
        version=row.version,
    )


def _template(row: ChangeTemplate) -> nouns.ChangeTemplate:
    return nouns.ChangeTemplate(
        id=str(row.id),
        slug=row.slug,
        name=row.name,
        description=row.description,
        plan=row.plan,
        backout_plan=row.backout_plan,
        queue=str(row.queue_id or ""),
        version=row.version,
    )
