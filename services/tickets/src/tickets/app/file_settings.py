"""Which kinds of files are taken, as administrators read and write it."""

from chassis.db import Tx, check_version
from tickets.app.actors import occasion_of
from tickets.app.checking import Problems
from tickets.app.configuration import file_policy_of
from tickets.db.file_settings import FileSetting
from tickets.domain.changes import differences
from tickets.domain.file_types import FilePolicy, policy_problems
from tickets.publish import events


async def get_file_policy(tx: Tx) -> tuple[FilePolicy, int]:
    """The tenant's setting, or what is shipped, and its version."""
    row = await tx.get(FileSetting, tx.tenant_id)
    return file_policy_of(row), 1 if row is None else row.version


async def set_file_policy(
    tx: Tx, *, policy: FilePolicy, expected_version: int | None
) -> tuple[FilePolicy, int]:
    """Replaces the setting; files that are there already stay. Publishes SettingChanged. Raises InvalidInput, Stale."""
    row = await tx.get(FileSetting, tx.tenant_id)
    if row is None:
        shipped = FilePolicy()
        row = FileSetting(id=tx.tenant_id, taken=shipped.taken, extensions=list(shipped.extensions))
        tx.add(row)
        await tx.flush()
    check_version(row, expected_version)
    problems = Problems()
    for field, reason in policy_problems(policy).items():
        problems.add(field, reason)
    problems.raise_any()
    before = file_policy_of(row)
    row.taken, row.extensions = policy.taken, list(policy.extensions)
    await tx.flush()
    if policy != before:
        events.setting_changed(
            tx,
            kind="file_setting",
            id=row.id,
            name="types of files",
            version=row.version,
            changes=differences(_described(before), _described(policy)),
            occasion=occasion_of(),
        )
    return policy, row.version


def _described(policy: FilePolicy) -> dict[str, str | list[str]]:
    return {"taken": policy.taken, "extensions": list(policy.extensions)}
