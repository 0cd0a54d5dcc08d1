"""Where a person is signed in, over gRPC."""

from chassis.context import current_caller
from chassis.db import Tx
from chassis.paging import page_of
from deskmesh.gateway.v1 import session_service_pb2 as pb
from gateway.api.patches import id_of
from gateway.app.my_sessions import end_my_other_sessions, end_my_session, list_my_sessions
from gateway.db.credentials import Session
from gateway.publish import timestamp


class SessionService:
    """Answers the rpcs of deskmesh.gateway.v1.SessionService."""

    async def ListMySessions(self, tx: Tx, request: pb.ListMySessionsRequest) -> pb.ListMySessionsResponse:
        rows, next_page_token = await list_my_sessions(tx, page=page_of(request))
        return pb.ListMySessionsResponse(
            sessions=[_message(row) for row in rows], next_page_token=next_page_token
        )

    async def EndMySession(self, tx: Tx, request: pb.EndMySessionRequest) -> pb.EndMySessionResponse:
        await end_my_session(tx, session_id=id_of(request.session_id, "session"))
        return pb.EndMySessionResponse()

    async def EndMyOtherSessions(
        self, tx: Tx, _: pb.EndMyOtherSessionsRequest
    ) -> pb.EndMyOtherSessionsResponse:
        return pb.EndMyOtherSessionsResponse(ended=await end_my_other_sessions(tx))


def _message(row: Session) -> pb.Session:
    return pb.Session(
        id=str(row.id),
        user_agent=row.user_agent,
        address=row.ip,
        created_at=timestamp(row.created_at),
        last_used_at=timestamp(row.last_used_at),
        expires_at=timestamp(row.expires_at),
        current=str(row.id) == current_caller().session_id,
    )
