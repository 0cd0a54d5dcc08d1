"""The RPCs that the gateway's doors call, a module for each service that answers them."""

from deskmesh.gateway.v1.audit_service_pb2 import DESCRIPTOR as AUDIT
from gateway.clients import cmdb, gateway, knowledge, notify, sla, tickets
from gateway.clients.calling import Rpc

_CALLED = {
    found.method.containing_service.full_name: found.method.containing_service
    for module in (tickets, sla, knowledge, cmdb, notify, gateway)
    for found in vars(module).values()
    if isinstance(found, Rpc)
}
SERVICES = (*_CALLED.values(), AUDIT.services_by_name["AuditService"])
"""Every gRPC service that is called through a door. That of the audit has no REST route."""
