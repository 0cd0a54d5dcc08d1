"""Skills, languages, shifts and absences of users."""

from starlette.requests import Request
from starlette.responses import Response

from deskmesh.gateway.v1 import work_profile_pb2 as nouns
from deskmesh.gateway.v1 import work_profile_service_pb2 as pb
from gateway.clients import gateway as rpcs
from gateway.domain.work_profiles import WEEKDAYS
from gateway.http.answers import resource
from gateway.http.desk import ask
from gateway.http.door import Door
from gateway.http.headers import expected_version
from gateway.http.models import work_profiles as models
from gateway.http.models.common import word
from gateway.http.render.work_profiles import work_profile
from gateway.http.values import person_named, timestamp

door = Door("people")

_PATH = "/users/{user}/work-profile"


@door.route("GET", _PATH, rpcs.GET_WORK_PROFILE, gives=models.WorkProfile, versioned=True)
async def get_work_profile(request: Request, user: str) -> Response:
    """Read what a user can do, when, and how much of it, by id or e-mail address."""
    found = await ask(request, rpcs.GET_WORK_PROFILE, pb.GetWorkProfileRequest(user=user))
    return resource(work_profile(found.profile, found.version), found.version)


@door.route("PUT", _PATH, rpcs.SET_WORK_PROFILE, gives=models.WorkProfile, versioned=True)
async def set_work_profile(request: Request, user: str, body: models.WorkProfileInput) -> Response:
    """Say what a user can do, when, and how much of it.

    All of it is replaced. Tickets are given out by it in queues that are routed (`PUT /queues/{queue}/routing`). Shifts
    are local wall times; one whose end is not after its begin ends on the next day.
    """
    profile = nouns.WorkProfile(
        skills=[nouns.Skill(skill=one.skill, level=one.level) for one in body.skills],
        languages=body.languages,
        max_open=body.max_open,
        time_zone=body.time_zone or "",
        shifts=[
            nouns.Shift(weekday=day, start=start, end=end)
            for day in WEEKDAYS
            for start, end in getattr(body.shifts, day)
        ],
        absences=[_absence(one) for one in body.absences],
    )
    question = pb.SetWorkProfileRequest(
        user=user, profile=profile, expected_version=expected_version(request)
    )
    changed = await ask(request, rpcs.SET_WORK_PROFILE, question)
    return resource(work_profile(changed.profile, changed.version), changed.version)


def _absence(absence: models.AbsenceInput) -> nouns.Absence:
    name = word(absence.substitute)
    return nouns.Absence(
        start=timestamp(absence.start),
        end=timestamp(absence.end),
        substitute=person_named(name),
    )
