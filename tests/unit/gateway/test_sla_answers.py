"""What the gateway makes of sla's messages has the shape that its document promises, and bodies reach sla whole."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from deskmesh.common.v1.types_pb2 import FieldChange, Ref
from deskmesh.sla.v1 import agreement_service_pb2, compliance_service_pb2, replay_service_pb2, sla_pb2
from gateway.http.models import agreements as agreement_models
from gateway.http.models import compliance as compliance_models
from gateway.http.models import replay as replay_models
from gateway.http.models import sla as models
from gateway.http.render import sla as render
from gateway.http.routes import agreements, compliance, replay
from gateway.http.routes.sla import written_policy
from gateway.http.values import JsonObject

TEAM = Ref(id="1", key="network", name="Network")
CHANGE = FieldChange(field="target")
CHANGE.old_value.string_value, CHANGE.new_value.string_value = "PT4H", "PT8H"
CLOCK = sla_pb2.Clock(
    name="resolution", recomputations=[sla_pb2.ClockRecomputation(reason="edited", changes=[CHANGE])]
)
CLOCK.recomputations[0].at.FromSeconds(1)
AT_RISK = compliance_service_pb2.ClockAtRisk(id="1", ticket_id="2", number="INC-1", team=TEAM)
AT_RISK.due_at.FromSeconds(1)


@pytest.mark.parametrize(
    ("answer", "model"),
    [
        (
            compliance._group(compliance_service_pb2.ComplianceGroup(key="x")),
            compliance_models.ComplianceGroup,
        ),
        (compliance._at_risk(AT_RISK), compliance_models.ClockAtRisk),
        (replay._replayed(replay_service_pb2.ClockReplayed(now="met")), replay_models.Replayed),
        (render.clock(CLOCK, explain=True), models.Clock),
    ],
)
def test_an_answer_has_the_shape_of_its_model(answer: JsonObject, model: type[BaseModel]) -> None:
    assert model.model_validate(answer).model_dump(exclude_unset=True) == answer


def test_a_group_without_a_decision_has_no_rate() -> None:
    assert compliance._group(compliance_service_pb2.ComplianceGroup(key="x"))["rate"] is None
    assert compliance._group(compliance_service_pb2.ComplianceGroup(key="x", rate=0.0))["rate"] == 0


def test_a_policy_reaches_sla_whole_and_comes_back_so() -> None:
    body = models.NewPolicy.model_validate(
        {
            **models.POLICY,
            "active": False,
            "restart_on": ["team"],
            "recompute": "change",
            "clocks": [{"name": "own", "start": "a", "stop": "b", "pause": "c", "goes_on": True}],
        }
    )
    answered = render.policy(written_policy(body))
    assert {name: answered[name] for name in models.NewPolicy.model_fields} == body.model_dump()


def test_an_agreement_reaches_sla_whole_and_comes_back_so() -> None:
    body = agreement_models.NewAgreement.model_validate(agreement_models.AGREEMENT)
    answered = agreements._agreement(agreements._written(body))
    assert {name: answered[name] for name in agreement_models.NewAgreement.model_fields} == body.model_dump()
    assert agreements._agreement(agreement_service_pb2.Agreement())["valid_until"] is None
