"""The RPCs that the gateway's doors call; long, since it lists them all in one place.

They are those of the five services behind it, and of its own directory by loopback. A REST route names the RPC it stands
for, and with it the permission that the RPC's rule demands: said once, in the proto, kept by both.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor
from google.protobuf.message import Message

from chassis.grpc_client import Channel, Client
from deskmesh.cmdb.v1 import item_service_pb2 as cmdb
from deskmesh.common.v1.options_pb2 import MethodRule, rule
from deskmesh.gateway.v1 import audit_service_pb2 as audit
from deskmesh.gateway.v1 import directory_service_pb2 as directory
from deskmesh.knowledge.v1 import article_service_pb2 as knowledge
from deskmesh.notify.v1 import message_service_pb2 as notify
from deskmesh.sla.v1 import agreement_service_pb2 as agreements
from deskmesh.sla.v1 import compliance_service_pb2 as compliance
from deskmesh.sla.v1 import replay_service_pb2 as replays
from deskmesh.sla.v1 import sla_service_pb2 as sla
from deskmesh.tickets.v1 import approval_service_pb2 as approvals
from deskmesh.tickets.v1 import bulk_service_pb2 as bulk
from deskmesh.tickets.v1 import catalog_service_pb2 as catalog
from deskmesh.tickets.v1 import change_service_pb2 as changes
from deskmesh.tickets.v1 import configuration_service_pb2 as configuration
from deskmesh.tickets.v1 import field_service_pb2 as fields
from deskmesh.tickets.v1 import focus_service_pb2 as focus
from deskmesh.tickets.v1 import link_service_pb2 as links
from deskmesh.tickets.v1 import macro_service_pb2 as macros
from deskmesh.tickets.v1 import merge_service_pb2 as merges
from deskmesh.tickets.v1 import rule_service_pb2 as rules
from deskmesh.tickets.v1 import ticket_service_pb2 as tickets
from deskmesh.tickets.v1 import view_service_pb2 as views
from deskmesh.tickets.v1 import workflow_service_pb2 as workflows

DEADLINE_SECONDS = 10.0
"""Set at the door; each hop behind it has what is left."""

Question = TypeVar("Question", bound=Message)
Answer = TypeVar("Answer", bound=Message)


@dataclass(frozen=True, slots=True)
class Rpc(Generic[Question, Answer]):
    """One RPC with the types of its messages."""

    method: MethodDescriptor
    question: type[Question]
    answer: type[Answer]

    @property
    def rule(self) -> MethodRule:
        """What it demands of the caller."""
        return rule_of(self.method)


def rule_of(method: MethodDescriptor) -> MethodRule:
    """Read the rule that the proto states for a method."""
    return method.GetOptions().Extensions[rule]


class Backends:
    """The connections to the services, one per process and service."""

    def __init__(self, channels: Mapping[str, Channel]) -> None:
        """Take the channels by the name of the service: gateway, tickets, sla, knowledge, cmdb, notify."""
        self.channels = channels
        self._clients = {
            service.full_name: Client(service, channels[owner_of(service)]) for service in SERVICES
        }

    async def call(self, rpc: Rpc[Question, Answer], question: Question) -> Answer:
        """Ask as the current caller.

        Raises:
            DeskmeshError: as the service raised it; Unavailable when it does not answer in time.
        """
        client = self._clients[rpc.method.containing_service.full_name]
        return await client.call(rpc.method.name, question, rpc.answer, timeout=DEADLINE_SECONDS)

    def checks(self) -> dict[str, Callable[[], Awaitable[str | None]]]:
        """Make a check of readiness for each service behind the gateway."""
        return {
            name: partial(_readiness, channel) for name, channel in self.channels.items() if name != "gateway"
        }


async def _readiness(channel: Channel) -> str | None:
    return None if await channel.healthy() else "not ready"


def owner_of(service: ServiceDescriptor) -> str:
    """Name the service of the installation that serves a gRPC service: the second part of its package."""
    return str(service.full_name).split(".")[1]


APPROVALS = approvals.DESCRIPTOR.services_by_name["ApprovalService"]
TICKETS = tickets.DESCRIPTOR.services_by_name["TicketService"]
CHANGES = changes.DESCRIPTOR.services_by_name["ChangeService"]
CATALOG = catalog.DESCRIPTOR.services_by_name["CatalogService"]
CONFIGURATION = configuration.DESCRIPTOR.services_by_name["ConfigurationService"]
MERGES = merges.DESCRIPTOR.services_by_name["MergeService"]
FIELDS = fields.DESCRIPTOR.services_by_name["FieldService"]
WORKFLOWS = workflows.DESCRIPTOR.services_by_name["WorkflowService"]
BULK = bulk.DESCRIPTOR.services_by_name["BulkService"]
LINKS = links.DESCRIPTOR.services_by_name["LinkService"]
MACROS = macros.DESCRIPTOR.services_by_name["MacroService"]
RULES = rules.DESCRIPTOR.services_by_name["RuleService"]
FOCUS = focus.DESCRIPTOR.services_by_name["FocusService"]
VIEWS = views.DESCRIPTOR.services_by_name["ViewService"]
AGREEMENTS = agreements.DESCRIPTOR.services_by_name["AgreementService"]
REPLAYS = replays.DESCRIPTOR.services_by_name["ReplayService"]
COMPLIANCE = compliance.DESCRIPTOR.services_by_name["ComplianceService"]
SLA = sla.DESCRIPTOR.services_by_name["SlaService"]
ARTICLES = knowledge.DESCRIPTOR.services_by_name["ArticleService"]
ITEMS = cmdb.DESCRIPTOR.services_by_name["ItemService"]
MESSAGES = notify.DESCRIPTOR.services_by_name["MessageService"]
DIRECTORY = directory.DESCRIPTOR.services_by_name["DirectoryService"]
AUDIT = audit.DESCRIPTOR.services_by_name["AuditService"]
SERVICES = (
    TICKETS,
    APPROVALS,
    CATALOG,
    CHANGES,
    CONFIGURATION,
    FIELDS,
    WORKFLOWS,
    LINKS,
    BULK,
    VIEWS,
    MACROS,
    RULES,
    FOCUS,
    SLA,
    ARTICLES,
    ITEMS,
    MESSAGES,
    DIRECTORY,
    AUDIT,
    MERGES,
    COMPLIANCE,
    REPLAYS,
    AGREEMENTS,
)


def _rpc(
    service: ServiceDescriptor, name: str, question: type[Question], answer: type[Answer]
) -> Rpc[Question, Answer]:
    return Rpc(service.methods_by_name[name], question, answer)


CREATE_TICKET = _rpc(TICKETS, "CreateTicket", tickets.CreateTicketRequest, tickets.CreateTicketResponse)
GET_TICKET = _rpc(TICKETS, "GetTicket", tickets.GetTicketRequest, tickets.GetTicketResponse)
LIST_TICKETS = _rpc(TICKETS, "ListTickets", tickets.ListTicketsRequest, tickets.ListTicketsResponse)
UPDATE_TICKET = _rpc(TICKETS, "UpdateTicket", tickets.UpdateTicketRequest, tickets.UpdateTicketResponse)
ASSIGN_TICKET = _rpc(TICKETS, "AssignTicket", tickets.AssignTicketRequest, tickets.AssignTicketResponse)
TRANSITION_TICKET = _rpc(
    TICKETS, "TransitionTicket", tickets.TransitionTicketRequest, tickets.TransitionTicketResponse
)
LIST_TRANSITIONS = _rpc(
    TICKETS, "ListTransitions", tickets.ListTransitionsRequest, tickets.ListTransitionsResponse
)
CREATE_COMMENT = _rpc(TICKETS, "CreateComment", tickets.CreateCommentRequest, tickets.CreateCommentResponse)
LIST_COMMENTS = _rpc(TICKETS, "ListComments", tickets.ListCommentsRequest, tickets.ListCommentsResponse)
CREATE_ATTACHMENT = _rpc(
    TICKETS, "CreateAttachment", tickets.CreateAttachmentRequest, tickets.CreateAttachmentResponse
)
GET_ATTACHMENT = _rpc(TICKETS, "GetAttachment", tickets.GetAttachmentRequest, tickets.GetAttachmentResponse)
LIST_ATTACHMENTS = _rpc(
    TICKETS, "ListAttachments", tickets.ListAttachmentsRequest, tickets.ListAttachmentsResponse
)
ADD_WATCHER = _rpc(TICKETS, "AddWatcher", tickets.AddWatcherRequest, tickets.AddWatcherResponse)
REMOVE_WATCHER = _rpc(TICKETS, "RemoveWatcher", tickets.RemoveWatcherRequest, tickets.RemoveWatcherResponse)
LIST_WATCHERS = _rpc(TICKETS, "ListWatchers", tickets.ListWatchersRequest, tickets.ListWatchersResponse)
LIST_HISTORY = _rpc(TICKETS, "ListHistory", tickets.ListHistoryRequest, tickets.ListHistoryResponse)

MERGE_TICKETS = _rpc(MERGES, "MergeTickets", merges.MergeTicketsRequest, merges.MergeTicketsResponse)
UNMERGE_TICKET = _rpc(MERGES, "UnmergeTicket", merges.UnmergeTicketRequest, merges.UnmergeTicketResponse)
SPLIT_TICKET = _rpc(MERGES, "SplitTicket", merges.SplitTicketRequest, merges.SplitTicketResponse)

START_BULK = _rpc(BULK, "StartBulk", bulk.StartBulkRequest, bulk.StartBulkResponse)
GET_BULK = _rpc(BULK, "GetBulk", bulk.GetBulkRequest, bulk.GetBulkResponse)
CANCEL_BULK = _rpc(BULK, "CancelBulk", bulk.CancelBulkRequest, bulk.CancelBulkResponse)

CREATE_LINK = _rpc(LINKS, "CreateLink", links.CreateLinkRequest, links.CreateLinkResponse)
LIST_LINKS = _rpc(LINKS, "ListLinks", links.ListLinksRequest, links.ListLinksResponse)
DELETE_LINK = _rpc(LINKS, "DeleteLink", links.DeleteLinkRequest, links.DeleteLinkResponse)

LIST_PROCESSES = _rpc(
    CONFIGURATION, "ListProcesses", configuration.ListProcessesRequest, configuration.ListProcessesResponse
)
LIST_QUEUES = _rpc(
    CONFIGURATION, "ListQueues", configuration.ListQueuesRequest, configuration.ListQueuesResponse
)
GET_QUEUE = _rpc(CONFIGURATION, "GetQueue", configuration.GetQueueRequest, configuration.GetQueueResponse)
LIST_TICKET_TYPES = _rpc(
    CONFIGURATION,
    "ListTicketTypes",
    configuration.ListTicketTypesRequest,
    configuration.ListTicketTypesResponse,
)
GET_PROCESS = _rpc(
    CONFIGURATION, "GetProcess", configuration.GetProcessRequest, configuration.GetProcessResponse
)
CREATE_PROCESS = _rpc(
    CONFIGURATION, "CreateProcess", configuration.CreateProcessRequest, configuration.CreateProcessResponse
)
UPDATE_PROCESS = _rpc(
    CONFIGURATION, "UpdateProcess", configuration.UpdateProcessRequest, configuration.UpdateProcessResponse
)
CREATE_QUEUE = _rpc(
    CONFIGURATION, "CreateQueue", configuration.CreateQueueRequest, configuration.CreateQueueResponse
)
UPDATE_QUEUE = _rpc(
    CONFIGURATION, "UpdateQueue", configuration.UpdateQueueRequest, configuration.UpdateQueueResponse
)
GET_TICKET_TYPE = _rpc(
    CONFIGURATION, "GetTicketType", configuration.GetTicketTypeRequest, configuration.GetTicketTypeResponse
)
CREATE_TICKET_TYPE = _rpc(
    CONFIGURATION,
    "CreateTicketType",
    configuration.CreateTicketTypeRequest,
    configuration.CreateTicketTypeResponse,
)
UPDATE_TICKET_TYPE = _rpc(
    CONFIGURATION,
    "UpdateTicketType",
    configuration.UpdateTicketTypeRequest,
    configuration.UpdateTicketTypeResponse,
)
GET_PRIORITY_MATRIX = _rpc(
    CONFIGURATION,
    "GetPriorityMatrix",
    configuration.GetPriorityMatrixRequest,
    configuration.GetPriorityMatrixResponse,
)
UPDATE_PRIORITY_MATRIX = _rpc(
    CONFIGURATION,
    "UpdatePriorityMatrix",
    configuration.UpdatePriorityMatrixRequest,
    configuration.UpdatePriorityMatrixResponse,
)

CREATE_VIEW = _rpc(VIEWS, "CreateView", views.CreateViewRequest, views.CreateViewResponse)
GET_VIEW = _rpc(VIEWS, "GetView", views.GetViewRequest, views.GetViewResponse)
LIST_VIEWS = _rpc(VIEWS, "ListViews", views.ListViewsRequest, views.ListViewsResponse)
UPDATE_VIEW = _rpc(VIEWS, "UpdateView", views.UpdateViewRequest, views.UpdateViewResponse)
DELETE_VIEW = _rpc(VIEWS, "DeleteView", views.DeleteViewRequest, views.DeleteViewResponse)
COUNT_VIEWS = _rpc(VIEWS, "CountViews", views.CountViewsRequest, views.CountViewsResponse)
LIST_VIEW_TICKETS = _rpc(
    VIEWS, "ListViewTickets", views.ListViewTicketsRequest, views.ListViewTicketsResponse
)

CREATE_MACRO = _rpc(MACROS, "CreateMacro", macros.CreateMacroRequest, macros.CreateMacroResponse)
GET_MACRO = _rpc(MACROS, "GetMacro", macros.GetMacroRequest, macros.GetMacroResponse)
LIST_MACROS = _rpc(MACROS, "ListMacros", macros.ListMacrosRequest, macros.ListMacrosResponse)
UPDATE_MACRO = _rpc(MACROS, "UpdateMacro", macros.UpdateMacroRequest, macros.UpdateMacroResponse)
DELETE_MACRO = _rpc(MACROS, "DeleteMacro", macros.DeleteMacroRequest, macros.DeleteMacroResponse)
APPLY_MACRO = _rpc(MACROS, "ApplyMacro", macros.ApplyMacroRequest, macros.ApplyMacroResponse)
PREVIEW_MACRO = _rpc(MACROS, "PreviewMacro", macros.PreviewMacroRequest, macros.PreviewMacroResponse)

LIST_FIELDS = _rpc(FIELDS, "ListFields", fields.ListFieldsRequest, fields.ListFieldsResponse)
GET_FIELD = _rpc(FIELDS, "GetField", fields.GetFieldRequest, fields.GetFieldResponse)
CREATE_FIELD = _rpc(FIELDS, "CreateField", fields.CreateFieldRequest, fields.CreateFieldResponse)
UPDATE_FIELD = _rpc(FIELDS, "UpdateField", fields.UpdateFieldRequest, fields.UpdateFieldResponse)
DELETE_FIELD = _rpc(FIELDS, "DeleteField", fields.DeleteFieldRequest, fields.DeleteFieldResponse)
LIST_WORKFLOWS = _rpc(
    WORKFLOWS, "ListWorkflows", workflows.ListWorkflowsRequest, workflows.ListWorkflowsResponse
)
GET_WORKFLOW = _rpc(WORKFLOWS, "GetWorkflow", workflows.GetWorkflowRequest, workflows.GetWorkflowResponse)
LIST_WORKFLOW_VERSIONS = _rpc(
    WORKFLOWS,
    "ListWorkflowVersions",
    workflows.ListWorkflowVersionsRequest,
    workflows.ListWorkflowVersionsResponse,
)
CREATE_WORKFLOW = _rpc(
    WORKFLOWS, "CreateWorkflow", workflows.CreateWorkflowRequest, workflows.CreateWorkflowResponse
)
UPDATE_WORKFLOW = _rpc(
    WORKFLOWS, "UpdateWorkflow", workflows.UpdateWorkflowRequest, workflows.UpdateWorkflowResponse
)
DELETE_WORKFLOW = _rpc(
    WORKFLOWS, "DeleteWorkflow", workflows.DeleteWorkflowRequest, workflows.DeleteWorkflowResponse
)
VALIDATE_WORKFLOW = _rpc(
    WORKFLOWS, "ValidateWorkflow", workflows.ValidateWorkflowRequest, workflows.ValidateWorkflowResponse
)

CREATE_RULE = _rpc(RULES, "CreateRule", rules.CreateRuleRequest, rules.CreateRuleResponse)
GET_RULE = _rpc(RULES, "GetRule", rules.GetRuleRequest, rules.GetRuleResponse)
LIST_RULES = _rpc(RULES, "ListRules", rules.ListRulesRequest, rules.ListRulesResponse)
UPDATE_RULE = _rpc(RULES, "UpdateRule", rules.UpdateRuleRequest, rules.UpdateRuleResponse)
DELETE_RULE = _rpc(RULES, "DeleteRule", rules.DeleteRuleRequest, rules.DeleteRuleResponse)
LIST_RULE_EXECUTIONS = _rpc(
    RULES, "ListRuleExecutions", rules.ListRuleExecutionsRequest, rules.ListRuleExecutionsResponse
)
DRY_RUN_RULE = _rpc(RULES, "DryRunRule", rules.DryRunRuleRequest, rules.DryRunRuleResponse)

GET_FOCUS = _rpc(FOCUS, "GetFocus", focus.GetFocusRequest, focus.GetFocusResponse)
SET_FOCUS = _rpc(FOCUS, "SetFocus", focus.SetFocusRequest, focus.SetFocusResponse)
PULL_TICKET = _rpc(FOCUS, "PullTicket", focus.PullTicketRequest, focus.PullTicketResponse)

LIST_TICKET_CLOCKS = _rpc(SLA, "ListTicketClocks", sla.ListTicketClocksRequest, sla.ListTicketClocksResponse)
CREATE_CALENDAR = _rpc(SLA, "CreateCalendar", sla.CreateCalendarRequest, sla.CreateCalendarResponse)
GET_CALENDAR = _rpc(SLA, "GetCalendar", sla.GetCalendarRequest, sla.GetCalendarResponse)
LIST_CALENDARS = _rpc(SLA, "ListCalendars", sla.ListCalendarsRequest, sla.ListCalendarsResponse)
UPDATE_CALENDAR = _rpc(SLA, "UpdateCalendar", sla.UpdateCalendarRequest, sla.UpdateCalendarResponse)
DELETE_CALENDAR = _rpc(SLA, "DeleteCalendar", sla.DeleteCalendarRequest, sla.DeleteCalendarResponse)
CALCULATE_CALENDAR = _rpc(
    SLA, "CalculateCalendar", sla.CalculateCalendarRequest, sla.CalculateCalendarResponse
)
LIST_CALENDAR_VERSIONS = _rpc(
    SLA, "ListCalendarVersions", sla.ListCalendarVersionsRequest, sla.ListCalendarVersionsResponse
)
PUT_HOLIDAY_FEED = _rpc(SLA, "PutHolidayFeed", sla.PutHolidayFeedRequest, sla.PutHolidayFeedResponse)
DELETE_HOLIDAY_FEED = _rpc(
    SLA, "DeleteHolidayFeed", sla.DeleteHolidayFeedRequest, sla.DeleteHolidayFeedResponse
)
CREATE_POLICY = _rpc(SLA, "CreatePolicy", sla.CreatePolicyRequest, sla.CreatePolicyResponse)
GET_POLICY = _rpc(SLA, "GetPolicy", sla.GetPolicyRequest, sla.GetPolicyResponse)
LIST_POLICIES = _rpc(SLA, "ListPolicies", sla.ListPoliciesRequest, sla.ListPoliciesResponse)
UPDATE_POLICY = _rpc(SLA, "UpdatePolicy", sla.UpdatePolicyRequest, sla.UpdatePolicyResponse)
DELETE_POLICY = _rpc(SLA, "DeletePolicy", sla.DeletePolicyRequest, sla.DeletePolicyResponse)

CREATE_ARTICLE = _rpc(
    ARTICLES, "CreateArticle", knowledge.CreateArticleRequest, knowledge.CreateArticleResponse
)
GET_ARTICLE = _rpc(ARTICLES, "GetArticle", knowledge.GetArticleRequest, knowledge.GetArticleResponse)
LIST_ARTICLES = _rpc(ARTICLES, "ListArticles", knowledge.ListArticlesRequest, knowledge.ListArticlesResponse)
UPDATE_ARTICLE = _rpc(
    ARTICLES, "UpdateArticle", knowledge.UpdateArticleRequest, knowledge.UpdateArticleResponse
)
SEARCH_ARTICLES = _rpc(
    ARTICLES, "SearchArticles", knowledge.SearchArticlesRequest, knowledge.SearchArticlesResponse
)
SUGGEST_ARTICLES = _rpc(
    ARTICLES, "SuggestArticles", knowledge.SuggestArticlesRequest, knowledge.SuggestArticlesResponse
)

CREATE_ITEM = _rpc(ITEMS, "CreateItem", cmdb.CreateItemRequest, cmdb.CreateItemResponse)
GET_ITEM = _rpc(ITEMS, "GetItem", cmdb.GetItemRequest, cmdb.GetItemResponse)
LIST_ITEMS = _rpc(ITEMS, "ListItems", cmdb.ListItemsRequest, cmdb.ListItemsResponse)
UPDATE_ITEM = _rpc(ITEMS, "UpdateItem", cmdb.UpdateItemRequest, cmdb.UpdateItemResponse)
CREATE_RELATION = _rpc(ITEMS, "CreateRelation", cmdb.CreateRelationRequest, cmdb.CreateRelationResponse)
GET_RELATION = _rpc(ITEMS, "GetRelation", cmdb.GetRelationRequest, cmdb.GetRelationResponse)
LIST_RELATIONS = _rpc(ITEMS, "ListRelations", cmdb.ListRelationsRequest, cmdb.ListRelationsResponse)
DELETE_RELATION = _rpc(ITEMS, "DeleteRelation", cmdb.DeleteRelationRequest, cmdb.DeleteRelationResponse)

LIST_DELIVERIES = _rpc(
    MESSAGES, "ListDeliveries", notify.ListDeliveriesRequest, notify.ListDeliveriesResponse
)
GET_DELIVERY = _rpc(MESSAGES, "GetDelivery", notify.GetDeliveryRequest, notify.GetDeliveryResponse)
LIST_INBOUND_MESSAGES = _rpc(
    MESSAGES, "ListInboundMessages", notify.ListInboundMessagesRequest, notify.ListInboundMessagesResponse
)
GET_INBOUND_MESSAGE = _rpc(
    MESSAGES, "GetInboundMessage", notify.GetInboundMessageRequest, notify.GetInboundMessageResponse
)
GET_RAW_INBOUND_MESSAGE = _rpc(
    MESSAGES, "GetRawInboundMessage", notify.GetRawInboundMessageRequest, notify.GetRawInboundMessageResponse
)

CREATE_USER = _rpc(DIRECTORY, "CreateUser", directory.CreateUserRequest, directory.CreateUserResponse)
GET_USER = _rpc(DIRECTORY, "GetUser", directory.GetUserRequest, directory.GetUserResponse)
LIST_USERS = _rpc(DIRECTORY, "ListUsers", directory.ListUsersRequest, directory.ListUsersResponse)
UPDATE_USER = _rpc(DIRECTORY, "UpdateUser", directory.UpdateUserRequest, directory.UpdateUserResponse)
CREATE_TEAM = _rpc(DIRECTORY, "CreateTeam", directory.CreateTeamRequest, directory.CreateTeamResponse)
GET_TEAM = _rpc(DIRECTORY, "GetTeam", directory.GetTeamRequest, directory.GetTeamResponse)
LIST_TEAMS = _rpc(DIRECTORY, "ListTeams", directory.ListTeamsRequest, directory.ListTeamsResponse)
UPDATE_TEAM = _rpc(DIRECTORY, "UpdateTeam", directory.UpdateTeamRequest, directory.UpdateTeamResponse)
CREATE_ORGANIZATION = _rpc(
    DIRECTORY, "CreateOrganization", directory.CreateOrganizationRequest, directory.CreateOrganizationResponse
)
GET_ORGANIZATION = _rpc(
    DIRECTORY, "GetOrganization", directory.GetOrganizationRequest, directory.GetOrganizationResponse
)
LIST_ORGANIZATIONS = _rpc(
    DIRECTORY, "ListOrganizations", directory.ListOrganizationsRequest, directory.ListOrganizationsResponse
)
UPDATE_ORGANIZATION = _rpc(
    DIRECTORY, "UpdateOrganization", directory.UpdateOrganizationRequest, directory.UpdateOrganizationResponse
)
GET_ME = _rpc(DIRECTORY, "GetMe", directory.GetMeRequest, directory.GetMeResponse)
UPDATE_ME = _rpc(DIRECTORY, "UpdateMe", directory.UpdateMeRequest, directory.UpdateMeResponse)
CHANGE_MY_PASSWORD = _rpc(
    DIRECTORY, "ChangeMyPassword", directory.ChangeMyPasswordRequest, directory.ChangeMyPasswordResponse
)
GET_TENANT = _rpc(DIRECTORY, "GetTenant", directory.GetTenantRequest, directory.GetTenantResponse)

CREATE_APPROVAL = _rpc(
    APPROVALS, "CreateApproval", approvals.CreateApprovalRequest, approvals.CreateApprovalResponse
)
GET_APPROVAL = _rpc(APPROVALS, "GetApproval", approvals.GetApprovalRequest, approvals.GetApprovalResponse)
LIST_APPROVALS = _rpc(
    APPROVALS, "ListApprovals", approvals.ListApprovalsRequest, approvals.ListApprovalsResponse
)
LIST_MY_APPROVALS = _rpc(
    APPROVALS, "ListMyApprovals", approvals.ListMyApprovalsRequest, approvals.ListMyApprovalsResponse
)
DECIDE_APPROVAL = _rpc(
    APPROVALS, "DecideApproval", approvals.DecideApprovalRequest, approvals.DecideApprovalResponse
)
DELEGATE_APPROVAL = _rpc(
    APPROVALS, "DelegateApproval", approvals.DelegateApprovalRequest, approvals.DelegateApprovalResponse
)
WITHDRAW_APPROVAL = _rpc(
    APPROVALS, "WithdrawApproval", approvals.WithdrawApprovalRequest, approvals.WithdrawApprovalResponse
)
GET_SUBSTITUTE = _rpc(
    APPROVALS, "GetSubstitute", approvals.GetSubstituteRequest, approvals.GetSubstituteResponse
)
SET_SUBSTITUTE = _rpc(
    APPROVALS, "SetSubstitute", approvals.SetSubstituteRequest, approvals.SetSubstituteResponse
)
REMOVE_SUBSTITUTE = _rpc(
    APPROVALS, "RemoveSubstitute", approvals.RemoveSubstituteRequest, approvals.RemoveSubstituteResponse
)

GET_COMPLIANCE = _rpc(
    COMPLIANCE, "GetCompliance", compliance.GetComplianceRequest, compliance.GetComplianceResponse
)
LIST_AT_RISK = _rpc(COMPLIANCE, "ListAtRisk", compliance.ListAtRiskRequest, compliance.ListAtRiskResponse)
CREATE_CATALOG_ITEM = _rpc(CATALOG, "CreateItem", catalog.CreateItemRequest, catalog.CreateItemResponse)
GET_CATALOG_ITEM = _rpc(CATALOG, "GetItem", catalog.GetItemRequest, catalog.GetItemResponse)
LIST_CATALOG_ITEMS = _rpc(CATALOG, "ListItems", catalog.ListItemsRequest, catalog.ListItemsResponse)
UPDATE_CATALOG_ITEM = _rpc(CATALOG, "UpdateItem", catalog.UpdateItemRequest, catalog.UpdateItemResponse)
ORDER_CATALOG_ITEM = _rpc(CATALOG, "OrderItem", catalog.OrderItemRequest, catalog.OrderItemResponse)
GET_CATALOG_REQUEST = _rpc(CATALOG, "GetOrder", catalog.GetOrderRequest, catalog.GetOrderResponse)
CREATE_AGREEMENT = _rpc(
    AGREEMENTS, "CreateAgreement", agreements.CreateAgreementRequest, agreements.CreateAgreementResponse
)
GET_AGREEMENT = _rpc(
    AGREEMENTS, "GetAgreement", agreements.GetAgreementRequest, agreements.GetAgreementResponse
)
LIST_AGREEMENTS = _rpc(
    AGREEMENTS, "ListAgreements", agreements.ListAgreementsRequest, agreements.ListAgreementsResponse
)
UPDATE_AGREEMENT = _rpc(
    AGREEMENTS, "UpdateAgreement", agreements.UpdateAgreementRequest, agreements.UpdateAgreementResponse
)
DELETE_AGREEMENT = _rpc(
    AGREEMENTS, "DeleteAgreement", agreements.DeleteAgreementRequest, agreements.DeleteAgreementResponse
)
GET_ENTITLEMENT = _rpc(
    AGREEMENTS, "GetEntitlement", agreements.GetEntitlementRequest, agreements.GetEntitlementResponse
)
GET_ACCOUNTING = _rpc(REPLAYS, "GetAccounting", replays.GetAccountingRequest, replays.GetAccountingResponse)
REPLAY_TICKETS = _rpc(REPLAYS, "ReplayTickets", replays.ReplayTicketsRequest, replays.ReplayTicketsResponse)

LIST_RISK_QUESTIONS = _rpc(
    CHANGES, "ListRiskQuestions", changes.ListRiskQuestionsRequest, changes.ListRiskQuestionsResponse
)
GET_CHANGE = _rpc(CHANGES, "GetChange", changes.GetChangeRequest, changes.GetChangeResponse)
UPDATE_CHANGE = _rpc(CHANGES, "UpdateChange", changes.UpdateChangeRequest, changes.UpdateChangeResponse)
LIST_CHANGES = _rpc(CHANGES, "ListChanges", changes.ListChangesRequest, changes.ListChangesResponse)
CREATE_FREEZE = _rpc(CHANGES, "CreateFreeze", changes.CreateFreezeRequest, changes.CreateFreezeResponse)
LIST_FREEZES = _rpc(CHANGES, "ListFreezes", changes.ListFreezesRequest, changes.ListFreezesResponse)
DELETE_FREEZE = _rpc(CHANGES, "DeleteFreeze", changes.DeleteFreezeRequest, changes.DeleteFreezeResponse)
CREATE_CHANGE_TEMPLATE = _rpc(
    CHANGES, "CreateTemplate", changes.CreateTemplateRequest, changes.CreateTemplateResponse
)
LIST_CHANGE_TEMPLATES = _rpc(
    CHANGES, "ListTemplates", changes.ListTemplatesRequest, changes.ListTemplatesResponse
)
DELETE_CHANGE_TEMPLATE = _rpc(
    CHANGES, "DeleteTemplate", changes.DeleteTemplateRequest, changes.DeleteTemplateResponse
)
CREATE_STANDARD_CHANGE = _rpc(
    CHANGES, "CreateStandardChange", changes.CreateStandardChangeRequest, changes.CreateStandardChangeResponse
)
