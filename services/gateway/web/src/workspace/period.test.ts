import { describe, expect, it } from "vitest";

import { within } from "./period";

describe("days as a condition", () => {
  it("count whole on the clocks of a zone, also where those are changed", () =>
    expect(within("started_at", { from: "2026-03-28", to: "2026-03-29" }, "Europe/Warsaw")).toBe('started_at >= "2026-03-27T23:00:00.000Z" AND started_at < "2026-03-29T22:00:00.000Z"'));
  it("are none while one is missing", () => expect(within("started_at", { from: "", to: "2026-03-29" }, null)).toBeNull());
});
