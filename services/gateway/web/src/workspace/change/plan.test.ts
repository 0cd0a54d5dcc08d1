import { describe, expect, it } from "vitest";

import type { Change } from "../../api/change-plans";
import { type Filled, filledOf, mended, planOf } from "./plan";

const EMPTY: Filled = { risk_answers: {}, plan: "", backout_plan: "", planned_start: "", planned_end: "", emergency: false, release: "" };

describe("a plan", () => {
  it("is shown on the clocks of a zone and sent as moments", () => {
    const change = { risk_answers: { first_time: true, untested: false }, plan: null, backout_plan: "Back", planned_start: "2031-03-03T22:00:00Z", planned_end: null, emergency: true, release: null } as unknown as Change;
    const filled = filledOf(change, "Europe/Warsaw");
    expect(filled).toEqual({ ...EMPTY, risk_answers: { first_time: true }, backout_plan: "Back", planned_start: "2031-03-03T23:00", emergency: true });
    expect(planOf(filled, "Europe/Warsaw")).toEqual({ ...filled, planned_start: "2031-03-03T22:00:00.000Z", planned_end: null });
  });

  it("that two people changed keeps what each of them did", () => {
    const { filled, theirs } = mended(EMPTY, { ...EMPTY, plan: "Mine", release: "R1" }, { ...EMPTY, release: "R2", emergency: true });
    expect(filled).toEqual({ ...EMPTY, plan: "Mine", release: "R1", emergency: true });
    expect(theirs).toEqual(["emergency", "release"]);
  });

  it("is the same whichever way it says no", () => {
    expect(mended(EMPTY, EMPTY, { ...EMPTY, risk_answers: { untested: false } }).theirs).toEqual([]);
  });
});
