"""Bodies and answers of work on many tickets."""

import orjson
from pydantic import TypeAdapter

from chassis.errors import WrongState, to_status
from deskmesh.common.v1.types_pb2 import Ref
from deskmesh.tickets.v1 import bulk_service_pb2 as pb
from gateway.http.models.bulk import Bulk, BulkResult
from gateway.http.problems import problem
from gateway.http.routes.bulk import result_of


def test_a_move_and_a_comment_may_be_just_their_text() -> None:
    short = Bulk.model_validate({"filter": "open = true", "transition": "resolved", "comment": "Mended."})
    whole = Bulk.model_validate(
        {"filter": "open = true", "transition": {"to": "resolved"}, "comment": {"body": "Mended."}}
    )
    assert short == whole


def test_a_refusal_reads_as_it_would_have_been_answered_alone() -> None:
    refused = WrongState("ILLEGAL_TRANSITION", "A ticket cannot go from new to closed.", ["open"])
    status = to_status(refused).SerializeToString()
    result = pb.BulkResult(ticket=Ref(id="1", key="INC-1", name="x"), state="failed", problem=status)
    written = result_of(result)
    TypeAdapter(BulkResult).validate_python(written)
    assert written["problem"] == orjson.loads(problem(refused).body)


def test_a_ticket_that_is_not_seen_is_called_as_it_was_named() -> None:
    written = result_of(pb.BulkResult(ticket=Ref(key="INC-404"), state="ok"))
    assert written == {"ticket": {"id": None, "key": "INC-404", "name": None}, "state": "ok", "problem": None}
