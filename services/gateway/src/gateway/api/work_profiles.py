"""Skills, languages, shifts and absences over gRPC."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.db import Tx
from chassis.errors import FieldError, InvalidInput
from deskmesh.gateway.v1 import work_profile_pb2 as nouns
from deskmesh.gateway.v1 import work_profile_service_pb2 as pb
from gateway.app.users import get_user
from gateway.app.work_profiles import set_work_profile, substitutes_of
from gateway.db.tables import User
from gateway.domain.work_profiles import Absence, Shift, Skill, WorkProfile
from gateway.publish import profile_message


class WorkProfileService:
    """Answers the rpcs of deskmesh.gateway.v1.WorkProfileService."""

    async def GetWorkProfile(self, tx: Tx, request: pb.GetWorkProfileRequest) -> pb.GetWorkProfileResponse:
        user = await get_user(tx, user=request.user)
        return pb.GetWorkProfileResponse(profile=await _message(tx, user), version=user.version)

    async def SetWorkProfile(self, tx: Tx, request: pb.SetWorkProfileRequest) -> pb.SetWorkProfileResponse:
        user = await set_work_profile(
            tx,
            user=request.user,
            profile=_profile(request.profile),
            expected_version=request.expected_version or None,
        )
        return pb.SetWorkProfileResponse(profile=await _message(tx, user), version=user.version)


async def _message(tx: Tx, user: User) -> nouns.WorkProfile:
    return profile_message(user, await substitutes_of(tx, user))


def _profile(message: nouns.WorkProfile) -> WorkProfile:
    """Raises InvalidInput for an absence without both of its times."""
    return WorkProfile(
        skills=[Skill(one.skill, one.level) for one in message.skills],
        languages=list(message.languages),
        max_open=message.max_open if message.HasField("max_open") else None,
        time_zone=message.time_zone,
        shifts=[Shift(one.weekday, one.start, one.end) for one in message.shifts],
        absences=[
            Absence(
                _moment(one.start, one.HasField("start"), f"absences[{place}].start"),
                _moment(one.end, one.HasField("end"), f"absences[{place}].end"),
                one.substitute.id or one.substitute.email,
            )
            for place, one in enumerate(message.absences)
        ],
    )


def _moment(timestamp: Timestamp, there: bool, field: str) -> datetime:  # noqa: FBT001 (whether it was given)
    try:
        if there:
            return timestamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError):
        pass
    raise InvalidInput([FieldError(field, "is no time between the years 1 and 9999")])
