"""The RPCs of tickets: the record of work."""

from deskmesh.tickets.v1 import approval_service_pb2 as approvals
from deskmesh.tickets.v1 import bulk_service_pb2 as bulk
from deskmesh.tickets.v1 import catalog_service_pb2 as catalog
from deskmesh.tickets.v1 import change_service_pb2 as changes
from deskmesh.tickets.v1 import configuration_service_pb2 as configuration
from deskmesh.tickets.v1 import draft_service_pb2 as drafts
from deskmesh.tickets.v1 import field_service_pb2 as fields
from deskmesh.tickets.v1 import field_table_service_pb2 as field_tables
from deskmesh.tickets.v1 import focus_service_pb2 as focus
from deskmesh.tickets.v1 import layout_service_pb2 as layouts
from deskmesh.tickets.v1 import link_service_pb2 as links
from deskmesh.tickets.v1 import macro_service_pb2 as macros
from deskmesh.tickets.v1 import major_incident_service_pb2 as majors
from deskmesh.tickets.v1 import mention_service_pb2 as mentions
from deskmesh.tickets.v1 import merge_service_pb2 as merges
from deskmesh.tickets.v1 import problem_service_pb2 as problems
from deskmesh.tickets.v1 import rating_service_pb2 as ratings
from deskmesh.tickets.v1 import recurrence_service_pb2 as recurrences
from deskmesh.tickets.v1 import report_service_pb2 as reports
from deskmesh.tickets.v1 import routing_service_pb2 as routing
from deskmesh.tickets.v1 import rule_service_pb2 as rules
from deskmesh.tickets.v1 import ticket_service_pb2 as tickets
from deskmesh.tickets.v1 import time_entry_service_pb2 as time_entries
from deskmesh.tickets.v1 import view_service_pb2 as views
from deskmesh.tickets.v1 import workflow_service_pb2 as workflows
from gateway.clients.calling import rpc

CREATE_TICKET = rpc(tickets.CreateTicketRequest, tickets.CreateTicketResponse)
GET_TICKET = rpc(tickets.GetTicketRequest, tickets.GetTicketResponse)
LIST_TICKETS = rpc(tickets.ListTicketsRequest, tickets.ListTicketsResponse)
COUNT_TICKETS = rpc(tickets.CountTicketsRequest, tickets.CountTicketsResponse)
UPDATE_TICKET = rpc(tickets.UpdateTicketRequest, tickets.UpdateTicketResponse)
ASSIGN_TICKET = rpc(tickets.AssignTicketRequest, tickets.AssignTicketResponse)
TRANSITION_TICKET = rpc(tickets.TransitionTicketRequest, tickets.TransitionTicketResponse)
LIST_TRANSITIONS = rpc(tickets.ListTransitionsRequest, tickets.ListTransitionsResponse)
CREATE_COMMENT = rpc(tickets.CreateCommentRequest, tickets.CreateCommentResponse)
FORWARD_TICKET = rpc(tickets.ForwardTicketRequest, tickets.ForwardTicketResponse)
LIST_COMMENTS = rpc(tickets.ListCommentsRequest, tickets.ListCommentsResponse)
CREATE_ATTACHMENT = rpc(tickets.CreateAttachmentRequest, tickets.CreateAttachmentResponse)
GET_ATTACHMENT = rpc(tickets.GetAttachmentRequest, tickets.GetAttachmentResponse)
LIST_ATTACHMENTS = rpc(tickets.ListAttachmentsRequest, tickets.ListAttachmentsResponse)
ADD_WATCHER = rpc(tickets.AddWatcherRequest, tickets.AddWatcherResponse)
REMOVE_WATCHER = rpc(tickets.RemoveWatcherRequest, tickets.RemoveWatcherResponse)
LIST_WATCHERS = rpc(tickets.ListWatchersRequest, tickets.ListWatchersResponse)
LIST_HISTORY = rpc(tickets.ListHistoryRequest, tickets.ListHistoryResponse)

DECLARE_MAJOR_INCIDENT = rpc(majors.DeclareMajorIncidentRequest, majors.DeclareMajorIncidentResponse)
GET_MAJOR_INCIDENT = rpc(majors.GetMajorIncidentRequest, majors.GetMajorIncidentResponse)
UPDATE_MAJOR_INCIDENT = rpc(majors.UpdateMajorIncidentRequest, majors.UpdateMajorIncidentResponse)
END_MAJOR_INCIDENT = rpc(majors.EndMajorIncidentRequest, majors.EndMajorIncidentResponse)
ANSWER_MAJOR_INCIDENT = rpc(majors.AnswerMajorIncidentRequest, majors.AnswerMajorIncidentResponse)
RESOLVE_MAJOR_INCIDENT = rpc(majors.ResolveMajorIncidentRequest, majors.ResolveMajorIncidentResponse)
LIST_MAJOR_INCIDENTS = rpc(majors.ListMajorIncidentsRequest, majors.ListMajorIncidentsResponse)

LIST_MENTIONS = rpc(mentions.ListMentionsRequest, mentions.ListMentionsResponse)
MARK_MENTION = rpc(mentions.MarkMentionRequest, mentions.MarkMentionResponse)
MARK_ALL_MENTIONS = rpc(mentions.MarkAllMentionsRequest, mentions.MarkAllMentionsResponse)
LIST_MENTIONED = rpc(mentions.ListMentionedRequest, mentions.ListMentionedResponse)

LIST_DRAFTS = rpc(drafts.ListDraftsRequest, drafts.ListDraftsResponse)
GET_DRAFT = rpc(drafts.GetDraftRequest, drafts.GetDraftResponse)
SAVE_DRAFT = rpc(drafts.SaveDraftRequest, drafts.SaveDraftResponse)
DELETE_DRAFT = rpc(drafts.DeleteDraftRequest, drafts.DeleteDraftResponse)
SEND_DRAFT = rpc(drafts.SendDraftRequest, drafts.SendDraftResponse)

MERGE_TICKETS = rpc(merges.MergeTicketsRequest, merges.MergeTicketsResponse)
UNMERGE_TICKET = rpc(merges.UnmergeTicketRequest, merges.UnmergeTicketResponse)
SPLIT_TICKET = rpc(merges.SplitTicketRequest, merges.SplitTicketResponse)

START_BULK = rpc(bulk.StartBulkRequest, bulk.StartBulkResponse)
GET_BULK = rpc(bulk.GetBulkRequest, bulk.GetBulkResponse)
CANCEL_BULK = rpc(bulk.CancelBulkRequest, bulk.CancelBulkResponse)
UNDO_BULK = rpc(bulk.UndoBulkRequest, bulk.UndoBulkResponse)

CREATE_LINK = rpc(links.CreateLinkRequest, links.CreateLinkResponse)
LIST_LINKS = rpc(links.ListLinksRequest, links.ListLinksResponse)
DELETE_LINK = rpc(links.DeleteLinkRequest, links.DeleteLinkResponse)

LIST_PROCESSES = rpc(configuration.ListProcessesRequest, configuration.ListProcessesResponse)
LIST_QUEUES = rpc(configuration.ListQueuesRequest, configuration.ListQueuesResponse)
GET_QUEUE = rpc(configuration.GetQueueRequest, configuration.GetQueueResponse)
LIST_TICKET_TYPES = rpc(configuration.ListTicketTypesRequest, configuration.ListTicketTypesResponse)
GET_PROCESS = rpc(configuration.GetProcessRequest, configuration.GetProcessResponse)
CREATE_PROCESS = rpc(configuration.CreateProcessRequest, configuration.CreateProcessResponse)
UPDATE_PROCESS = rpc(configuration.UpdateProcessRequest, configuration.UpdateProcessResponse)
CREATE_QUEUE = rpc(configuration.CreateQueueRequest, configuration.CreateQueueResponse)
UPDATE_QUEUE = rpc(configuration.UpdateQueueRequest, configuration.UpdateQueueResponse)
GET_TICKET_TYPE = rpc(configuration.GetTicketTypeRequest, configuration.GetTicketTypeResponse)
CREATE_TICKET_TYPE = rpc(configuration.CreateTicketTypeRequest, configuration.CreateTicketTypeResponse)
UPDATE_TICKET_TYPE = rpc(configuration.UpdateTicketTypeRequest, configuration.UpdateTicketTypeResponse)
GET_PRIORITY_MATRIX = rpc(configuration.GetPriorityMatrixRequest, configuration.GetPriorityMatrixResponse)
UPDATE_PRIORITY_MATRIX = rpc(
    configuration.UpdatePriorityMatrixRequest, configuration.UpdatePriorityMatrixResponse
)
GET_FILE_POLICY = rpc(configuration.GetFilePolicyRequest, configuration.GetFilePolicyResponse)
SET_FILE_POLICY = rpc(configuration.SetFilePolicyRequest, configuration.SetFilePolicyResponse)

CREATE_VIEW = rpc(views.CreateViewRequest, views.CreateViewResponse)
GET_VIEW = rpc(views.GetViewRequest, views.GetViewResponse)
LIST_VIEWS = rpc(views.ListViewsRequest, views.ListViewsResponse)
UPDATE_VIEW = rpc(views.UpdateViewRequest, views.UpdateViewResponse)
DELETE_VIEW = rpc(views.DeleteViewRequest, views.DeleteViewResponse)
COUNT_VIEWS = rpc(views.CountViewsRequest, views.CountViewsResponse)
LIST_VIEW_TICKETS = rpc(views.ListViewTicketsRequest, views.ListViewTicketsResponse)

CREATE_MACRO = rpc(macros.CreateMacroRequest, macros.CreateMacroResponse)
GET_MACRO = rpc(macros.GetMacroRequest, macros.GetMacroResponse)
LIST_MACROS = rpc(macros.ListMacrosRequest, macros.ListMacrosResponse)
UPDATE_MACRO = rpc(macros.UpdateMacroRequest, macros.UpdateMacroResponse)
DELETE_MACRO = rpc(macros.DeleteMacroRequest, macros.DeleteMacroResponse)
APPLY_MACRO = rpc(macros.ApplyMacroRequest, macros.ApplyMacroResponse)
PREVIEW_MACRO = rpc(macros.PreviewMacroRequest, macros.PreviewMacroResponse)

GET_FIELD_TABLE = rpc(field_tables.GetFieldTableRequest, field_tables.GetFieldTableResponse)
LIST_FIELDS = rpc(fields.ListFieldsRequest, fields.ListFieldsResponse)
GET_FIELD = rpc(fields.GetFieldRequest, fields.GetFieldResponse)
CREATE_FIELD = rpc(fields.CreateFieldRequest, fields.CreateFieldResponse)
UPDATE_FIELD = rpc(fields.UpdateFieldRequest, fields.UpdateFieldResponse)
DELETE_FIELD = rpc(fields.DeleteFieldRequest, fields.DeleteFieldResponse)

LIST_WORKFLOWS = rpc(workflows.ListWorkflowsRequest, workflows.ListWorkflowsResponse)
GET_WORKFLOW = rpc(workflows.GetWorkflowRequest, workflows.GetWorkflowResponse)
LIST_WORKFLOW_VERSIONS = rpc(workflows.ListWorkflowVersionsRequest, workflows.ListWorkflowVersionsResponse)
CREATE_WORKFLOW = rpc(workflows.CreateWorkflowRequest, workflows.CreateWorkflowResponse)
UPDATE_WORKFLOW = rpc(workflows.UpdateWorkflowRequest, workflows.UpdateWorkflowResponse)
DELETE_WORKFLOW = rpc(workflows.DeleteWorkflowRequest, workflows.DeleteWorkflowResponse)
VALIDATE_WORKFLOW = rpc(workflows.ValidateWorkflowRequest, workflows.ValidateWorkflowResponse)

CREATE_RULE = rpc(rules.CreateRuleRequest, rules.CreateRuleResponse)
GET_RULE = rpc(rules.GetRuleRequest, rules.GetRuleResponse)
LIST_RULES = rpc(rules.ListRulesRequest, rules.ListRulesResponse)
UPDATE_RULE = rpc(rules.UpdateRuleRequest, rules.UpdateRuleResponse)
DELETE_RULE = rpc(rules.DeleteRuleRequest, rules.DeleteRuleResponse)
LIST_RULE_EXECUTIONS = rpc(rules.ListRuleExecutionsRequest, rules.ListRuleExecutionsResponse)
DRY_RUN_RULE = rpc(rules.DryRunRuleRequest, rules.DryRunRuleResponse)

GET_QUEUE_ROUTING = rpc(routing.GetQueueRoutingRequest, routing.GetQueueRoutingResponse)
SET_QUEUE_ROUTING = rpc(routing.SetQueueRoutingRequest, routing.SetQueueRoutingResponse)
GET_TICKET_ROUTING = rpc(routing.GetTicketRoutingRequest, routing.GetTicketRoutingResponse)
ROUTE_TICKET = rpc(routing.RouteTicketRequest, routing.RouteTicketResponse)
GET_FOCUS = rpc(focus.GetFocusRequest, focus.GetFocusResponse)
SET_FOCUS = rpc(focus.SetFocusRequest, focus.SetFocusResponse)
PULL_TICKET = rpc(focus.PullTicketRequest, focus.PullTicketResponse)

CREATE_APPROVAL = rpc(approvals.CreateApprovalRequest, approvals.CreateApprovalResponse)
GET_APPROVAL = rpc(approvals.GetApprovalRequest, approvals.GetApprovalResponse)
LIST_APPROVALS = rpc(approvals.ListApprovalsRequest, approvals.ListApprovalsResponse)
LIST_MY_APPROVALS = rpc(approvals.ListMyApprovalsRequest, approvals.ListMyApprovalsResponse)
DECIDE_APPROVAL = rpc(approvals.DecideApprovalRequest, approvals.DecideApprovalResponse)
DELEGATE_APPROVAL = rpc(approvals.DelegateApprovalRequest, approvals.DelegateApprovalResponse)
WITHDRAW_APPROVAL = rpc(approvals.WithdrawApprovalRequest, approvals.WithdrawApprovalResponse)
GET_SUBSTITUTE = rpc(approvals.GetSubstituteRequest, approvals.GetSubstituteResponse)
SET_SUBSTITUTE = rpc(approvals.SetSubstituteRequest, approvals.SetSubstituteResponse)
REMOVE_SUBSTITUTE = rpc(approvals.RemoveSubstituteRequest, approvals.RemoveSubstituteResponse)

CREATE_CATALOG_ITEM = rpc(catalog.CreateItemRequest, catalog.CreateItemResponse)
GET_CATALOG_ITEM = rpc(catalog.GetItemRequest, catalog.GetItemResponse)
LIST_CATALOG_ITEMS = rpc(catalog.ListItemsRequest, catalog.ListItemsResponse)
UPDATE_CATALOG_ITEM = rpc(catalog.UpdateItemRequest, catalog.UpdateItemResponse)
ORDER_CATALOG_ITEM = rpc(catalog.OrderItemRequest, catalog.OrderItemResponse)
GET_CATALOG_REQUEST = rpc(catalog.GetOrderRequest, catalog.GetOrderResponse)

LIST_RISK_QUESTIONS = rpc(changes.ListRiskQuestionsRequest, changes.ListRiskQuestionsResponse)
GET_CHANGE = rpc(changes.GetChangeRequest, changes.GetChangeResponse)
UPDATE_CHANGE = rpc(changes.UpdateChangeRequest, changes.UpdateChangeResponse)
LIST_CHANGES = rpc(changes.ListChangesRequest, changes.ListChangesResponse)
CREATE_FREEZE = rpc(changes.CreateFreezeRequest, changes.CreateFreezeResponse)
LIST_FREEZES = rpc(changes.ListFreezesRequest, changes.ListFreezesResponse)
DELETE_FREEZE = rpc(changes.DeleteFreezeRequest, changes.DeleteFreezeResponse)
UPDATE_FREEZE = rpc(changes.UpdateFreezeRequest, changes.UpdateFreezeResponse)
CREATE_CHANGE_TEMPLATE = rpc(changes.CreateTemplateRequest, changes.CreateTemplateResponse)
LIST_CHANGE_TEMPLATES = rpc(changes.ListTemplatesRequest, changes.ListTemplatesResponse)
DELETE_CHANGE_TEMPLATE = rpc(changes.DeleteTemplateRequest, changes.DeleteTemplateResponse)
UPDATE_CHANGE_TEMPLATE = rpc(changes.UpdateTemplateRequest, changes.UpdateTemplateResponse)
CREATE_STANDARD_CHANGE = rpc(changes.CreateStandardChangeRequest, changes.CreateStandardChangeResponse)

CREATE_TIME_ENTRY = rpc(time_entries.CreateTimeEntryRequest, time_entries.CreateTimeEntryResponse)
GET_TIME_ENTRY = rpc(time_entries.GetTimeEntryRequest, time_entries.GetTimeEntryResponse)
LIST_TIME_ENTRIES = rpc(time_entries.ListTimeEntriesRequest, time_entries.ListTimeEntriesResponse)
SUMMARIZE_TIME_ENTRIES = rpc(
    time_entries.SummarizeTimeEntriesRequest, time_entries.SummarizeTimeEntriesResponse
)
UPDATE_TIME_ENTRY = rpc(time_entries.UpdateTimeEntryRequest, time_entries.UpdateTimeEntryResponse)
DELETE_TIME_ENTRY = rpc(time_entries.DeleteTimeEntryRequest, time_entries.DeleteTimeEntryResponse)
GET_WORK_TIMER = rpc(time_entries.GetWorkTimerRequest, time_entries.GetWorkTimerResponse)
START_WORK_TIMER = rpc(time_entries.StartWorkTimerRequest, time_entries.StartWorkTimerResponse)
STOP_WORK_TIMER = rpc(time_entries.StopWorkTimerRequest, time_entries.StopWorkTimerResponse)
DISCARD_WORK_TIMER = rpc(time_entries.DiscardWorkTimerRequest, time_entries.DiscardWorkTimerResponse)

GET_RATING = rpc(ratings.GetRatingRequest, ratings.GetRatingResponse)
RATE_TICKET = rpc(ratings.RateTicketRequest, ratings.RateTicketResponse)
LIST_RATINGS = rpc(ratings.ListRatingsRequest, ratings.ListRatingsResponse)
GET_RATING_SETTINGS = rpc(ratings.GetRatingSettingsRequest, ratings.GetRatingSettingsResponse)
SET_RATING_SETTING = rpc(ratings.SetRatingSettingRequest, ratings.SetRatingSettingResponse)
DELETE_RATING_SETTING = rpc(ratings.DeleteRatingSettingRequest, ratings.DeleteRatingSettingResponse)

CREATE_RECURRENCE = rpc(recurrences.CreateRecurrenceRequest, recurrences.CreateRecurrenceResponse)
GET_RECURRENCE = rpc(recurrences.GetRecurrenceRequest, recurrences.GetRecurrenceResponse)
LIST_RECURRENCES = rpc(recurrences.ListRecurrencesRequest, recurrences.ListRecurrencesResponse)
UPDATE_RECURRENCE = rpc(recurrences.UpdateRecurrenceRequest, recurrences.UpdateRecurrenceResponse)
DELETE_RECURRENCE = rpc(recurrences.DeleteRecurrenceRequest, recurrences.DeleteRecurrenceResponse)
PAUSE_RECURRENCE = rpc(recurrences.PauseRecurrenceRequest, recurrences.PauseRecurrenceResponse)
RESUME_RECURRENCE = rpc(recurrences.ResumeRecurrenceRequest, recurrences.ResumeRecurrenceResponse)
SCHEDULE_TICKET = rpc(recurrences.ScheduleTicketRequest, recurrences.ScheduleTicketResponse)
LIST_SCHEDULED_TICKETS = rpc(
    recurrences.ListScheduledTicketsRequest, recurrences.ListScheduledTicketsResponse
)
CANCEL_SCHEDULED_TICKET = rpc(
    recurrences.CancelScheduledTicketRequest, recurrences.CancelScheduledTicketResponse
)
PREVIEW_RECURRENCE = rpc(recurrences.PreviewRecurrenceRequest, recurrences.PreviewRecurrenceResponse)
LIST_OCCURRENCES = rpc(recurrences.ListOccurrencesRequest, recurrences.ListOccurrencesResponse)

LIST_LAYOUTS = rpc(layouts.ListLayoutsRequest, layouts.ListLayoutsResponse)
GET_LAYOUT = rpc(layouts.GetLayoutRequest, layouts.GetLayoutResponse)
CREATE_LAYOUT = rpc(layouts.CreateLayoutRequest, layouts.CreateLayoutResponse)
UPDATE_LAYOUT = rpc(layouts.UpdateLayoutRequest, layouts.UpdateLayoutResponse)
DELETE_LAYOUT = rpc(layouts.DeleteLayoutRequest, layouts.DeleteLayoutResponse)
LIST_LAYOUT_VERSIONS = rpc(layouts.ListLayoutVersionsRequest, layouts.ListLayoutVersionsResponse)
RESTORE_LAYOUT = rpc(layouts.RestoreLayoutRequest, layouts.RestoreLayoutResponse)
RESOLVE_LAYOUT = rpc(layouts.ResolveLayoutRequest, layouts.ResolveLayoutResponse)
GET_TICKET_LAYOUT = rpc(layouts.GetTicketLayoutRequest, layouts.GetTicketLayoutResponse)

LIST_PROBLEM_CANDIDATES = rpc(problems.ListProblemCandidatesRequest, problems.ListProblemCandidatesResponse)
GET_KNOWN_ERROR = rpc(problems.GetKnownErrorRequest, problems.GetKnownErrorResponse)
CREATE_PROBLEM_OF_CANDIDATE = rpc(
    problems.CreateProblemOfCandidateRequest, problems.CreateProblemOfCandidateResponse
)
DISMISS_PROBLEM_CANDIDATE = rpc(
    problems.DismissProblemCandidateRequest, problems.DismissProblemCandidateResponse
)
RECALL_PROBLEM_CANDIDATE = rpc(
    problems.RecallProblemCandidateRequest, problems.RecallProblemCandidateResponse
)

GET_VOLUME = rpc(reports.GetVolumeRequest, reports.GetVolumeResponse)
