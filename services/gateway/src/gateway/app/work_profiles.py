"""Skills, languages, shifts and absences of people."""

from dataclasses import replace

from chassis.db import Tx, check_version, get_for_update
from gateway import publish
from gateway.app.input import Problems
from gateway.app.users import get_user
from gateway.db.queries import touch, users_by_id, users_by_reference
from gateway.db.tables import User
from gateway.domain.audit import changes_between
from gateway.domain.work_profiles import (
    Absence,
    WorkProfile,
    plain_profile,
    problems_with_profile,
    stored_profile,
)


async def set_work_profile(
    tx: Tx, *, user: str, profile: WorkProfile, expected_version: int | None = None
) -> User:
    """Replace the profile of a person, by id or address; substitutes by id or address too.

    Raises NotFound, Stale, InvalidInput (each field and reason).
    """
    row = await get_for_update(tx, User, (await get_user(tx, user=user)).id)
    check_version(row, expected_version)
    problems = Problems()
    for field, reason in problems_with_profile(profile):
        problems.add(field, reason)
    resolved = replace(profile, absences=await _resolved(tx, problems, row, profile))
    problems.refuse()
    before, after = plain_profile(stored_profile(row.work_profile)), plain_profile(resolved)
    if after != before:
        row.work_profile = dict(after)
        touch(row)
        (row,) = await users_by_id(tx, [row.id])
        publish.user_changed(tx, row)
        publish.setting_changed(
            tx,
            kind="work_profile",
            setting_id=row.id,
            name="",
            version=row.version,
            changes=changes_between(before, after),
        )
    (row,) = await users_by_id(tx, [row.id])
    return row


async def substitutes_of(tx: Tx, user: User) -> dict[str, User]:
    """Return the people who stand in for a person, by id."""
    ids = {one.substitute for one in stored_profile(user.work_profile).absences if one.substitute}
    return await users_by_reference(tx, ids)


async def _resolved(tx: Tx, problems: Problems, user: User, profile: WorkProfile) -> list[Absence]:
    """Return the absences by their beginning, each with the id of its substitute."""
    named = {one.substitute for one in profile.absences if one.substitute}
    people = await users_by_reference(tx, named)
    resolved = []
    for place, absence in enumerate(profile.absences):
        person = people.get(absence.substitute)
        if absence.substitute and (person is None or not person.active):
            problems.add(f"absences[{place}].substitute", "is no active person")
        elif person is not None and person.id == user.id:
            problems.add(f"absences[{place}].substitute", "is the person themselves")
        resolved.append(replace(absence, substitute=str(person.id) if person else ""))
    return sorted(resolved, key=lambda one: one.start)
