"""Skills, languages, shifts and absences, as JSON."""

from deskmesh.gateway.v1 import work_profile_pb2 as pb
from gateway.domain.work_profiles import WEEKDAYS
from gateway.http.values import JsonObject, moment, person


def work_profile(value: pb.WorkProfile, version: int) -> JsonObject:
    """Write what a person can do, when, and how much of it."""
    return {
        "skills": [{"skill": one.skill, "level": one.level} for one in value.skills],
        "languages": list(value.languages),
        "max_open": value.max_open if value.HasField("max_open") else None,
        "time_zone": value.time_zone,
        "shifts": {
            day: [[one.start, one.end] for one in value.shifts if one.weekday == day] for day in WEEKDAYS
        },
        "absences": [
            {
                "start": moment(one.start),
                "end": moment(one.end),
                "substitute": person(one.substitute),
            }
            for one in value.absences
        ],
        "version": version,
    }
