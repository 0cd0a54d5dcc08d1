"""The directory over gRPC."""

from chassis.context import current_caller
from chassis.db import Databases, Tx
from chassis.grpc_server import own_transaction
from chassis.idempotency import once
from chassis.paging import page_of
from deskmesh.gateway.v1 import directory_service_pb2 as pb
from gateway.api import patches
from gateway.api.patches import id_of
from gateway.app import lists, me, organizations, roles, service_accounts, teams, tenants, users
from gateway.app.lists import Wanted
from gateway.db.credentials import ServiceAccount
from gateway.publish import (
    organization_message,
    role_message,
    team_message,
    tenant_message,
    timestamp,
    user_message,
)


class DirectoryService:
    """Answers the rpcs of deskmesh.gateway.v1.DirectoryService."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases

    async def EnsureRequester(self, tx: Tx, request: pb.EnsureRequesterRequest) -> pb.EnsureRequesterResponse:
        user = await users.ensure_requester(
            tx, email=request.email, name=request.name, language=request.language
        )
        return pb.EnsureRequesterResponse(user=user_message(user))

    async def ListTenants(self, tx: Tx, request: pb.ListTenantsRequest) -> pb.ListTenantsResponse:
        rows, next_page_token = await tenants.list_tenants(tx, page=page_of(request))
        return pb.ListTenantsResponse(
            tenants=[tenant_message(row) for row in rows], next_page_token=next_page_token
        )

    async def GetTenant(self, tx: Tx, _: pb.GetTenantRequest) -> pb.GetTenantResponse:
        return pb.GetTenantResponse(tenant=tenant_message(await tenants.get_tenant(tx)))

    async def UpdateTenant(self, tx: Tx, request: pb.UpdateTenantRequest) -> pb.UpdateTenantResponse:
        tenant = await tenants.update_tenant(
            tx, patch=patches.tenant_patch(request), expected_version=request.expected_version or None
        )
        return pb.UpdateTenantResponse(tenant=tenant_message(tenant))

    async def CreateUser(self, tx: Tx, request: pb.CreateUserRequest) -> pb.CreateUserResponse:
        new = users.NewUser(
            email=request.user.email,
            name=request.user.name,
            language=request.user.language,
            time_zone=request.user.time_zone,
            phone=request.user.phone,
            teams=patches.references(request.user.teams),
            organizations=patches.references(request.user.organizations),
            roles=patches.grants(request.user.roles),
            manager=request.user.manager.id or request.user.manager.email,
            password=request.password or None,
        )
        return pb.CreateUserResponse(user=user_message(await users.create_user(tx, new=new)))

    async def GetUser(self, tx: Tx, request: pb.GetUserRequest) -> pb.GetUserResponse:
        return pb.GetUserResponse(user=user_message(await users.get_user(tx, user=request.user)))

    async def ListUsers(self, tx: Tx, request: pb.ListUsersRequest) -> pb.ListUsersResponse:
        rows, next_page_token = await lists.list_users(
            tx, wanted=Wanted(page_of(request), request.filter, request.order_by)
        )
        return pb.ListUsersResponse(
            users=[user_message(row) for row in rows], next_page_token=next_page_token
        )

    async def UpdateUser(self, tx: Tx, request: pb.UpdateUserRequest) -> pb.UpdateUserResponse:
        user = await users.update_user(
            tx,
            user_id=id_of(request.user_id, "user"),
            patch=patches.user_patch(request),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateUserResponse(user=user_message(user))

    async def GetMe(self, tx: Tx, _: pb.GetMeRequest) -> pb.GetMeResponse:
        return pb.GetMeResponse(user=user_message(await me.get_me(tx)))

    async def UpdateMe(self, tx: Tx, request: pb.UpdateMeRequest) -> pb.UpdateMeResponse:
        user = await me.update_me(
            tx, patch=patches.my_patch(request), expected_version=request.expected_version or None
        )
        return pb.UpdateMeResponse(user=user_message(user))

    async def ChangeMyPassword(
        self, tx: Tx, request: pb.ChangeMyPasswordRequest
    ) -> pb.ChangeMyPasswordResponse:
        await me.change_my_password(
            tx, current_password=request.current_password, new_password=request.new_password
        )
        return pb.ChangeMyPasswordResponse()

    async def CreateTeam(self, tx: Tx, request: pb.CreateTeamRequest) -> pb.CreateTeamResponse:
        new = teams.NewTeam(
            slug=request.team.slug,
            name=request.team.name,
            description=request.team.description,
            members=patches.people(request.team.members),
        )
        return pb.CreateTeamResponse(team=team_message(await teams.create_team(tx, new=new)))

    async def GetTeam(self, tx: Tx, request: pb.GetTeamRequest) -> pb.GetTeamResponse:
        return pb.GetTeamResponse(team=team_message(await teams.get_team(tx, team=request.team)))

    async def ListTeams(self, tx: Tx, request: pb.ListTeamsRequest) -> pb.ListTeamsResponse:
        rows, next_page_token = await lists.list_teams(
            tx, wanted=Wanted(page_of(request), request.filter, request.order_by)
        )
        return pb.ListTeamsResponse(
            teams=[team_message(row) for row in rows], next_page_token=next_page_token
        )

    async def UpdateTeam(self, tx: Tx, request: pb.UpdateTeamRequest) -> pb.UpdateTeamResponse:
        team = await teams.update_team(
            tx,
            team_id=id_of(request.team_id, "team"),
            patch=patches.team_patch(request),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateTeamResponse(team=team_message(team))

    async def CreateOrganization(
        self, tx: Tx, request: pb.CreateOrganizationRequest
    ) -> pb.CreateOrganizationResponse:
        new = organizations.NewOrganization(
            slug=request.organization.slug,
            name=request.organization.name,
            domains=list(request.organization.domains),
        )
        row = await organizations.create_organization(tx, new=new)
        return pb.CreateOrganizationResponse(organization=organization_message(row))

    async def GetOrganization(self, tx: Tx, request: pb.GetOrganizationRequest) -> pb.GetOrganizationResponse:
        row = await organizations.get_organization(tx, organization=request.organization)
        return pb.GetOrganizationResponse(organization=organization_message(row))

    async def ListOrganizations(
        self, tx: Tx, request: pb.ListOrganizationsRequest
    ) -> pb.ListOrganizationsResponse:
        rows, next_page_token = await lists.list_organizations(
            tx, wanted=Wanted(page_of(request), request.filter, request.order_by)
        )
        return pb.ListOrganizationsResponse(
            organizations=[organization_message(row) for row in rows], next_page_token=next_page_token
        )

    async def UpdateOrganization(
        self, tx: Tx, request: pb.UpdateOrganizationRequest
    ) -> pb.UpdateOrganizationResponse:
        row = await organizations.update_organization(
            tx,
            organization_id=id_of(request.organization_id, "organization"),
            patch=patches.organization_patch(request),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateOrganizationResponse(organization=organization_message(row))

    async def CreateRole(self, tx: Tx, request: pb.CreateRoleRequest) -> pb.CreateRoleResponse:
        new = roles.NewRole(
            slug=request.role.slug, name=request.role.name, permissions=list(request.role.permissions)
        )
        return pb.CreateRoleResponse(role=role_message(await roles.create_role(tx, new=new)))

    async def GetRole(self, tx: Tx, request: pb.GetRoleRequest) -> pb.GetRoleResponse:
        return pb.GetRoleResponse(role=role_message(await roles.get_role(tx, role=request.role)))

    async def ListRoles(self, tx: Tx, request: pb.ListRolesRequest) -> pb.ListRolesResponse:
        rows, next_page_token = await lists.list_roles(
            tx, wanted=Wanted(page_of(request), request.filter, request.order_by)
        )
        return pb.ListRolesResponse(
            roles=[role_message(row) for row in rows], next_page_token=next_page_token
        )

    async def UpdateRole(self, tx: Tx, request: pb.UpdateRoleRequest) -> pb.UpdateRoleResponse:
        role = await roles.update_role(
            tx,
            role_id=id_of(request.role_id, "role"),
            patch=patches.role_patch(request),
            expected_version=request.expected_version or None,
        )
        return pb.UpdateRoleResponse(role=role_message(role))

    @own_transaction
    async def CreateServiceAccount(
        self, request: pb.CreateServiceAccountRequest
    ) -> pb.CreateServiceAccountResponse:
        secret = ""

        async def create(tx: Tx) -> pb.CreateServiceAccountResponse:
            nonlocal secret
            made = await service_accounts.create_service_account(
                tx, name=request.name, scopes=list(request.scopes)
            )
            secret = made.client_secret
            return pb.CreateServiceAccountResponse(service_account=_service_account(made.row))

        database = self._databases.for_tenant(current_caller().tenant_id)
        answer = await once(database, pb.CreateServiceAccountResponse, create)
        # Put in after the answer was stored for its idempotency key: no secret is kept as it is.
        answer.client_secret = secret
        return answer

    async def ListServiceAccounts(
        self, tx: Tx, request: pb.ListServiceAccountsRequest
    ) -> pb.ListServiceAccountsResponse:
        rows, next_page_token = await service_accounts.list_service_accounts(tx, page=page_of(request))
        return pb.ListServiceAccountsResponse(
            service_accounts=[_service_account(row) for row in rows], next_page_token=next_page_token
        )

    async def DeactivateServiceAccount(
        self, tx: Tx, request: pb.DeactivateServiceAccountRequest
    ) -> pb.DeactivateServiceAccountResponse:
        row = await service_accounts.deactivate_service_account(
            tx, account_id=id_of(request.service_account_id, "service account")
        )
        return pb.DeactivateServiceAccountResponse(service_account=_service_account(row))


def _service_account(row: ServiceAccount) -> pb.ServiceAccount:
    return pb.ServiceAccount(
        id=str(row.id),
        name=row.name,
        client_id=row.client_id,
        scopes=row.scopes,
        active=row.active,
        created_at=timestamp(row.created_at),
        version=row.version,
    )
