"""What has expired is forgotten, and nothing else."""

from uuid import UUID

import pytest
from gateway_desk import Desk

from chassis.errors import Unauthenticated
from gateway.app.auth import refresh
from gateway.app.housekeeping import forget_expired_credentials


async def test_what_is_long_over_is_forgotten_and_the_rest_is_kept(desk: Desk) -> None:
    old, new = await desk.sign_in("admin@acme.example"), await desk.sign_in("admin@acme.example")
    sessions = [UUID((await desk.verifier.verify(one.access_token)).session_id) for one in (old, new)]
    with pytest.raises(Unauthenticated):
        await desk.sign_in("admin@acme.example", "wrong one", tenant="nowhere")
    await desk.look("UPDATE sessions SET revoked_at = now() - interval '31 days' WHERE id = $1", sessions[0])
    await desk.look("UPDATE sign_in_failures SET window_started_at = now() - interval '61 minutes'")
    with pytest.raises(Unauthenticated):
        await desk.sign_in("admin@acme.example", "wrong one")
    await forget_expired_credentials(desk.databases)
    assert not await desk.look("SELECT 1 FROM sessions WHERE id = $1", sessions[0])
    assert not await desk.look("SELECT 1 FROM refresh_tokens WHERE session_id = $1", sessions[0])
    failures = await desk.look("SELECT tenant_id FROM sign_in_failures")
    assert [row["tenant_id"] for row in failures] == [desk.acme]
    assert new.refresh_token is not None
    await refresh(desk.databases, desk.keys, refresh_token=new.refresh_token)
