import { describe, expect, it } from "vitest";

import { condition, parts } from "./filters";

describe("a condition", () => {
  it.each([
    'priority = "high" AND queue = "network"',
    'NOT tags:"vip"',
    'fields.device_kind != "laptop" AND comment.from_requester = true',
    'created_at > "2026-11-01T00:00:00Z"',
    'title:"a \\"b\\" c"',
    "assignee = null",
    "fields.cost >= 100.5",
  ])("%s is written as it was read", (text) => {
    const read = parts(text);
    expect(read).not.toBeNull();
    expect(condition(read ?? [])).toBe(text);
  });
  it("reads words side by side, a minus, and values without quotes", () => {
    expect(parts("priority=high -tags:vip")).toEqual([
      { field: "priority", sign: "=", value: "high", not: false },
      { field: "tags", sign: ":", value: "vip", not: true },
    ]);
  });
  it.each(['a = "b" OR c = "d"', '(a = "b")', "a =", '"words"', "a"])("%s stays a text", (text) => expect(parts(text)).toBeNull());
  it("of nothing says nothing", () => {
    expect(parts("")).toEqual([]);
    expect(condition([{ field: "state", sign: "=", value: "", not: false }])).toBe("");
  });
});
