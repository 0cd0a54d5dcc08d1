import { describe, expect, it } from "vitest";

import type { Change } from "../../api/change-plans";
import { beginOf, colliding, dayOf, meets, stepped, weeksOf } from "./days";

describe("a month", () => {
  it("is shown in whole weeks from Monday", () => {
    const weeks = weeksOf("2026-11");
    expect(weeks.length).toBe(6);
    expect(weeks[0]?.[0]).toBe("2026-10-26");
    expect(weeks.at(-1)?.at(-1)).toBe("2026-12-06");
    expect(weeksOf("2027-02").flat()).toHaveLength(28);
  });
  it.each([
    ["2026-12", 1, "2027-01"],
    ["2026-01", -1, "2025-12"],
  ])("%s and %d is %s", (month, by, expected) => expect(stepped(month, by)).toBe(expected));
});

describe("a day", () => {
  it("begins when it does in the zone, also when clocks are put back", () => {
    expect(beginOf("2026-10-25", "Europe/Warsaw")).toBe("2026-10-24T22:00:00.000Z");
    expect(beginOf("2026-10-26", "Europe/Warsaw")).toBe("2026-10-25T23:00:00.000Z");
    expect(dayOf("2026-10-24T22:30:00Z", "Europe/Warsaw")).toBe("2026-10-25");
  });
  it.each([
    ["2026-11-29", false],
    ["2026-11-30", true],
    ["2026-12-01", false],
  ])("%s has a part of a time that ends at midnight: %s", (date, expected) => {
    expect(meets("2026-11-30T08:00:00Z", "2026-11-30T23:00:00Z", date, "Europe/Warsaw")).toBe(expected);
  });
});

describe("changes collide", () => {
  const change = (id: string, over: Partial<Change>): Change =>
    ({ ticket: { id }, state_category: "active", ci_ids: [], service_id: "mail", planned_start: "2026-11-30T20:00:00Z", planned_end: "2026-11-30T22:00:00Z", ...over }) as Change;
  it.each([
    ["with the same service at the same time", {}, ["a", "b"]],
    ["with the same thing", { service_id: null, ci_ids: ["x"] }, ["a", "b"]],
    ["but not with another thing", { service_id: null, ci_ids: ["y"] }, []],
    ["but not one after the other", { planned_start: "2026-11-30T22:00:00Z", planned_end: "2026-11-30T23:00:00Z" }, []],
    ["but not when one is done", { state_category: "closed" }, []],
  ])("%s", (_, over, expected) => expect([...colliding([change("a", { ci_ids: ["x"] }), change("b", over)])]).toEqual(expected));
});
