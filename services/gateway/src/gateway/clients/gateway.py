"""The RPCs of gateway: the gateway's own directory and audit."""

from deskmesh.gateway.v1 import audit_service_pb2 as audit
from deskmesh.gateway.v1 import branding_service_pb2 as branding
from deskmesh.gateway.v1 import directory_service_pb2 as directory
from deskmesh.gateway.v1 import identity_provider_service_pb2 as providers
from deskmesh.gateway.v1 import second_factor_service_pb2 as factors
from deskmesh.gateway.v1 import session_service_pb2 as sessions
from deskmesh.gateway.v1 import sign_in_policy_service_pb2 as policies
from deskmesh.gateway.v1 import work_profile_service_pb2 as profiles
from gateway.clients.calling import rpc

CREATE_USER = rpc(directory.CreateUserRequest, directory.CreateUserResponse)
GET_USER = rpc(directory.GetUserRequest, directory.GetUserResponse)
LIST_USERS = rpc(directory.ListUsersRequest, directory.ListUsersResponse)
UPDATE_USER = rpc(directory.UpdateUserRequest, directory.UpdateUserResponse)
CREATE_TEAM = rpc(directory.CreateTeamRequest, directory.CreateTeamResponse)
GET_TEAM = rpc(directory.GetTeamRequest, directory.GetTeamResponse)
LIST_TEAMS = rpc(directory.ListTeamsRequest, directory.ListTeamsResponse)
UPDATE_TEAM = rpc(directory.UpdateTeamRequest, directory.UpdateTeamResponse)
CREATE_ORGANIZATION = rpc(directory.CreateOrganizationRequest, directory.CreateOrganizationResponse)
GET_ORGANIZATION = rpc(directory.GetOrganizationRequest, directory.GetOrganizationResponse)
LIST_ORGANIZATIONS = rpc(directory.ListOrganizationsRequest, directory.ListOrganizationsResponse)
UPDATE_ORGANIZATION = rpc(directory.UpdateOrganizationRequest, directory.UpdateOrganizationResponse)
GET_ME = rpc(directory.GetMeRequest, directory.GetMeResponse)
UPDATE_ME = rpc(directory.UpdateMeRequest, directory.UpdateMeResponse)
CHANGE_MY_PASSWORD = rpc(directory.ChangeMyPasswordRequest, directory.ChangeMyPasswordResponse)
GET_TENANT = rpc(directory.GetTenantRequest, directory.GetTenantResponse)
GET_WORK_PROFILE = rpc(profiles.GetWorkProfileRequest, profiles.GetWorkProfileResponse)
SET_WORK_PROFILE = rpc(profiles.SetWorkProfileRequest, profiles.SetWorkProfileResponse)
CREATE_ROLE = rpc(directory.CreateRoleRequest, directory.CreateRoleResponse)
GET_ROLE = rpc(directory.GetRoleRequest, directory.GetRoleResponse)
LIST_ROLES = rpc(directory.ListRolesRequest, directory.ListRolesResponse)
UPDATE_ROLE = rpc(directory.UpdateRoleRequest, directory.UpdateRoleResponse)
LIST_AUDIT_ENTRIES = rpc(audit.ListAuditEntriesRequest, audit.ListAuditEntriesResponse)
VERIFY_AUDIT_LOG = rpc(audit.VerifyAuditLogRequest, audit.VerifyAuditLogResponse)
GET_MY_SECOND_FACTOR = rpc(factors.GetMySecondFactorRequest, factors.GetMySecondFactorResponse)
START_MY_SECOND_FACTOR = rpc(factors.StartMySecondFactorRequest, factors.StartMySecondFactorResponse)
CONFIRM_MY_SECOND_FACTOR = rpc(factors.ConfirmMySecondFactorRequest, factors.ConfirmMySecondFactorResponse)
RENEW_MY_RECOVERY_CODES = rpc(factors.RenewMyRecoveryCodesRequest, factors.RenewMyRecoveryCodesResponse)
REMOVE_MY_SECOND_FACTOR = rpc(factors.RemoveMySecondFactorRequest, factors.RemoveMySecondFactorResponse)
RESET_SECOND_FACTOR = rpc(factors.ResetSecondFactorRequest, factors.ResetSecondFactorResponse)
GET_BRANDING = rpc(branding.GetBrandingRequest, branding.GetBrandingResponse)
SET_BRANDING = rpc(branding.SetBrandingRequest, branding.SetBrandingResponse)
GET_SIGN_IN_POLICY = rpc(policies.GetSignInPolicyRequest, policies.GetSignInPolicyResponse)
SET_SIGN_IN_POLICY = rpc(policies.SetSignInPolicyRequest, policies.SetSignInPolicyResponse)
LIST_MY_SESSIONS = rpc(sessions.ListMySessionsRequest, sessions.ListMySessionsResponse)
END_MY_SESSION = rpc(sessions.EndMySessionRequest, sessions.EndMySessionResponse)
END_MY_OTHER_SESSIONS = rpc(sessions.EndMyOtherSessionsRequest, sessions.EndMyOtherSessionsResponse)
LIST_IDENTITY_PROVIDERS = rpc(providers.ListIdentityProvidersRequest, providers.ListIdentityProvidersResponse)
GET_IDENTITY_PROVIDER = rpc(providers.GetIdentityProviderRequest, providers.GetIdentityProviderResponse)
SET_IDENTITY_PROVIDER = rpc(providers.SetIdentityProviderRequest, providers.SetIdentityProviderResponse)
DELETE_IDENTITY_PROVIDER = rpc(
    providers.DeleteIdentityProviderRequest, providers.DeleteIdentityProviderResponse
)
