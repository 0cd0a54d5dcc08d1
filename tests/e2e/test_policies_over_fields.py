"""Policies that ask for a field of the tenant's own, on the whole desk."""

from embedded.testing import Desk, eventually

POLICY = {
    "name": "Gold customers",
    "order": 1,
    "condition": 'fields.contract_tier = "gold"',
    "calendar_id": "24x7",
    "targets": [{"clock": "resolution", "priority": None, "target": "PT2H"}],
}


def test_a_policy_asks_for_a_field_made_just_before_in_the_tenant_that_has_it(desk: Desk) -> None:
    admin, other = desk.sign_in("admin@acme.example"), desk.sign_in("admin@globex.example")
    field = {"name": "Tier", "slug": "contract_tier", "type": "choice", "choices": ["gold", "silver"]}
    admin.send("POST", "/fields", field)
    policy = admin.send("POST", "/sla/policies", POLICY)
    assert policy["faults"] == []
    table = admin.get("/filter-fields")
    assert [one["values"] for one in table["fields"] if one["name"] == "fields.contract_tier"] == [
        ["gold", "silver"]
    ]
    refused = other.http.post("/sla/policies", json=POLICY)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == ["condition"]

    gold = admin.send("POST", "/tickets", {"title": "Gold", "fields": {"contract_tier": "gold"}})
    silver = admin.send("POST", "/tickets", {"title": "Silver", "fields": {"contract_tier": "silver"}})

    def policy_of(ticket: str) -> str | None:
        clocks = admin.get(f"/tickets/{ticket}/sla")["items"]
        return next((clock["policy"] for clock in clocks if clock["name"] == "resolution"), None)

    assert eventually(lambda: policy_of(gold["id"])) == "Gold customers"
    assert eventually(lambda: policy_of(silver["id"])) != "Gold customers"

    admin.send("PATCH", "/fields/contract_tier", {"active": False})
    faults = eventually(lambda: admin.get(f"/sla/policies/{policy['id']}")["faults"])
    assert [fault["field"] for fault in faults] == ["condition"]
    assert admin.http.delete(f"/sla/policies/{policy['id']}").status_code == 204
