"""The RPCs of sla: clocks."""

from deskmesh.sla.v1 import agreement_service_pb2 as agreements
from deskmesh.sla.v1 import compliance_service_pb2 as compliance
from deskmesh.sla.v1 import replay_service_pb2 as replays
from deskmesh.sla.v1 import sla_service_pb2 as sla
from gateway.clients.calling import rpc

LIST_TICKET_CLOCKS = rpc(sla.ListTicketClocksRequest, sla.ListTicketClocksResponse)
CREATE_CALENDAR = rpc(sla.CreateCalendarRequest, sla.CreateCalendarResponse)
GET_CALENDAR = rpc(sla.GetCalendarRequest, sla.GetCalendarResponse)
LIST_CALENDARS = rpc(sla.ListCalendarsRequest, sla.ListCalendarsResponse)
UPDATE_CALENDAR = rpc(sla.UpdateCalendarRequest, sla.UpdateCalendarResponse)
DELETE_CALENDAR = rpc(sla.DeleteCalendarRequest, sla.DeleteCalendarResponse)
CALCULATE_CALENDAR = rpc(sla.CalculateCalendarRequest, sla.CalculateCalendarResponse)
LIST_CALENDAR_VERSIONS = rpc(sla.ListCalendarVersionsRequest, sla.ListCalendarVersionsResponse)
PUT_HOLIDAY_FEED = rpc(sla.PutHolidayFeedRequest, sla.PutHolidayFeedResponse)
DELETE_HOLIDAY_FEED = rpc(sla.DeleteHolidayFeedRequest, sla.DeleteHolidayFeedResponse)
CREATE_POLICY = rpc(sla.CreatePolicyRequest, sla.CreatePolicyResponse)
GET_POLICY = rpc(sla.GetPolicyRequest, sla.GetPolicyResponse)
LIST_POLICIES = rpc(sla.ListPoliciesRequest, sla.ListPoliciesResponse)
UPDATE_POLICY = rpc(sla.UpdatePolicyRequest, sla.UpdatePolicyResponse)
DELETE_POLICY = rpc(sla.DeletePolicyRequest, sla.DeletePolicyResponse)

GET_COMPLIANCE = rpc(compliance.GetComplianceRequest, compliance.GetComplianceResponse)
LIST_AT_RISK = rpc(compliance.ListAtRiskRequest, compliance.ListAtRiskResponse)

CREATE_AGREEMENT = rpc(agreements.CreateAgreementRequest, agreements.CreateAgreementResponse)
GET_AGREEMENT = rpc(agreements.GetAgreementRequest, agreements.GetAgreementResponse)
LIST_AGREEMENTS = rpc(agreements.ListAgreementsRequest, agreements.ListAgreementsResponse)
UPDATE_AGREEMENT = rpc(agreements.UpdateAgreementRequest, agreements.UpdateAgreementResponse)
DELETE_AGREEMENT = rpc(agreements.DeleteAgreementRequest, agreements.DeleteAgreementResponse)
GET_AGREEMENT_HOURS = rpc(agreements.GetAgreementHoursRequest, agreements.GetAgreementHoursResponse)
GET_ENTITLEMENT = rpc(agreements.GetEntitlementRequest, agreements.GetEntitlementResponse)

GET_ACCOUNTING = rpc(replays.GetAccountingRequest, replays.GetAccountingResponse)
REPLAY_TICKETS = rpc(replays.ReplayTicketsRequest, replays.ReplayTicketsResponse)
